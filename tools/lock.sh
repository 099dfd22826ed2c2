#!/usr/bin/env bash
# Locks every dependency by version and hash, for every platform and Python >= 3.11.
# Releases younger than a week are not taken: a poisoned one is usually found by then.
# dev.txt is resolved first and constrains the others, so that they fit into one venv.
set -euo pipefail
uv=$1

compile() {
    local out=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --upgrade \
        --exclude-newer "${LOCK_BEFORE:-7 days}" --output-file "requirements/$out.txt" "$@"
    echo "lock: requirements/$out.txt: $(grep -c '^[a-z]' "requirements/$out.txt") packages"
}

compile dev --extra dev pyproject.toml
compile core --constraint requirements/dev.txt pyproject.toml
compile demo --extra demo --extra audit --constraint requirements/dev.txt pyproject.toml
compile server --extra server --constraint requirements/dev.txt pyproject.toml
compile test --extra test --constraint requirements/dev.txt pyproject.toml
compile synth --extra synth pyproject.toml # not constrained: an environment of its own
compile bench-presidio requirements/bench-presidio.in # the same
compile bench-pycanon requirements/bench-pycanon.in # the same
for peer in aequitas evidently inspect mlflow nannyml; do # the same
    compile "bench-$peer" "requirements/bench-$peer.in"
done
compile vision --extra vision --constraint requirements/dev.txt pyproject.toml
compile spark --extra spark --constraint requirements/dev.txt pyproject.toml
compile build --allow-unsafe requirements/build.in
compile uv requirements/uv.in
