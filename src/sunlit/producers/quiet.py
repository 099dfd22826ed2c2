"""The environment in which any third-party tool is started: no reports home, no hub, no proxy.

A switch is a promise of the tool's authors; a blocked network is not. Where it matters, block the
network too. docs/assurance/import.md says which tool each switch belongs to.
"""

import os
from collections.abc import Mapping
from typing import Final

SWITCHES: Final[Mapping[str, str]] = {
    # many tools
    "DO_NOT_TRACK": "1",
    "OTEL_SDK_DISABLED": "true",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "SCARF_ANALYTICS": "false",
    # hubs of models and data
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    # one tool each
    "AZURE_CORE_COLLECT_TELEMETRY": "0",
    "DEEPEVAL_TELEMETRY_OPT_OUT": "YES",
    "DEEPTEAM_TELEMETRY_OPT_OUT": "YES",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GSK_DISABLE_ANALYTICS": "true",
    "GSK_DISABLE_SENTRY": "true",
    "INSPECT_DISABLE_UPDATE_CHECK": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "NML_DISABLE_USAGE_LOGGING": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "PROMPTFOO_DISABLE_REMOTE_GENERATION": "true",
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "PROMPTFOO_DISABLE_UPDATE": "1",
    "WANDB_MODE": "disabled",
}
OWN: Final = ("DO_NOT_TRACK", "ORT_DISABLE_TELEMETRY")
"""What the libraries that Sunlit itself loads read, each before it is loaded."""
UNSET: Final = frozenset(
    {"ALL_PROXY", "FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "INSPECT_TELEMETRY", "SENTRY_DSN"}
)
"""What would lead out: proxies (in any case of letters), and hooks that send."""


def quiet(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment (default: this process's) with every switch set and no proxy."""
    before = os.environ if environment is None else environment
    kept = {name: value for name, value in before.items() if name.upper() not in UNSET}
    return {**kept, **SWITCHES, "NO_PROXY": "*", "no_proxy": "*"}


def silence() -> None:
    """Set what our own libraries read in this process; call it before any of them is loaded.

    ONNX Runtime from 1.29 makes an identifier of the device and sends events to its makers, on
    Linux too, and reads its switch once. It does so whatever DO_NOT_TRACK says.
    """
    os.environ.update({name: SWITCHES[name] for name in OWN})
