.PHONY: test
test: .venv/ready
	.venv/bin/python -m pytest -q

.venv/ready: pyproject.toml
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet pytest hypothesis
	touch $@
