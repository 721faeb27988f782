# Two commands do everything on a machine that has Python 3.13 and make: `make run` and `make test`.
PYTHON ?= python3.13
PORT ?= 4566
TEST_PORT ?= 4599
API_PORT ?= 3000
PYTEST_ARGS ?=
SAM_ARGS ?=
PY := .venv/bin/python
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help run stop invoke start-api test lint unit deployed demo conformance bench environment clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */\1\t/' | awk -F '\t' '{printf "make %-13s %s\n", $$1, $$2}'

run: environment ## Start the whole system on this machine; PORT=4566 moves it, DETACH=1 returns once it is up
	@$(PY) -m tools.stack $(if $(DETACH),up,run) --port $(PORT)

stop: ## Stop the local stack
	@if [ -x $(PY) ]; then $(PY) -m tools.stack stop; else echo "the local stack was not running"; fi

invoke: environment ## sam local invoke against the running stack: FUNCTION=LeadsCreate, on its sample event; needs Docker
	@$(PY) -m tools.stack invoke --function "$(FUNCTION)" $(SAM_ARGS)

start-api: environment ## sam local start-api against the running stack; API_PORT=3000 moves it; needs Docker
	@$(PY) -m tools.stack start-api --api-port $(API_PORT) $(SAM_ARGS)

# The deployed flows mostly wait, so they run in parallel to the other tests; their output is shown when both are done.
test: lint ## Lint, types, template, all tests, and the deployed flows on a stack of their own
	@mkdir -p .local
	@$(MAKE) --no-print-directory deployed > .local/deployed.log 2>&1 & deployed=$$!; \
	$(MAKE) --no-print-directory unit; unit=$$?; \
	wait $$deployed; deployed=$$?; cat .local/deployed.log; exit $$((unit | deployed))

lint: environment ## ruff, mypy, sam validate
	@ruff check .
	@ruff format --check --quiet .
	@mypy
	@AWS_DEFAULT_REGION=us-east-1 sam validate --lint
	@AWS_DEFAULT_REGION=us-east-1 sam validate --lint --template functions/workers/template.yaml

unit: environment ## All tests that need no running stack, with their branch coverage; PYTEST_ARGS selects tests, without coverage
	@COVERAGE_CORE=sysmon pytest -n 2 --dist worksteal $(or $(PYTEST_ARGS),--cov)

deployed: environment ## tests/deployed against a stack of its own; TEST_PORT=4599 moves it
	@$(PY) -m tools.stack tests --port $(TEST_PORT) $(PYTEST_ARGS)

demo: environment ## Demonstrate the main use case, with its evidence, on the running stack
	@$(PY) -m tools.demo

conformance: environment ## The tests of eal.core.table against DynamoDB Local; needs Java and npm
	@$(PY) -m tools.conformance

bench: environment ## Cold starts and warm handlers, as ratios
	@$(PY) -m tools.bench

environment:
	@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) is not on PATH: install Python 3.13, or set PYTHON=/path/to/python3.13" >&2; exit 1; }
	@$(PYTHON) tools/stack/environment.py

clean: stop ## Remove all generated files, including .venv
	@rm -rf .local .venv .aws-sam .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
