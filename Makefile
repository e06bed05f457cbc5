# Everything runs inside this checkout: a virtual environment in .venv, state in var/.
# `make demo` and `make test` need Python 3.11 or later, pip and git; nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check

# Which locks are installed is remembered in the virtual environment itself.
RUNTIME := $(VENV)/.runtime
DEV     := $(VENV)/.dev
BROWSER := $(VENV)/.browser

# The second engine's carrier needs libraries that the project's own environment cannot hold.
SPARK   := .venv-spark
CARRIER := $(SPARK)/.carrier
SAIL    := $(SPARK)/.sail

# The S3-compatible server tests of object storage run against; built from its sources, with Go.
S3GATEWAY := $(VENV)/s3/versitygw
S3SOURCE  := github.com/versity/versitygw/cmd/versitygw@v1.8.0

# Tests of what is kept in the store.
STORED := tests/catalog tests/pipelines tests/flow tests/space/grants tests/space/wayback \
          tests/space/verification tests/space/workspace tests/space/preview \
          tests/space/api/test_a_page_holds_as_many_rows_as_its_reader_asked_for.py
# Long tests of it: races and kills.
RACED := tests/space/grants tests/flow

# Sail 0.7.2 refuses newer clients, and the client does not know pandas 3.
SPARK_NEEDS := pyspark-client==4.2.0 pandas==2.3.3 'pyarrow>=26.0.1' 'sqlglot[c]==30.30.0'

export DAGSTER_DISABLE_TELEMETRY := 1
export GX_ANALYTICS_ENABLED := false
# What is compiled is kept, whatever the environment says: tests start many programs, and each would compile anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install demo test test-full check format sbom audit bundle screenshots bench serve console dagster spark sail storage lock clean

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(RUNTIME) ## what running needs, and no more, into .venv

demo: $(RUNTIME) ## run the whole story on the demonstration city
	@$(BIN)/ybz demo

test: $(DEV) ## run the tests that need nothing but Python
	@echo "== tests (no server, no browser)"
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not full"

test-full: test $(SAIL) $(BROWSER) $(S3GATEWAY) ## then those that start real servers, and the store's on PostgreSQL
	@echo "== tests with real servers"
	@$(BIN)/python -m pytest -m full
	@echo "== tests of the store again, on PostgreSQL"
	@YBZ_TEST_STORE=postgresql $(BIN)/python -m pytest -n 2 --dist loadfile -m "not full and not embedded" $(STORED)
	@YBZ_TEST_STORE=postgresql $(BIN)/python -m pytest -m "full and not embedded" $(RACED)

check: $(DEV) ## format, lint, types, layers, licences, known faults
	@echo "== format" && $(BIN)/ruff format --check .
	@echo "== lint"   && $(BIN)/ruff check .
	@echo "== types"  && $(BIN)/mypy
	@echo "== layers" && $(BIN)/lint-imports
	@echo "== licences" && $(BIN)/python deploy/licences.py
	@echo "== advisories" && $(BIN)/python deploy/audit.py 8

format: $(DEV) ## put the code into shape
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

sbom: $(DEV) ## what is installed, as CycloneDX, into build/sbom
	@mkdir -p build/sbom
	@$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible \
	  --output-file build/sbom/runtime.cdx.json
	@$(BIN)/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml --output-reproducible \
	  --output-file build/sbom/environment.cdx.json
	@ls -l build/sbom

audit: $(DEV) ## known faults of what is installed, asked without a limit of seconds
	@$(BIN)/python deploy/audit.py 600

bundle: $(RUNTIME) ## everything for machines without a way out, tried without a network
	@$(BIN)/python deploy/bundle.py

screenshots: $(BROWSER) ## pictures of the console for the README, taken in a real browser
	@YBZ_TEST_PICTURES=docs/pictures $(BIN)/python -m pytest -q -m full tests/console/test_pictures_of_every_room.py

bench: $(DEV) ## measure against baselines of the same run
	@$(BIN)/python -m benchmarks

serve: $(RUNTIME) ## HTTP interface on http://127.0.0.1:8700 over ./var
	@$(BIN)/ybz init && $(BIN)/ybz serve

console: $(RUNTIME) ## the console over the demonstration city, http://127.0.0.1:8700/console/
	@test -e var/demo/city/planted.json || $(BIN)/ybz demo
	@$(BIN)/ybz staff
	@$(BIN)/ybz --home var/demo serve --console

dagster: $(DEV) ## the asset graph of ./var in Dagster's page, http://127.0.0.1:3000
	@DAGSTER_HOME=$(CURDIR)/dagster_home $(BIN)/dagster dev -w dagster_home/workspace.yaml

spark: $(CARRIER) ## the environment of the second engine's carrier

storage: $(S3GATEWAY) ## the S3-compatible server for tests of object storage (needs Go)

sail: $(SAIL) ## the same with Sail, the server its tests run against

lock: ## resolve all locks anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  --extra dev --extra build --extra postgres --extra telemetry pyproject.toml -o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  --extra build --extra postgres --extra telemetry -c requirements-dev.lock pyproject.toml -o requirements.lock
	printf '%s\n' playwright==1.65.2 axe-playwright-python==0.1.7 | uv pip compile --universal --python-version 3.11 \
	  --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  -c requirements-dev.lock - -o requirements-browser.lock
	printf '%s\n' $(SPARK_NEEDS) pysail==0.7.2 | uv pip compile --universal --python-version 3.11 \
	  --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  - -o requirements-sail.lock
	printf '%s\n' $(SPARK_NEEDS) | uv pip compile --universal --python-version 3.11 \
	  --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  -c requirements-sail.lock - -o requirements-spark.lock

clean: ## remove the virtual environment, state and caches of this checkout
	rm -rf $(VENV) $(SPARK) var build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed; set PYTHON=…")'
	@echo "== making $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "== installing what running needs into $(VENV): 140 packages, 1.5 GB on the disk; minutes the first time"
	@$(PIP) install -q --require-hashes -r requirements.lock
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@
	@echo "== installed; next: . $(VENV)/bin/activate && ybz init"

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "== installing what tests and checks need into $(VENV)"
	@$(PIP) install -q --require-hashes -r requirements-dev.lock
	@touch $@

$(BROWSER): requirements-browser.lock $(DEV)
	@echo "== installing what drives a browser in tests into $(VENV)"
	@$(PIP) install -q --require-hashes -r requirements-browser.lock
	@touch $@

$(S3GATEWAY): | $(VENV)/bin/python
	@command -v go >/dev/null || { echo "Go is needed to build the S3-compatible server: install it, or put versitygw on the path and at $@"; exit 1; }
	@echo "== building the S3-compatible server for tests (some minutes the first time)"
	@GOBIN=$(CURDIR)/$(VENV)/s3 go install $(S3SOURCE)

$(CARRIER): requirements-spark.lock
	@echo "== making $(SPARK)"
	@$(PYTHON) -m venv $(SPARK)
	@$(SPARK)/bin/python -m pip --disable-pip-version-check install -q --require-hashes -r requirements-spark.lock
	@touch $@

$(SAIL): requirements-sail.lock $(CARRIER)
	@echo "== installing Sail into $(SPARK)"
	@$(SPARK)/bin/python -m pip --disable-pip-version-check install -q --require-hashes -r requirements-sail.lock
	@touch $@
