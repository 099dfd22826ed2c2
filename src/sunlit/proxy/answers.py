"""What an upstream says about its own answer: model, tokens, why it ended, whether it declined.

All of it is the upstream's word, and recorded as such. Nothing here may fail a request: what
cannot be read is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypedDict

from sunlit.proxy.pointer import first, members, text, whole
from sunlit.proxy.routes import Api

SHOWN: Final = 200  # characters of an answer's beginning that are looked at
# How models that decline begin. A hint for counting shares, never evidence of a refusal.
_DECLINES: Final = (
    "i'm sorry, but i can", "i'm sorry, i can", "i am sorry, but i can", "i can't", "i cannot",
    "i'm unable to", "i am unable to", "i won't", "sorry, i can",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What could be read off an answer; None is unknown."""

    model: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    finish: str | None = None
    declined: bool = False
    begins: str = ""

    def with_more(self, later: "Answer") -> "Answer":
        """Return this with what a later part of the same answer adds."""
        return replace(
            self,
            model=later.model or self.model,
            prompt_tokens=_later(later.prompt_tokens, self.prompt_tokens),
            completion_tokens=_later(later.completion_tokens, self.completion_tokens),
            finish=later.finish or self.finish,
            declined=later.declined or self.declined,
            begins=(self.begins + later.begins)[:SHOWN],
        )

    @property
    def refuses(self) -> bool:
        """Tell whether the model seems to have declined: by its own field, or by its words."""
        return self.declined or _plain(self.begins).startswith(_DECLINES)


UNKNOWN: Final = Answer()


class _Tokens(TypedDict):
    prompt_tokens: int | None
    completion_tokens: int | None


def read_answer(api: Api, document: object) -> Answer:
    """Read a whole answer, or one event of a streamed one."""
    body = members(document)
    if api is Api.RESPONSES:
        return _response(body)
    if not api.generates:
        return Answer(model=text(body.get("model_name")))
    usage = members(body.get("usage"))
    choice = members(first(body.get("choices")))
    said = members(choice.get("message")) or members(choice.get("delta"))
    words = text(said.get("content"), SHOWN) or text(choice.get("text"), SHOWN) or ""
    finish = text(choice.get("finish_reason"), 40)
    return Answer(
        model=text(body.get("model")), finish=finish, begins=words,
        declined=finish == "content_filter" or bool(text(said.get("refusal"))),
        **_tokens(usage, "prompt_tokens", "completion_tokens"),
    )  # fmt: skip


def _response(body: Mapping[str, object]) -> Answer:
    """Read the answer of /v1/responses: the object itself, or an event that holds or extends it."""
    kind = text(body.get("type")) or ""
    if kind.endswith(".delta"):
        words = text(body.get("delta"), SHOWN) if kind == "response.output_text.delta" else None
        return Answer(begins=words or "", declined=kind == "response.refusal.delta")
    whole_one = members(body.get("response")) or body
    ended = text(whole_one.get("status"), 40)
    parts = _parts(whole_one.get("output")) if whole_one is body else []
    return Answer(
        model=text(whole_one.get("model")), finish=None if ended == "in_progress" else ended,
        begins=next((text(one.get("text"), SHOWN) or "" for one in parts), ""),
        declined=any(one.get("type") == "refusal" for one in parts),
        **_tokens(members(whole_one.get("usage")), "input_tokens", "output_tokens"),
    )  # fmt: skip


def _parts(output: object) -> list[dict[str, object]]:
    items = output if isinstance(output, list) else []
    contents = (members(item).get("content") for item in items)
    return [members(part) for one in contents if isinstance(one, list) for part in one]


def _tokens(usage: Mapping[str, object], prompt: str, completion: str) -> "_Tokens":
    return {
        "prompt_tokens": whole(usage.get(prompt)),
        "completion_tokens": whole(usage.get(completion)),
    }


def _plain(words: str) -> str:
    return words.lstrip().lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def _later(later: int | None, earlier: int | None) -> int | None:
    return earlier if later is None else later
