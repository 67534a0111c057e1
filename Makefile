# `make` alone prints the commands.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check fmt lock package images up down deploy destroy clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Write bytecode even where the shell forbids it: the loop starts hundreds of short processes.
export PYTHONDONTWRITEBYTECODE =
export PYTHONPATH =

SOURCE ?=
FILE ?=
DEMO_ARGS ?=
# A worker per core, at most 4. Those of the integration tests wait for their local AWS half of the time.
WORKERS := -n auto --maxprocesses 4
INTEGRATION_WORKERS := -n 3
PORT ?=
MODEL ?=
VARS ?=
KEEP ?=
TRACKING ?=
ARGS ?=
PREFIX ?=

help: ## print this help
	@awk 'BEGIN {FS = ":.*## "; print "make …"} /^[a-z-]+:.*## / {printf "  %-13s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/ready ## create the virtual environment (minutes, once)

$(VENV)/ready: requirements.lock requirements-torch.txt pyproject.toml
	@$(PYTHON) scripts/setup.py $(VENV)

demo: setup ## run the whole loop on this machine: two virtual days in minutes (FILE=… for recorded transactions)
	@$(BIN)/python -m demo $(if $(SOURCE),--source "$(SOURCE)") $(if $(FILE),--file "$(FILE)") \
		$(if $(TRACKING),--tracking "$(TRACKING)") $(DEMO_ARGS)

test: setup checks-setup lint-setup package ## Terraform, unit, integration and end-to-end tests (about 15 minutes on 2 cores)
	@echo "== 1/3 Terraform: format, validate, module tests"
	@$(BIN)/python -m scripts.terraform
	@echo "== 2/3 unit tests"
	@$(BIN)/python -m pytest tests/unit -q $(WORKERS) --dist loadfile --durations 10
	@echo "== 3/3 integration tests on the local AWS, and the loop from end to end (minutes between dots)"
	@$(BIN)/python -m pytest tests/integration tests/e2e -q $(INTEGRATION_WORKERS) --durations 10
	@echo "All tests passed. Results of the end-to-end test: .evergreen/e2e (logs, report.json, loop.png)"
	@echo "Not run, because they take minutes more: make test-browser, make test-deployment, make chaos"

check: setup checks-setup lint-setup ## format, lint, types, generated tables, security (about a minute on 2 cores)
	@$(MAKE) --no-print-directory -j 2 check-code check-terraform check-policies check-secrets check-workflows

.PHONY: check-code check-terraform check-policies check-secrets check-workflows checks-setup lint-setup secrets
check-code: setup lint-setup
	@$(LINT)/ruff format --check .
	@$(LINT)/ruff check .
	@$(LINT)/mypy
	@$(BIN)/python -m scripts.terraform_docs --check
	@$(BIN)/python -m scripts.openapi --check

# Offline: no list of policies is downloaded. What is skipped says why, next to the resource.
check-terraform: checks-setup
	@$(CHECKS)/checkov --skip-download --quiet --compact --framework terraform --directory terraform --skip-path '/tests/'
	@$(CHECKS)/checkov --skip-download --quiet --compact --framework dockerfile $(addprefix --file ,$(DOCKERFILES))
	@$(CHECKS)/hadolint $(DOCKERFILES)

check-policies: setup checks-setup package
	@$(BIN)/python -m scripts.policies build/policies.json
	@$(CHECKS)/python -W ignore scripts/check_policies.py build/policies.json

# actionlint: syntax, expressions, shell; zizmor: what an attacker could use.
check-workflows: checks-setup
	@$(CHECKS)/actionlint
	@$(CHECKS)/zizmor --offline --no-progress --quiet .github

# The scanner also fails with 3, after it has updated moved line numbers in the baseline: of a copy, it does not matter.
check-secrets: checks-setup
	@mkdir -p build && cp .secrets.baseline build/secrets.baseline
	@$(CHECKS)/detect-secrets-hook --no-verify --baseline build/secrets.baseline $$(git ls-files) > build/secrets.txt \
		|| [ $$? -eq 3 ] || { cat build/secrets.txt; exit 1; }

secrets: checks-setup ## accept what the secret scanner finds now (review the change of .secrets.baseline)
	@$(CHECKS)/detect-secrets scan --no-verify $(SECRETS_EXCLUDED) > .secrets.baseline

# Checkov and the others have their own environment: its pins conflict with the loop's.
CHECKS_VENV := .venv-checks
CHECKS := $(CHECKS_VENV)/bin
DOCKERFILES := functions/predict/Dockerfile poller/Dockerfile sagemaker_pipelines/container/Dockerfile
SECRETS_EXCLUDED := --exclude-files '\.lock(\.hcl)?$$|requirements.*\.txt$$|\.secrets\.baseline$$|benchmarks/results/' \
	--exclude-secrets '^(none|test|local|a-token|token-[0-9])$$'

checks-setup: $(CHECKS_VENV)/ready

$(CHECKS_VENV)/ready: requirements-checks.lock
	@echo "checks: environment in $(CHECKS_VENV) (seconds, once)"
	@$(PYTHON) scripts/setup.py $(CHECKS_VENV) requirements-checks.lock

# Ruff and mypy: on top of .venv, whose packages have the types.
LINT_VENV := .venv-lint
LINT := $(LINT_VENV)/bin

lint-setup: $(LINT_VENV)/ready

$(LINT_VENV)/ready: $(VENV)/ready requirements-lint.lock
	@echo "lint: environment in $(LINT_VENV) (seconds, once)"
	@$(PYTHON) scripts/setup.py $(LINT_VENV) requirements-lint.lock $(VENV)

fmt: setup lint-setup ## format everything
	@$(LINT)/ruff format . && $(LINT)/ruff check --fix . && terraform fmt -recursive terraform
	@$(BIN)/python -m scripts.terraform_docs && $(BIN)/python -m scripts.openapi

lock: setup ## renew all locks from pyproject.toml
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m scripts.lock

package: setup ## build the Lambda zips (reproducible) into build/functions
	@$(BIN)/python -m scripts.package

images: ## build the images of the deployed stack and push them to its registry (needs Docker; MODEL=abalone VARS=my.tfvars PREFIX=…: the one image, which has every model)
	@$(BIN)/python -m scripts.images $(if $(MODEL),--model "$(MODEL)") $(if $(VARS),--vars "$(VARS)") $(if $(PREFIX),--prefix "$(PREFIX)")

up: setup ## start the local AWS with everything applied and the console, and leave it running (MODEL=abalone VARS=my.tfvars PORT=…)
	@$(BIN)/python -m scripts.up $(if $(MODEL),--model "$(MODEL)") $(if $(PORT),--port "$(PORT)") $(if $(VARS),--vars "$(VARS)") \
		$(if $(TRACKING),--tracking "$(TRACKING)")

down: ## stop the local AWS and delete its data (KEEP=1: keep it, and the next make up continues)
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m scripts.console; $(BIN)/python -m local down --home .evergreen/up; fi
	@$(if $(KEEP),,rm -rf .evergreen/up)
	@echo "the local AWS is stopped and its data $(if $(KEEP),kept: make up continues,deleted)"

deploy: setup package ## deploy to the AWS account of your credentials; repeat it if interrupted (MODEL=abalone VARS=my.tfvars ARGS=--yes)
	@$(BIN)/python -m scripts.deploy $(if $(MODEL),--model "$(MODEL)") $(if $(VARS),--vars "$(VARS)") $(ARGS)

.PHONY: plan
plan: setup package ## show what make deploy would change, with read permissions only (MODEL=abalone VARS=my.tfvars ARGS='--output FOLDER')
	@$(BIN)/python -m scripts.deploy.plan $(if $(MODEL),--model "$(MODEL)") $(if $(VARS),--vars "$(VARS)") $(ARGS)

destroy: setup package ## delete the deployment with its data and what the loop created; asks for its prefix (MODEL=abalone PREFIX=…)
	@$(BIN)/python -m scripts.deploy.destroy $(if $(MODEL),--model "$(MODEL)") $(if $(VARS),--vars "$(VARS)") $(if $(PREFIX),--prefix "$(PREFIX)") $(ARGS)

clean: override KEEP :=
clean: down ## remove everything that was built, downloaded or cached
	@rm -rf $(VENV) $(BROWSER_VENV) $(CHECKS_VENV) $(FLINK_VENV) $(MLFLOW_VENV) $(DOCS_VENV) .evergreen build streaming/target *.egg-info
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis demo/report.json demo/loop.png
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# MLflow's server has an environment of its own: its pins conflict with the loop's, whose jobs have only its client.
.PHONY: mlflow
MLFLOW_VENV := .venv-mlflow
MLFLOW_DATA := .evergreen/mlflow
MLFLOW_PORT ?= 5000

mlflow: $(MLFLOW_VENV)/ready ## MLflow's UI for local trainings, until Ctrl-C (then: make up TRACKING=http://127.0.0.1:5000)
	@mkdir -p $(MLFLOW_DATA)
	@echo "MLflow: http://127.0.0.1:$(MLFLOW_PORT), data in $(MLFLOW_DATA)"
	@echo "log to it, from another shell: make up TRACKING=http://127.0.0.1:$(MLFLOW_PORT), or make demo TRACKING=…"
	@exec $(MLFLOW_VENV)/bin/mlflow server --host 127.0.0.1 --port $(MLFLOW_PORT) --workers 1 \
		--backend-store-uri "sqlite:///$(CURDIR)/$(MLFLOW_DATA)/mlflow.db" --artifacts-destination "$(CURDIR)/$(MLFLOW_DATA)/artifacts"

$(MLFLOW_VENV)/ready: requirements-mlflow.lock
	@echo "mlflow: environment in $(MLFLOW_VENV) (a minute, once)"
	@$(PYTHON) scripts/setup.py $(MLFLOW_VENV) requirements-mlflow.lock

# The documentation site: the pages are written by the loop's environment, built in one of their own.
.PHONY: docs
DOCS_VENV := .venv-docs

docs: setup package $(DOCS_VENV)/ready ## build the documentation site into build/site/html, and check its links (about a minute)
	@$(BIN)/python -m scripts.site
	@NO_MKDOCS_2_WARNING=1 PYTHONPATH=. $(DOCS_VENV)/bin/mkdocs build --quiet --strict --config-file build/site/mkdocs.yml
	@echo "documentation: build/site/html/index.html"

$(DOCS_VENV)/ready: requirements-docs.lock
	@echo "docs: environment in $(DOCS_VENV) (seconds, once)"
	@$(PYTHON) scripts/setup.py $(DOCS_VENV) requirements-docs.lock

# The driver of Chromium has an environment of its own, which adds to .venv: nothing else needs it.
.PHONY: test-browser screenshots
BROWSER_VENV := .venv-browser

test-browser: package $(BROWSER_VENV)/ready ## drive the console in Chromium, on samples and on a deployed loop (about 4 minutes)
	@$(BROWSER_VENV)/bin/python -m pytest tests/browser -q

screenshots: $(BROWSER_VENV)/ready ## write docs/console-*.png (needs Chromium)
	@$(BROWSER_VENV)/bin/python -m tests.browser.screenshots

$(BROWSER_VENV)/ready: $(VENV)/ready requirements-browser.lock
	@echo "browser: environment in $(BROWSER_VENV) (seconds, once)"
	@$(PYTHON) scripts/setup.py $(BROWSER_VENV) requirements-browser.lock $(VENV)

.PHONY: test-deployment
test-deployment: setup package ## make deploy and destroy on an empty local AWS, interrupted and repeated; private subnets; an upgrade; bake period, rollback and pause; a second version of the features; guarded and serverless endpoints; releases of the API; promotion between two accounts; the roles of the delivery; a tabular model; the guide to extending, followed literally (about 45 minutes)
	@$(BIN)/python -m pytest -p no:randomly tests/deployment -q

.PHONY: chaos
SEED ?=

chaos: setup ## run the whole loop while faults are injected, and check that nothing is lost (about 15 minutes; SEED=…)
	@$(BIN)/python -m chaos $(addprefix --seed ,$(SEED))

.PHONY: develop
ALGORITHM ?= abalone
DATA ?=

develop: setup ## train an algorithm on a sample and serve it as its image does, until Ctrl-C: ALGORITHM=abalone (DATA=file)
	@$(BIN)/python -m scripts.develop "$(ALGORITHM)" $(if $(DATA),--data "$(DATA)") $(if $(PORT),--port "$(PORT)") $(ARGS)

.PHONY: bench
NAME ?= ingestion

bench: setup ## run a benchmark and write benchmarks/results: NAME=ingestion
	@$(BIN)/python -m benchmarks.$(NAME)

# The Flink engine (streaming/) has its own environment: its pinned versions conflict with the loop's.
.PHONY: flink-setup flink-test flink-rows flink-package
FLINK_PYTHON ?= python3.11
FLINK_VENV := .venv-flink

flink-setup: $(FLINK_VENV)/ready ## create the Flink engine's environment (Python 3.11; about 5 minutes, once)

$(FLINK_VENV)/ready: streaming/requirements.txt
	@$(FLINK_PYTHON) -m venv --clear $(FLINK_VENV)
	@$(FLINK_VENV)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r streaming/requirements.txt
	@touch $@

flink-test: flink-setup ## run the Flink engine on a local cluster (needs Java 11 or 17; minutes)
	@$(FLINK_VENV)/bin/python -m pytest tests/streaming -q

flink-rows: setup flink-setup ## compare the rows of both engines for one file: FILE=…
	@$(BIN)/python -m scripts.flink_rows "$(FILE)"

flink-package: setup ## build the Flink engine's zip into build/flink (Maven fetches the connector once)
	@$(BIN)/python -m scripts.flink_package
