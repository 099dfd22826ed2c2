# Sunlit's one way to build, try and check itself. `make help` lists what there is.
#
# Needs: Python >= 3.11 with venv, and make. Everything else is installed into .venv from
# hash-locked lists (requirements/*.txt). A second call is quick: stamp files in .venv say
# what is installed already.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# The first Python that is new enough; override with `make PYTHON=/path/to/python3.12 ...`.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	if "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
JOBS ?= 2
PYTEST_ARGS ?=
BENCH_ARGS ?=

export PATH := $(CURDIR)/$(BIN):$(PATH)
# Some containers set it. Then each of the hundreds of processes of a demo or of the tests compiles
# all that it imports, which takes longer than what most of them do.
unexport PYTHONDONTWRITEBYTECODE

# --- install --------------------------------------------------------------------------------

$(VENV)/.stamp-base: requirements/uv.txt requirements/build.txt tools/install.sh
	@bash tools/install.sh base "$(PYTHON)" $(VENV)
	@touch $@

# One stamp a lock file: .stamp-demo is installed from requirements/demo.txt.
$(VENV)/.stamp-%: requirements/%.txt $(VENV)/.stamp-base pyproject.toml
	@bash tools/install.sh locked $(VENV) $*
	@touch $@

# Development's list holds demo's and test's.
$(VENV)/.stamp-dev: requirements/dev.txt $(VENV)/.stamp-base pyproject.toml
	@bash tools/install.sh locked $(VENV) dev
	@touch $@ $(VENV)/.stamp-demo $(VENV)/.stamp-test

.PHONY: install venv
install: $(VENV)/.stamp-core ## make .venv with Sunlit and its core dependencies only
venv: $(VENV)/.stamp-dev ## make .venv with everything that development needs

# Synthesis with differential privacy pins an old NumPy, so it has an environment of its own.
SYNTH := $(VENV)-synth
.PHONY: synth
synth: $(SYNTH)/.stamp ## make .venv-synth, in which `sunlit data synth` runs dpmm and Anonymeter
$(SYNTH)/.stamp: requirements/synth.txt $(VENV)/.stamp-base
	@bash tools/install.sh base "$(PYTHON)" $(SYNTH)
	@bash tools/install.sh locked $(SYNTH) synth
	@touch $@

# --- try it ---------------------------------------------------------------------------------

# SERVE=no leaves the website out: the gate has nobody who would stop it.
SERVE := yes
.PHONY: demo serve
demo: $(VENV)/.stamp-demo ## play the whole story on a real model, from folder to website
	@bash tools/install.sh libgomp $(VENV)
	@$(BIN)/sunlit demo --again
	@if [ "$(SERVE)" = yes ]; then $(MAKE) serve; fi

serve: $(VENV)/.stamp-demo ## serve the website that the demo made, until Ctrl-C
	@$(BIN)/sunlit serve --at sunlit-demo/node --dev --port 8400

# Downloads 1.4 GB once. The model answers on loopback only, and is stopped when the play ends.
LIVE := 18080
.PHONY: demo-live
demo-live: $(VENV)/.stamp-demo $(VENV)/.stamp-vision ## the same, with a language model attacked live and a vision model
	@bash tools/install.sh libgomp $(VENV)
	@$(BIN)/python -m tools.local_model get
	@$(BIN)/python -m tools.local_model serve --port $(LIVE) & server=$$!; trap "kill $$server" EXIT; \
	SUNLIT_DEMO_ENDPOINT=http://127.0.0.1:$(LIVE)/v1 $(BIN)/sunlit demo --again

# --- check it -------------------------------------------------------------------------------

.PHONY: test coverage lint types layers errors-page wheel sbom check check-long bench bench-data bench-audit bench-node screenshots
test: $(VENV)/.stamp-test ## run the tests
	@bash tools/install.sh libgomp $(VENV)
	@bash tools/install.sh spark $(VENV)
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(PYTEST_ARGS)

coverage: $(VENV)/.stamp-test ## run the tests with branch coverage and hold the thresholds
	@bash tools/install.sh libgomp $(VENV)
	@bash tools/install.sh spark $(VENV)
	@rm -f .coverage .coverage.*
	@passed=0; $(BIN)/coverage run -m pytest -n $(JOBS) --dist worksteal $(PYTEST_ARGS) || passed=$$?; \
	$(BIN)/coverage combine -q; \
	$(BIN)/coverage json -q -o .coverage.json; \
	$(BIN)/python -m tools.coverage_floor .coverage.json; \
	exit $$passed

lint: $(VENV)/.stamp-dev ## formatting and lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(VENV)/.stamp-dev ## mypy and basedpyright, both strict
	@$(BIN)/mypy
	@$(BIN)/basedpyright

layers: $(VENV)/.stamp-dev ## dependencies point down only
	@$(BIN)/lint-imports --no-cache

errors-page: $(VENV)/.stamp-dev ## is docs/reference/errors.md what the code says?
	@$(BIN)/python -m tools.errors_page --check

sbom: $(VENV)/.stamp-dev ## write what Sunlit is made of: build/sunlit.cdx.json
	@$(BIN)/python -m tools.sbom build/sunlit.cdx.json

wheel: sbom ## build the wheel, install it alone, let it test itself
	@bash tools/wheel_selftest.sh "$(PYTHON)" $(BIN)

# The demo is played beside the checks that need one core. The tests that use where it ended come
# last and wait for it (tests/e2e/played.py).
PLAYED := sunlit-demo
check: $(VENV)/.stamp-dev $(VENV)/.stamp-demo ## the gate: everything a change must pass, short budgets
	@started=$$SECONDS; work=$$(mktemp -d); \
	set -m; { ended=0; $(MAKE) demo SERVE=no || ended=$$?; echo $$ended > "$$work/ended"; } > "$$work/demo" 2>&1 & \
	played=$$!; set +m; trap 'kill -- -$$played 2>/dev/null || true; rm -rf "$$work"' EXIT; \
	for step in lint types layers errors-page wheel; do \
		echo "== $$step"; at=$$SECONDS; $(MAKE) $$step; echo "   ($$((SECONDS - at)) s)"; \
	done; \
	echo "== coverage"; at=$$SECONDS; passed=0; \
	SUNLIT_PLAYED_DEMO=$(CURDIR)/$(PLAYED) SUNLIT_PLAYED_ENDED=$$work/ended $(MAKE) coverage || passed=$$?; \
	echo "   ($$((SECONDS - at)) s)"; \
	echo "== demo, beside it"; wait $$played; \
	[ "$$(cat "$$work/ended")" = 0 ] || { cat "$$work/demo"; exit 1; }; tail -n 8 "$$work/demo"; \
	[ $$passed = 0 ] || exit $$passed; \
	echo "check: everything holds ($$((SECONDS - started)) s)"

check-long: $(VENV)/.stamp-dev ## kill loops, fuzzing and other tests that take minutes
	@bash tools/install.sh libgomp $(VENV)
	@bash tools/install.sh spark $(VENV)
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n $(JOBS) --timeout 3600 -m "long or conformance" $(PYTEST_ARGS)

bench: $(VENV)/.stamp-dev ## measure side by side; numbers go to benchmarks/RESULTS.md
	@bash tools/install.sh libgomp $(VENV)
	@$(BIN)/python -m benchmarks.run $(BENCH_ARGS)

bench-data: $(VENV)/.stamp-dev .venv-presidio/.stamp .venv-pycanon/.stamp ## measure the data safeguards beside Presidio and pyCANON; numbers go to benchmarks/DATA.md
	@bash tools/install.sh libgomp $(VENV)
	@$(BIN)/python -m benchmarks.data $(BENCH_ARGS)

bench-audit: $(VENV)/.stamp-dev .venv-nannyml/.stamp .venv-evidently/.stamp .venv-inspect/.stamp ## measure the audits beside fairlearn, nannyml, evidently and Inspect; numbers go to benchmarks/AUDIT.md
	@bash tools/install.sh libgomp $(VENV)
	@$(BIN)/python -m benchmarks.audit $(BENCH_ARGS)

bench-node: $(VENV)/.stamp-dev .venv-mlflow/.stamp ## measure the node beside MLflow's registry; numbers go to benchmarks/NODE.md
	@$(BIN)/python -m benchmarks.node $(BENCH_ARGS)

# Peers of `make bench-data`, `make bench-audit`, each in an environment of its own: they pin what Sunlit must not.
.venv-%/.stamp: requirements/bench-%.txt $(VENV)/.stamp-base
	@rm -rf .venv-$*
	@"$(PYTHON)" -m venv .venv-$*
	@$(BIN)/uv pip install --quiet --system-certs --python .venv-$*/bin/python --require-hashes -r $<
	@touch $@

screenshots: $(VENV)/.stamp-dev ## take a picture of every page of a node into build/screenshots
	@$(BIN)/python -m tools.screenshots build/screenshots

# --- keep it --------------------------------------------------------------------------------

.PHONY: format docs lock changelog clean help
format: $(VENV)/.stamp-dev ## format the code and fix what lint can fix
	@$(BIN)/ruff check --fix-only -q .
	@$(BIN)/ruff format -q .

docs: $(VENV)/.stamp-dev ## write the generated pages anew
	@$(BIN)/python -m tools.errors_page

lock: $(VENV)/.stamp-base ## resolve all dependencies anew and lock them by hash
	@bash tools/lock.sh $(BIN)/uv

changelog: $(VENV)/.stamp-dev ## fold changes/ into CHANGELOG.md for the version in src/sunlit
	@$(BIN)/towncrier build --yes

clean: ## remove what was built; `rm -r .venv` removes the environment too
	@rm -rf build dist sunlit-demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@rm -rf .hypothesis .coverage .coverage.*
	@find src tests tools benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14
