"""What is read off answers, whole and streamed; nothing of it may fail a request."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.proxy.answers import Answer, read_answer
from sunlit.proxy.events import MAX_LINE, Inflater, Watcher
from sunlit.proxy.pointer import parsed
from sunlit.proxy.routes import Api
from tests.proxy.stage import recorded, taken_apart

RESPONSE = {
    "model": "m", "status": "completed", "usage": {"input_tokens": 3, "output_tokens": 4},
    "output": [{"type": "message", "content": [{"type": "output_text", "text": "Hello"}]}],
}  # fmt: skip


def test_a_real_refusal_seems_one() -> None:
    """By how it begins; a hint for counting, never evidence."""
    found = read_answer(Api.CHAT, parsed(taken_apart(recorded("refusal")).body))

    assert found.refuses
    assert found.completion_tokens == 12
    assert not read_answer(Api.CHAT, parsed(taken_apart(recorded("chat")).body)).refuses


@pytest.mark.parametrize(
    ("document", "refuses"),
    [
        ({"choices": [{"message": {"refusal": "No."}}]}, True),
        ({"choices": [{"finish_reason": "content_filter"}]}, True),
        ({"choices": [{"text": "  I can\N{RIGHT SINGLE QUOTATION MARK}t do that"}]}, True),
        ({"choices": [{"text": "I can do that"}]}, False),
        ({"choices": []}, False),
        (None, False),
    ],
    ids=range(6),
)  # fmt: skip
def test_a_models_own_refusal_is_seen(document: object, *, refuses: bool) -> None:
    """By its field, its finish reason, or its words."""
    assert read_answer(Api.CHAT, document).refuses is refuses


def test_the_responses_api_is_read_whole_and_streamed() -> None:
    """The object itself, and the event that holds it."""
    whole = read_answer(Api.RESPONSES, RESPONSE)
    event = read_answer(Api.RESPONSES, {"type": "response.completed", "response": RESPONSE})
    begun = read_answer(
        Api.RESPONSES, {"type": "response.created", "response": {"status": "in_progress"}}
    )
    delta = read_answer(Api.RESPONSES, {"type": "response.output_text.delta", "delta": "Hel"})
    declined = read_answer(Api.RESPONSES, {"type": "response.refusal.delta", "delta": "No"})

    assert (whole.prompt_tokens, whole.completion_tokens, whole.finish) == (3, 4, "completed")
    assert whole.begins == "Hello"
    assert (event.prompt_tokens, event.begins, begun.finish) == (3, "", None)
    assert delta.begins == "Hel"
    assert declined.refuses
    no = {"output": [{"content": [{"type": "refusal", "refusal": "No"}]}]}
    assert read_answer(Api.RESPONSES, no).refuses


def test_other_protocols_name_their_model_only() -> None:
    """The Open Inference Protocol has no tokens."""
    assert read_answer(Api.OIP, {"model_name": "m", "usage": {"prompt_tokens": 1}}) == Answer(
        model="m"
    )


NAMES = [
    "choices", "usage", "message", "delta", "model", "output", "response", "type", "content",
]  # fmt: skip
LEAVES = st.none() | st.integers() | st.text() | st.booleans()


def _larger(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner) | st.dictionaries(st.sampled_from(NAMES), inner)


@given(st.recursive(LEAVES, _larger))
def test_no_answer_can_break_the_reading(document: object) -> None:
    """Whatever an upstream says."""
    for api in Api:
        read_answer(api, document)


@given(st.data())
def test_a_stream_reads_the_same_however_it_is_cut(data: st.DataObject) -> None:
    """Also within a line, a character, or a line's end."""
    body = taken_apart(recorded("chat-stream")).body.replace(b"\n\n", b"\r\n\r\n", 3)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    watcher = Watcher(Api.CHAT, None, 1 << 20)
    for begin, end in zip([0, *cuts], [*cuts, len(body)], strict=True):
        watcher.feed(body[begin:end])

    assert watcher.done
    assert (watcher.events, watcher.answer.finish) == (27, "stop")
    assert watcher.answer.begins.startswith("Hello in Japanese: こんにちは")


def test_usage_in_the_last_event_is_read() -> None:
    """As `stream_options.include_usage` sends it."""
    watcher = Watcher(Api.CHAT, "identity", 100)
    usage = {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 0}}
    watcher.feed(b"event: x\ndata: " + json.dumps(usage).encode() + b"\n\n: comment\n\n")

    assert (watcher.answer.prompt_tokens, watcher.answer.completion_tokens) == (5, 0)
    assert not watcher.done


def test_an_endless_line_is_not_kept() -> None:
    """State is bounded; what comes after it is read again."""
    watcher = Watcher(Api.CHAT, None, 100)
    for _ in range(40):
        watcher.feed(b"data: " + b"x" * (MAX_LINE // 10))
    watcher.feed(b"\n\ndata: [DONE]\n\n")
    many = b"data: " + b"y" * (MAX_LINE // 2) + b"\n"
    watcher.feed(many * 9 + b"\n")

    assert len(watcher._line) <= MAX_LINE
    assert watcher.done


@pytest.mark.parametrize("coding", ["br", "gzip", "deflate"])
def test_what_cannot_be_inflated_is_not_looked_at(coding: str) -> None:
    """An unknown coding or broken data: unknown, and no error."""
    inflater = Inflater(coding, 100)

    assert inflater.feed(b"\x00" * 50) == b""
    assert inflater.feed(b"more") == b""


def test_inflation_is_bounded() -> None:
    """A bomb is looked at up to the limit."""
    bomb = zlib.compress(b"x" * 1_000_000)
    inflater = Inflater("deflate", 1000)

    assert len(inflater.feed(bomb)) == 1000
    assert inflater.feed(b"more") == b""
