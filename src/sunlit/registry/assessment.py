"""A deployer assesses its use: answers become a score, and a whole set a signed statement."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sunlit.authority.history import History
from sunlit.base.errors import MalformedError
from sunlit.claims.names import named_digest
from sunlit.claims.risk import RiskAssessment, Use
from sunlit.registry.admit import Ledger
from sunlit.registry.assessment_form import MAX_FORM, NONE, Form, form_of, read_form, write_form
from sunlit.registry.home import write_whole
from sunlit.registry.producing import OWN_FOLDER, ComponentFolder
from sunlit.registry.saying import Said, say
from sunlit.registry.trust import read_file
from sunlit.rubric.aia import question_set
from sunlit.rubric.risk_code import scheme
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import Signer

FOLDER: Final = f"{OWN_FOLDER}/assessments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What a form comes to: the digits so far (0 where blank) and what is still blank."""

    digits: str
    raw: int
    maximum: int
    tier: str | None
    blank: tuple[str, ...]
    unknown_facts: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Return the sum for `--json`."""
        return {
            "digits": self.digits,
            "impactRaw": self.raw,
            "impactMax": self.maximum,
            "tier": self.tier,
            "complete": not self.blank,
            "blank": list(self.blank),
            "unknownFacts": list(self.unknown_facts),
        }


def summed(form: Form) -> Sum:
    """Return what a form comes to; a digit whose questions are not all answered is 0."""
    known, found = scheme(), form.score
    whole = known.digits(
        area=form.area or 9, impact_raw=found.raw, autonomy_level=form.autonomy_level or 1
    )
    answered = (form.area is not None, found.is_complete, form.autonomy_level is not None)
    digits = "".join(digit if there else "0" for digit, there in zip(whole, answered, strict=True))
    return Sum(
        digits=digits, raw=found.raw, maximum=known.maximum, tier=known.tier(digits),
        blank=form.blank, unknown_facts=form.unknown_facts,
    )  # fmt: skip


def assess(ledger: Ledger, use: Use, form: Form, *, valid_until: datetime, signer: Signer) -> Said:
    """Admit a whole assessment, signed by an operator of the deployer.

    Raises:
        MalformedError: `assessment.incomplete`, `risk.answer`.
        VerificationError: `admit.refused`, `admit.unknown-signer`.
    """
    claim = whole(use, form, at=ledger.now(), valid_until=valid_until)
    name = f"{use.deployer}#{use.id}"
    return say(ledger, claim, Subject(name, {"sha256": named_digest("use", name)}), signer)


def whole(use: Use, form: Form, *, at: datetime, valid_until: datetime) -> RiskAssessment:
    """Return what a whole form says of a use, to be signed.

    Raises:
        MalformedError: `assessment.incomplete`, `risk.answer`.
    """
    if form.area is None or form.autonomy_level is None or form.blank:
        raise MalformedError(
            "assessment.incomplete", "a blank is never signed as an answer",
            expected="every question answered", got=f"{len(form.blank)} blank",
            mend="sunlit risk assess PATH --use USE --answers FILE --draft",
        )  # fmt: skip
    return RiskAssessment(
        use=use.id, deployer=use.deployer, component=use.component,
        questions=question_set().digest, answers=form.answers, impact_raw=form.score.raw,
        impact_max=question_set().maximum, autonomy_level=form.autonomy_level, area=form.area,
        row=None if form.row == NONE else form.row, facts=form.facts,
        assessed_on=at, valid_until=valid_until,
    )  # fmt: skip


def latest(history: History, use: Use) -> RiskAssessment | None:
    """Return the assessment of the use that the log took last."""
    found = [
        said.claim
        for said in history.statements
        if isinstance(said.claim, RiskAssessment)
        and (said.claim.use, said.claim.deployer) == (use.id, use.deployer)
        and history.directory.organisations(said) & {use.deployer}
    ]
    return found[-1] if found else None


def draft_path(component: ComponentFolder, use: Use) -> Path:
    """Return where the unfinished answers about a use are kept beside the component."""
    name = named_digest("use", f"{use.deployer}#{use.id}")[:12]
    return component.root / FOLDER / f"{name}.json"


def keep_draft(component: ComponentFolder, use: Use, form: Form) -> Path:
    """Keep answers as a draft, unsigned.

    Raises:
        UnavailableError: `home.cannot-write`.
    """
    path = draft_path(component, use)
    write_whole(path, write_form(use, form, toml=False))
    return path


def known_form(component: ComponentFolder, use: Use, history: History | None) -> Form:
    """Return what was answered before: the kept draft, else the signed assessment, else blanks.

    Raises:
        MalformedError: as `read_form`, for a draft that cannot be read.
    """
    path = draft_path(component, use)
    if path.is_file():
        return read_answers(path)
    before = latest(history, use) if history else None
    return form_of(before) if before and before.questions == question_set().digest else Form()


def read_answers(path: Path) -> Form:
    """Read a form from a file: TOML by its ending, else JSON.

    Raises:
        MalformedError, UnavailableError: as `read_form` and `read_file`.
    """
    return read_form(read_file(path, limit=MAX_FORM), toml=path.suffix.casefold() == ".toml")
