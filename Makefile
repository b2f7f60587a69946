# Two commands: `make repro` and `make test`. Both set everything up in .venv first.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: setup repro test bench docs docs-serve lock clean

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Makefile: $(PYTHON) is $$($(PYTHON) --version); Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the pinned packages into .venv (a few minutes, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

repro: setup  ## run what is stale: dvc repro, with one Prefect server for all stages
	@$(BIN)/ser repro

test: setup  ## the checks and the tests
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet . && $(BIN)/mypy && $(BIN)/lint-imports
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

bench: setup  ## our descriptors against pyAudioAnalysis, same files, same run
	@$(BIN)/python -m benchmarks.lld $(FOLDER)

docs: setup  ## the documentation: open site/index.html
	@$(BIN)/python -m pipelines.reference && $(BIN)/zensical build --clean --strict && echo "Open site/index.html"

docs-serve: setup  ## the same on http://localhost:8000, built again whenever a page changes
	@$(BIN)/python -m pipelines.reference && $(BIN)/zensical serve

lock:  ## resolve pyproject.toml into requirements.lock, keeping its pins; make lock UPGRADE=--upgrade moves them
	@$(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 $(UPGRADE) --extra dev \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --output-file requirements.lock

clean:  ## remove caches and the environment; data, results and runs stay
	rm -rf .venv site docs/reference .cache .prefect .ser .mypy_cache .ruff_cache .pytest_cache
