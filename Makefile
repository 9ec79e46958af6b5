# Shortcuts. The steps themselves stand in .ci/run, so that a developer and CI do the same.
# They use the environment .venv and make it if need be; VENV=… names another.
VENV ?= .venv
export VENV

.PHONY: check tests lint types contracts lessons wheel bench fuzz docs format

check: ## everything that CI does
	@bash .ci/run

tests lint types contracts lessons wheel: ## one step of it
	@bash .ci/run $@

format: ## put the code into shape
	@$(VENV)/bin/ruff check --fix . && $(VENV)/bin/ruff format .

SECONDS ?= 60
fuzz: ## random programs against central differences and SymPy, for SECONDS=60
	@$(VENV)/bin/python -m tests.fuzz --seconds $(SECONDS)

bench: ## speed against peers, in ratios (docs/benchmarks.md)
	@$(VENV)/bin/pip install -q -e ".[bench]"
	@$(VENV)/bin/python -m tests.benchmarks

docs: ## write anew the pages that are made from the code
	@$(VENV)/bin/python -m docs.generate
