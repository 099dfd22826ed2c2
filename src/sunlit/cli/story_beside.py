"""The scene of `sunlit demo` about three other models: moderation, letters that are read, text."""

import os
from importlib.util import find_spec
from typing import Final

from sunlit.cli.stage import Stage

ENDPOINT: Final = "SUNLIT_DEMO_ENDPOINT"  # an OpenAI-compatible endpoint to attack live
MODERATION: Final = "beside/text-moderation"


def three_other_models(stage: Stage) -> None:
    """Measure a moderation model's bias, attack a language model, read corrupted letters."""
    stage.say("""Other models need other tests. This one puts messages of the public in order by how
        offensive they seem: a published package, as it is. Of twelve harmless sentences about each
        of 24 kinds of people, who is taken for an insult?""")
    stage.sunlit(
        "audit", "redteam", "--callable", f"{MODERATION}/wrapper.py:score", "--probes",
        "identity-terms", "--component", MODERATION, expect=1, show=15,
    )  # fmt: skip
    _language_model(stage)
    _letters(stage)


def _language_model(stage: Stage) -> None:
    endpoint = os.environ.get(ENDPOINT)
    if endpoint:
        stage.say("""A language model that runs on this machine is attacked now: injections,
            jailbreaks, hidden encodings, secrets in its context. Whoever decides what succeeded
            was tried on known answers first; how often it errs stands beside each figure.""")
        stage.sunlit(
            "audit", "redteam", "--endpoint", endpoint, "--model", "demo", "--most", "4",
            "--workers", "1", "--transcript", "redteam-live.jsonl", expect=None, show=24,
        )  # fmt: skip
    stage.say("""A real language model (Qwen2.5-Coder, 1.5 billion weights, on a laptop's processor)
        was attacked before, and everything asked and answered was recorded. Judged again here: how
        often each kind of attack succeeded, with exact intervals, and how often whoever decides
        that errs on known answers.""")
    stage.sunlit(
        "audit", "redteam", "--replay", "beside/local-llm/redteam-qwen.jsonl", expect=1, show=26
    )
    if not endpoint:
        stage.say("`make demo-live` fetches that model (1.1 GB) and attacks it while you watch.")


def _letters(stage: Stage) -> None:
    if find_spec("rapidocr") is None:
        stage.say("""`make demo-live` also lets an ONNX vision model read letters that are blurred,
            turned and covered. It weighs 260 MB, so it is not here; what it measured is in
            beside/vision-ocr/README.md.""")
        return
    stage.say("An ONNX vision model reads letters. What does it read when they are spoiled?")
    stage.tool("beside/vision-ocr/make_letters.py", "letters", show=1)
    stage.sunlit(
        "audit", "robustness", "letters", "--kind", "image", "--callable",
        "beside/vision-ocr/reading.py:read", "--reads-text", "--rows", "1", expect=None, show=24,
    )  # fmt: skip
