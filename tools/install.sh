#!/usr/bin/env bash
# Installs into .venv from hash-locked lists. Called by the Makefile:
#   install.sh base PYTHON VENV     make the venv; uv and the build backend into it
#   install.sh locked VENV NAME     requirements/NAME.txt, then Sunlit itself, editable
#   install.sh spark VENV           PySpark, where Java is found
#   install.sh libgomp VENV         LightGBM's one system library
set -euo pipefail

say() { echo "install: $*" >&2; }

base() {
    local python=$1 venv=$2
    if [ -z "$python" ]; then
        say "no Python 3.11 or newer found; on Debian or Ubuntu: apt-get install python3.11 python3.11-venv"
        exit 2
    fi
    if ! "$venv/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        rm -rf "$venv"
        if ! "$python" -m venv "$venv" >/dev/null; then
            local version
            version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
            rm -rf "$venv"
            say "$python cannot make a virtual environment; on Debian or Ubuntu: apt-get install python$version-venv"
            exit 2
        fi
    fi
    pip_install "$venv" requirements/build.txt
    # uv is faster and does the same; pip is enough where there is no uv for the platform.
    pip_install "$venv" requirements/uv.txt || say "uv could not be installed; going on with pip"
}

pip_install() {
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$2"
}

locked() {
    local venv=$1 name=$2
    # --system-certs: public bodies often have a TLS proxy with a certificate of their own.
    if ! [ -x "$venv/bin/uv" ] || ! "$venv/bin/uv" pip install --quiet --system-certs \
        --python "$venv/bin/python" --require-hashes -r "requirements/$name.txt"; then
        say "going on with pip, which takes longer"
        pip_install "$venv" "requirements/$name.txt"
    fi
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --no-deps --no-build-isolation --editable .
    "$venv/bin/python" -m tools.warm
}

# Spark runs on Java; where there is none, its tests are skipped.
spark() {
    local venv=$1
    if ! command -v java >/dev/null; then
        say "no Java here, so the tests on Spark are skipped"
    elif ! "$venv/bin/python" -c 'import pyspark' 2>/dev/null; then
        "$venv/bin/uv" pip install --quiet --system-certs --python "$venv/bin/python" \
            --require-hashes -r requirements/spark.txt || pip_install "$venv" requirements/spark.txt
    fi
}

libgomp() {
    local venv=$1
    if "$venv/bin/python" -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null ||
        [ "$(uname -s)" != Linux ]; then
        return
    fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "LightGBM needs libgomp1: installing it with apt-get"
        apt-get install --yes --quiet --no-install-recommends libgomp1 >/dev/null 2>&1 ||
            { apt-get update --quiet >/dev/null &&
                apt-get install --yes --quiet --no-install-recommends libgomp1 >/dev/null; }
    else
        say "LightGBM needs the system library libgomp1: sudo apt-get install libgomp1"
        exit 2
    fi
}

"$@"
