PYTHON ?= python3
BIN := .venv/bin
export UZEL_HOME ?= var

.PHONY: demo test bench check lint types imports lock clean
demo: .venv/ready          ## five shops, a portal, orders both ways; opens on http://127.0.0.1:8024/
	$(BIN)/uzel demo

test: .venv/ready-dev lint types imports   ## everything that must pass
	$(BIN)/python -m pytest

bench: .venv/ready-dev     ## the benches; prints ratios
	$(BIN)/python -m bench

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready-dev
	$(BIN)/mypy

imports: .venv/ready-dev
	$(BIN)/lint-imports

lock: .venv/ready-dev      ## pin the dependencies again
	cd requirements && for name in base dev; do ../$(BIN)/pip-compile -q --upgrade --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --no-emit-options -o $$name.txt $$name.in; done

clean:
	rm -rf .venv var

.venv/ready: requirements/base.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/base.txt
	$(BIN)/python -m pip install --quiet --no-deps -e .
	touch $@

.venv/ready-dev: .venv/ready requirements/dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/base.txt -r requirements/dev.txt
	touch $@
