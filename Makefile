PYTHON ?= python3
BIN := .venv/bin
export UZEL_HOME ?= var

.PHONY: help demo test bench schema fuzz lint types imports docs lock clean

help:                      ## this list
	@sed -n 's/^\([a-z]*\):.*##/\1\t/p' Makefile | sort

demo: .venv/ready          ## five shops, a portal, orders both ways; opens on http://127.0.0.1:8024/
	$(BIN)/uzel demo

test: .venv/ready-dev lint types imports   ## everything that must pass
	$(BIN)/python -m pytest -n 4

bench: .venv/ready-dev     ## the benches; prints ratios
	$(BIN)/python -m bench

schema: .venv/ready-dev    ## ORDERS=10000 generated orders, each valid under its schema and read back equal; needs the schemas (UZEL_SAMPLES)
	UZEL_ORDERS=$(or $(ORDERS),10000) $(BIN)/python -m pytest -q -n auto --maxprocesses 4 tests/commerceml/test_schema.py

fuzz: .venv/ready-dev      ## fuzzing by coverage, SECONDS=60 for each harness; needs Linux
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/fuzz.txt
	$(BIN)/python -m fuzz --seconds $(or $(SECONDS),60)

lint: .venv/ready-dev      ## ruff: rules and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready-dev     ## mypy, strict, of the program and its benches; its plugin reads the settings, which must not start a database for that
	DATABASE_URL=postgresql:///none UZEL_SECRET_KEY=none UZEL_SECRET_BOX_KEYS=none $(BIN)/mypy

imports: .venv/ready-dev   ## imports go one way
	$(BIN)/lint-imports

docs: .venv/ready-dev      ## print the tables of the documentation anew
	$(BIN)/python -m tests.docs.tables

lock: .venv/ready-dev      ## pin the dependencies again (clients.txt is pinned by hand)
	cd requirements && for name in base dev fuzz; do ../$(BIN)/pip-compile -q --upgrade --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --no-emit-options -o $$name.txt $$name.in; done

clean:                     ## remove the environment and what tools keep; the data in var stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/ready: requirements/base.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/base.txt
	$(BIN)/python -m pip install --quiet --no-deps -e .
	touch $@

.venv/ready-dev: .venv/ready requirements/dev.txt requirements/clients.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/base.txt -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/clients.txt
	touch $@
