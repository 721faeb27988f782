# `make run` and `make test` need only Python 3.13 and make.
PYTHON ?= python3.13
PORT ?= 4566
TEST_PORT ?= 4599
API_PORT ?= 3000
PYTEST_ARGS ?=
SAM_ARGS ?=
PY := .venv/bin/python
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0
# hypothesis imports NumPy before our code can set it; threads of several test processes would wait for each other.
export OPENBLAS_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help run stop reset invoke start-api test lint unit unit-botocore deployed as-deployed rehearse demo conformance bench screenshots train audit secrets sbom reproducible packages environment scanner auditor clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */\1\t/' | awk -F '\t' '{printf "make %-13s %s\n", $$1, $$2}'

run: environment ## Start the whole system on this machine; PORT=4566 sets its port, DETACH=1 returns when it is healthy, KEEP=1 keeps its state
	@$(PY) -m tools.stack $(if $(DETACH),up,run) --port $(PORT) $(if $(KEEP),--keep)

stop: ## Stop the system that `make run` started
	@if [ -x $(PY) ]; then $(PY) -m tools.stack stop; else echo "nothing was running"; fi

reset: ## Stop the system, and remove the state that KEEP=1 kept
	@if [ -x $(PY) ]; then $(PY) -m tools.stack reset; else echo "nothing was running"; fi

invoke: environment ## Invoke FUNCTION=LeadsCreate on its sample event with sam local; needs the running stack and Docker
	@$(PY) -m tools.stack invoke --function "$(FUNCTION)" $(SAM_ARGS)

start-api: environment ## Serve the API with sam local, on API_PORT=3000; needs the running stack and Docker
	@$(PY) -m tools.stack start-api --api-port $(API_PORT) $(SAM_ARGS)

# The deployed flows mostly wait, so they run in parallel with the other tests. Their output follows at the end.
test: lint ## Run lint, types, template checks, all tests, and the deployed flows on a stack of their own
	@mkdir -p .local
	@$(MAKE) --no-print-directory deployed > .local/deployed.log 2>&1 & deployed=$$!; \
	$(MAKE) --no-print-directory unit; unit=$$?; \
	wait $$deployed; deployed=$$?; cat .local/deployed.log; exit $$((unit | deployed))

lint: environment scanner auditor ## Run ruff, mypy, sam validate and checkov, and validate the SBOMs
	@ruff check .
	@ruff format --check --quiet .
	@mypy
	@AWS_DEFAULT_REGION=us-east-1 sam validate --lint
	@AWS_DEFAULT_REGION=us-east-1 sam validate --lint --template functions/workers/template.yaml
	@AWS_DEFAULT_REGION=us-east-1 sam validate --lint --template alarms.yaml
	@AWS_DEFAULT_REGION=us-east-1 sam validate --lint --template functions/dashboard/template.yaml
	@$(PY) -m tools.scan
	@$(PY) -m tools.sbom

# A file stays on one process, so that what its tests share, such as judged calls, is computed once.
unit: environment ## Run the tests that need no stack, with coverage; PYTEST_ARGS=... selects tests and omits coverage
	@COVERAGE_CORE=sysmon pytest -n 2 --dist loadfile $(or $(PYTEST_ARGS),--cov --cov-config=pyproject.toml)

unit-botocore: environment ## Run the tests of the functions with botocore in place of our own AWS client
	@EAL_SDK=botocore pytest -n 2 --dist loadfile $(or $(PYTEST_ARGS),tests/functions tests/eal/core)

deployed: environment ## Run tests/deployed against a stack of their own; TEST_PORT=4599 sets its port
	@$(PY) -m tools.stack tests --port $(TEST_PORT) $(PYTEST_ARGS)

as-deployed: environment ## Run every sample event, and a part of the tests, on the built layers
	@$(PY) -m tools.as_deployed

# After `make unit`, which records the calls of every function; otherwise this target records them first.
rehearse: environment ## Rehearse a deployment to AWS without an account: limits, IAM, order of creation, price
	@$(PY) -m tools.rehearse

demo: environment ## Show the main flow with its evidence, on the running stack
	@$(PY) -m tools.demo

conformance: environment ## Run the tests of the table kit against DynamoDB Local, if Java and npm are installed
	@$(PY) -m tools.conformance

bench: environment ## Measure cold starts and warm handlers, as ratios
	@$(PY) -m tools.bench

screenshots: environment ## Take pictures of every page of the dashboard, in .local/screenshots; needs Chromium
	@$(PY) -m tools.screenshots

train: environment ## Train the heads of the embedded engine from tools/evaluate/sets; TASK=... selects one task, all take two and a half hours
	@$(PY) tools/stack/environment.py training
	@.local/training/bin/python -m tools.train $(TASK)

packages: ## Create .venv, without the models; most tests of endpoints need no more
	@$(PYTHON) tools/stack/environment.py packages

audit: environment auditor ## Ask the package index for known vulnerabilities of every pinned package
	@$(PY) -m tools.audit vulnerabilities

secrets: environment auditor ## Search every tracked file for secrets
	@$(PY) -m tools.audit secrets

sbom: environment auditor ## Write and validate the SBOM of each layer, in .local/sbom
	@$(PY) -m tools.sbom

reproducible: environment ## Build each layer twice and compare the builds; LAYERS="shared numpy" selects some
	@$(PY) -m tools.reproducible $(LAYERS)

environment:
	@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) is not on PATH: install Python 3.13, or set PYTHON=/path/to/python3.13" >&2; exit 1; }
	@$(PYTHON) tools/stack/environment.py

scanner: environment
	@$(PY) tools/stack/environment.py scanner

auditor: environment
	@$(PY) tools/stack/environment.py auditor

clean: stop ## Remove all generated files, including .venv
	@rm -rf .local .venv .aws-sam .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
