# One word a chore. `make demo` and `make test` are all a fresh machine needs.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench client lock clean

help: ## what each word does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.installed ## build the environment in .venv

.venv/.installed: requirements.lock pyproject.toml
	@bash scripts/setup.sh "$(PYTHON)"

demo: setup ## a living restaurant, connected: http://localhost:8000
	@exec $(BIN)/comptoir demo

test: setup ## everything that can be tested on this machine (DEEP=1 for the long ones)
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: setup ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup ## ratios against peers measured in the same run (NAME=door for one alone)
	@$(BIN)/python -m bench $(NAME)

client: setup ## the provider API's Python client, made anew from our OpenAPI document
	@$(BIN)/python scripts/client.py

lock: ## renew requirements.lock (needs uv)
	uv pip compile pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 \
		--no-emit-index-url --no-header --upgrade --output-file requirements.lock --quiet

clean: ## remove the environment and caches, never the data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
