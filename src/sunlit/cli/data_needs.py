"""Says in words what is not installed, before anything of it is imported."""

from importlib.util import find_spec

from sunlit.base.errors import UnavailableError


def needed(*modules: str) -> None:
    """Make sure that the extra `[data]` is installed.

    Raises:
        UnavailableError: `producer.needs-data`.
    """
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise UnavailableError(
            "producer.needs-data", f"this needs {', '.join(missing)}, which is not installed",
            mend="pip install 'sunlit[data]'",
        )  # fmt: skip
