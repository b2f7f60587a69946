# Two commands: `make repro` and `make test`. Both set up what they need in .venv first.
PYTHON ?= python3
BIN := .venv/bin
PYTHONS ?= python3.11 python3.12 python3.13
export PATH := $(CURDIR)/$(BIN):$(PATH)
# uv leaves compiling to the first import; where nothing may be written then, every import compiles anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup setup-all repro check test test-pythons bench docs docs-serve lock clean

setup: .venv/ready  ## what using the product takes
setup-all: .venv/ready-all  ## and what tests, documentation and every extra take

# The lock is installed as it is: nothing is resolved, so a package released tomorrow changes nothing. uv, from the same
# index as pip's packages, does in seconds what pip does in minutes. TensorFlow's C++ headers, a seventh of it all, go, and so does libclang, which
# it names as a requirement and never loads.
define install
@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-uv.lock
@index="$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null)}"; \
  $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes $${index:+--default-index "$$index"} $(1)
@rm -rf .venv/lib/python*/site-packages/tensorflow/include .venv/lib/python*/site-packages/clang
@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
endef

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Makefile: $(PYTHON) is $$($(PYTHON) --version); Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .venv

# Where everything is there already, less is not made of it.
.venv/ready: requirements.lock requirements-dev.lock requirements-uv.lock pyproject.toml | .venv/bin/python
	@echo "Installing the pinned packages into .venv (about a minute, once) ..."
	$(call install,$(if $(wildcard .venv/ready-all),requirements-dev.lock,requirements.lock))
	@touch $@

.venv/ready-all: requirements-dev.lock requirements-uv.lock pyproject.toml | .venv/bin/python
	@echo "Installing the pinned packages, with those of tests and extras, into .venv (about a minute, once) ..."
	$(call install,requirements-dev.lock)
	@touch $@ .venv/ready

repro: setup  ## run what is stale: dvc repro, with the libraries loaded once for all stages
	@$(BIN)/ser repro

LINT = $(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet . && $(BIN)/mypy && $(BIN)/lint-imports

check: setup-all  ## lint, types, and every test that starts no other program and builds no network
	@$(LINT)
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow and not network"

test: setup-all  ## the whole: make check, and the workflows for real
	@$(LINT)
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-pythons:  ## both commands' set-up, the demo run and the quick tests in a fresh clone, for each Python that is here
	@bash .ci/pythons $(PYTHONS)

bench: setup-all  ## our descriptors against pyAudioAnalysis, same files, same run
	@$(BIN)/python -m benchmarks.lld $(FOLDER)

docs: setup-all  ## the documentation: open site/index.html
	@$(BIN)/python -m pipelines.reference && $(BIN)/zensical build --clean --strict && echo "Open site/index.html"

docs-serve: setup-all  ## the same on http://localhost:8000, built again whenever a page changes
	@$(BIN)/python -m pipelines.reference && $(BIN)/zensical serve

COMPILE = $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-annotate --no-header pyproject.toml

lock: setup-all  ## resolve pyproject.toml into the lock files, keeping their pins; make lock UPGRADE=--upgrade moves them
	@$(COMPILE) $(UPGRADE) --extra dev --output-file requirements-dev.lock
	@$(COMPILE) --extra use --constraint requirements-dev.lock --output-file .requirements.new && mv .requirements.new requirements.lock
	@awk '/^uv==/ {own = 1} own {print} own && !/\\$$/ {exit}' requirements-dev.lock > requirements-uv.lock

clean:  ## remove caches and the environment; data, results and runs stay
	rm -rf .venv site docs/reference .cache .prefect .ser .mypy_cache .ruff_cache .pytest_cache
