"""One fuzzer: `python -m tests.fuzz.harness DOOR -max_total_time=60 FOLDER_OF_SEEDS`."""

import sys

import atheris


def main() -> None:
    """Fuzz until libFuzzer's own limits say stop; it ends the process."""
    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=["sunlit", "tomllib"]):
        from tests.fuzz import doors

    def one(data: bytes) -> None:
        doors.knock(name, data)

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
