"""The council's service: estimates who has no cover yet, under the guard, and proposes a letter.

    python service.py --store decisions --model model --people 40
    python service.py --store decisions --model model --purpose "Withholding a benefit"

Each decision is checked against the safety token and recorded before it comes back. `load` is what
`sunlit decision replay --loader example.story.service:load` runs again, years later.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import lightgbm
import numpy as np
from pyarrow import parquet

from sunlit.base.errors import SunlitError
from sunlit.guard.explain import Explain
from sunlit.guard.explain.lightgbm import LightGBM
from sunlit.guard.guard import Guard

HELD_OUT: Final = Path("data") / "acs-public-coverage-2018-test.parquet"
PURPOSE: Final = "Putting addresses in order for outreach letters"
Person = Mapping[str, float]


def booster(model: Path) -> lightgbm.Booster:
    """Read the model from its text file."""
    return lightgbm.Booster(model_file=str(model / "model.txt"))


def load(model: Path) -> Callable[[Person], dict[str, object]]:
    """Return what decides: a person's columns in, an estimate and a proposal out."""
    found = booster(model)
    names = found.feature_name()
    cuts = json.loads((model / "cut.json").read_text(encoding="utf-8"))
    others, disabled = (
        float(cuts[name]) for name in ("write-below", "write-below-with-disability")
    )

    def decide(person: Person) -> dict[str, object]:
        row = np.array([[person[name] for name in names]])
        estimate = float(np.asarray(found.predict(row, num_threads=1))[0])
        cut = disabled if person["DIS"] == 1 else others
        return {"has-cover": estimate, "write": estimate < cut}

    return decide


def people(model: Path, count: int) -> Iterator[Person]:
    """Yield people whom training never saw, with the columns that the model reads."""
    table = parquet.read_table(model / HELD_OUT).slice(0, count)
    names = booster(model).feature_name()
    for row in table.select(names).to_pylist():
        yield {name: float(row[name]) for name in names}


def main() -> None:
    """Decide on some people; print what went out, or why nothing did."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--store", type=Path, required=True, help="the decision store")
    parser.add_argument("--model", type=Path, required=True, help="the component's files")
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--use", default="outreach")
    parser.add_argument("--purpose", default=PURPOSE)
    asked = parser.parse_args()
    try:
        with Guard.open(
            asked.store / "token", asked.store / "trust.json", records=asked.store, use=asked.use,
            jurisdiction="US-CA", data_class="survey answers", oversight="human-decides",
        ) as guard:  # fmt: skip
            explain = Explain(
                LightGBM(booster(asked.model)), required=True,
                read_output=lambda output: output["has-cover"],
            )  # fmt: skip
            model = guard.load(asked.model, load, explain=explain)
            for number, person in enumerate(people(asked.model, asked.people), 1):
                made = model.decide(person, case=f"household-{number:05}", purpose=asked.purpose)
                word = "write" if made.output["write"] else "do not write"
                print(f"{made.check_code}  {made.state}: {word}")
    except SunlitError as error:
        sys.exit(f"refused: {error} [{error.code}]\n  mend: {error.mend}")


if __name__ == "__main__":
    main()
