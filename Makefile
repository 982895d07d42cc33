# FinLens: `make up` starts everything, `make test` tests everything. Both install what they need into .venv first.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help up test test-all eval lint format clean

VENV := .venv
BIN := $(VENV)/bin
# pip tells what it does the first time; later, when a pin has changed, only what goes wrong.
PIP = $(BIN)/python -m pip --disable-pip-version-check $(if $(wildcard $@),--quiet)
# Name another Python with `make up PYTHON=/path/to/python3.12`.
PYTHON ?=

# A stamp is newer than what it was made from, so nothing is installed twice.
BASE := $(VENV)/.installed-base
TESTS := $(VENV)/.installed-tests

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: $(BASE) ## start database, demo bank, API, worker and web; Ctrl-C stops them
	@$(BIN)/finlens up

test: $(TESTS) ## run every test, the browser's too
	@$(BIN)/python -m pytest -n 2 --dist loadfile -rs

test-all: lint test ## lint, then every test

eval: $(TESTS) ## put the analyst through its exams; fails below the gates
	@$(BIN)/finlens eval run

lint: $(TESTS) ## formatting, rules, types, and who may import whom
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports

format: $(TESTS) ## put the code into its usual form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## remove what can be made again; your data in .finlens stays
	rm -rf $(VENV) dist .web .states assets/external
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@sh deploy/make-venv.sh $(VENV) $(PYTHON)

$(BASE): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing FinLens and the 140 packages it stands on: a few minutes the first time"
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(TESTS): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what the tests need, PyTorch among it: some minutes the first time"
	@$(PIP) install -c constraints.txt -e '.[dev,embeddings,evals,export]'
	@touch $@ $(BASE)
