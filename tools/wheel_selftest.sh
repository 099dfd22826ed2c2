#!/usr/bin/env bash
# Builds the wheel, installs it with its core dependencies only into a venv of its own, and
# lets it sign, log, prove, verify and check a bundle there. Finds what an editable install hides: a file left
# out of the wheel, an import that only a development tool brings.
#   wheel_selftest.sh PYTHON BIN
set -euo pipefail
python=$1 bin=$2
bundles=$PWD/tests/fixtures/bundles
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --wheel-dir "$work" .
wheel=("$work"/sunlit-*.whl)
if [ -x "$bin/uv" ]; then
    "$bin/uv" venv --quiet --python "$bin/python" "$work/venv"
    "$bin/uv" pip install --system-certs --quiet --python "$work/venv/bin/python" --require-hashes -r requirements/core.txt
    "$bin/uv" pip install --system-certs --quiet --python "$work/venv/bin/python" --no-deps "${wheel[0]}"
else
    "$python" -m venv "$work/venv"
    "$work/venv/bin/python" -m pip install --quiet --require-hashes -r requirements/core.txt
    "$work/venv/bin/python" -m pip install --quiet --no-deps "${wheel[0]}"
fi
cd "$work" # away from the source tree
export HOME=$work PYTHONWARNINGS=error
"$work/venv/bin/sunlit" selftest
# What a court's expert has: the core alone, a bundle, and a trust file that came by another way.
"$work/venv/bin/sunlit" verify "$bundles/decision.zip" --trust "$bundles/trust.json" \
    --at 2026-02-01T00:00:00Z >"$work/verified"
grep 'Every check passed' "$work/verified"
"$work/venv/bin/sunlit" bundle --verifier-digest >/dev/null # verify.html is whole in the wheel
