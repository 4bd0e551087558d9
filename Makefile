# make run    install, train studies/vanishing_gradient.yaml, write its report
# make test   install, lint, types, import contracts, all tests
# make check  lint, types, import contracts only
# make bench  measure; prints one JSON document a benchmark

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check bench clean

run: .venv/installed
	$(BIN)/orch run studies/vanishing_gradient.yaml

test: check
	$(BIN)/python -m pytest

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed-dev
	@for benchmark in benchmarks/bench_*.py; do $(BIN)/python $$benchmark || exit 1; done

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf .venv build results *.egg-info
