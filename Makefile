# One command a line below; `make` alone prints them.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check fmt package images up down deploy destroy clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Bytecode is written even where the shell forbids it: the loop starts hundreds of short processes.
export PYTHONDONTWRITEBYTECODE =
export PYTHONPATH =

SOURCE ?= simulator
FILE ?=
DEMO_ARGS ?=

help: ## print this help
	@awk 'BEGIN {FS = ":.*## "; print "make …"} /^[a-z-]+:.*## / {printf "  %-13s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/ready ## make the virtual environment (about 4 minutes, once)

$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) scripts/setup.py $(VENV)

demo: setup ## turn the whole loop on this machine: two virtual days in minutes (SOURCE=replay FILE=… for your own)
	@$(BIN)/python -m demo --source $(SOURCE) $(if $(FILE),--file "$(FILE)") $(DEMO_ARGS)

test: setup package ## Terraform, unit, integration and end-to-end tests
	@echo "== 1/4 Terraform: format, validate, module tests"
	@$(BIN)/python -m scripts.terraform check
	@echo "== 2/4 unit tests"
	@$(BIN)/python -m pytest tests/unit -q
	@echo "== 3/4 integration tests (on the local AWS)"
	@$(BIN)/python -m pytest tests/integration -q
	@echo "== 4/4 the loop, end to end"
	@$(BIN)/python -m pytest tests/e2e -q -s
	@echo "All tests passed. What the loop test left to look at: .evergreen/e2e (logs, report.json, loop.png)"

check: setup ## lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

fmt: setup ## format everything
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix . && terraform fmt -recursive terraform

package: setup ## build the Lambda zips (reproducible) into build/functions
	@$(BIN)/python -m scripts.package

images: ## build the poller and forecaster images and push them to the registry of the deployed stack (needs Docker)
	@$(BIN)/python -m scripts.images

up: setup ## start the local AWS with everything applied, and leave it running
	@$(BIN)/python -m scripts.up

down: ## stop the local AWS and remove what it held
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m local down --home .evergreen/up; fi
	@rm -rf .evergreen/up
	@echo "local AWS is down and removed"

deploy: setup package ## terraform apply to the AWS account of your credentials
	@$(BIN)/python -m scripts.terraform deploy

destroy: setup package ## terraform destroy of what deploy made, what the loop made at run time included
	@$(BIN)/python -m scripts.terraform destroy-deployed

clean: down ## remove everything that was built or downloaded
	@rm -rf $(VENV) $(FLINK_VENV) .evergreen build streaming/target

.PHONY: bench
NAME ?= ingestion

bench: setup ## measure beside a limit or a peer, and keep the numbers in benchmarks/results: NAME=ingestion
	@PYTHONPATH=functions $(BIN)/python -m benchmarks.$(NAME)

# The Flink engine (streaming/) has an environment of its own: its pins and the loop's exclude each other.
.PHONY: flink-setup flink-test flink-rows flink-package
FLINK_PYTHON ?= python3.11
FLINK_VENV := .venv-flink

flink-setup: $(FLINK_VENV)/ready ## make the Flink engine's environment (Python 3.11; about 5 minutes, once)

$(FLINK_VENV)/ready: streaming/requirements.txt
	@$(FLINK_PYTHON) -m venv --clear $(FLINK_VENV)
	@$(FLINK_VENV)/bin/python -m pip --disable-pip-version-check install --quiet -r streaming/requirements.txt
	@touch $@

flink-test: flink-setup ## run the Flink engine on a local cluster (needs Java 11 or 17; minutes)
	@$(FLINK_VENV)/bin/python -m pytest tests/streaming -q

flink-rows: setup flink-setup ## the rows of both engines from one file: FILE=…
	@PYTHONPATH=functions $(BIN)/python -m scripts.flink_rows "$(FILE)"

flink-package: setup ## build the Flink engine's zip into build/flink (Maven fetches the connector once)
	@$(BIN)/python -m scripts.flink_package
