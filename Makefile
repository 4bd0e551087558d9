# make run    install, train studies/vanishing_gradient.yaml, write its report
# make test   install, lint, types, import contracts, all tests
# make check  lint, types, import contracts only
# make bench  measure; prints one JSON document a benchmark
# make studies        run all shipped studies, one after another, into results/
# make reproductions  write docs/reproductions.md; of long studies, what results/ has
# make ewt            train the taggers of docs/reproductions.md; TREEBANK=FOLDER of UD English-EWT

PYTHON ?= python3
BIN := .venv/bin
LONG := slow or ray or browser

.PHONY: run test check bench studies reproductions ewt clean

run: .venv/installed
	$(BIN)/orch run studies/vanishing_gradient.yaml

test: check .mlflow/installed
	$(BIN)/python -m pytest -m "not ($(LONG))" --numprocesses auto
	$(BIN)/python -m pytest -m "$(LONG)" --numprocesses auto --dist loadfile

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed-dev
	@for benchmark in benchmarks/bench_*.py; do $(BIN)/python $$benchmark || exit 1; done

studies: .venv/installed
	@for study in studies/*.yaml; do $(BIN)/orch run $$study || exit 1; done

reproductions: .venv/installed
	$(BIN)/python -m benchmarks.reproductions --results results \
	    $(if $(TREEBANK),--treebank $(TREEBANK))

EWT = --set task.train=$(TREEBANK)/en_ewt-ud-train.conllu.gz \
      --set task.validation=$(TREEBANK)/en_ewt-ud-dev.conllu.gz \
      --set task.test=$(TREEBANK)/en_ewt-ud-test.conllu.gz

ewt: .venv/installed
	$(BIN)/orch run studies/bidirectional_tagging.yaml $(EWT) --set task.name=tagging \
	    --set study=ewt_recurrent --set model.embedding=64 --set model.hidden=128 \
	    --set training.learning_rate=0.002 --set training.epochs=3 --replicates 5
	$(BIN)/orch run benchmarks/ewt_windows.yaml $(EWT)

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

# A server for the tests to export to; it needs older libraries than orch.
.mlflow/installed:
	$(PYTHON) -m venv .mlflow
	.mlflow/bin/pip install --quiet "mlflow>=3.17,<4"
	touch $@

clean:
	rm -rf .venv .mlflow build results *.egg-info
