# Shortcuts. The steps themselves stand in .ci/run, so that a developer and CI do the same.
# They use the environment .venv and make it if need be; VENV=… names another.
VENV ?= .venv
export VENV

.PHONY: check tests lint types contracts lessons wheel core kernels browser paper oldest frameworks cluster bench fuzz mutants golden docs format

check: ## everything that CI does
	@bash .ci/run

tests core kernels browser paper lint types contracts lessons wheel oldest frameworks cluster: ## one step of it
	@bash .ci/run $@

format: ## put the code into shape
	@$(VENV)/bin/ruff check --fix . && $(VENV)/bin/ruff format .

SECONDS ?= 60
fuzz: ## random programs against central differences and SymPy, for SECONDS=60
	@$(VENV)/bin/python -m tests.fuzz --seconds $(SECONDS)

MUTATED ?=
mutants: ## break the code in 200 places a package, and see whether tests notice (docs/mutants.md); MUTATED=paths for one
	@$(VENV)/bin/python -m tests.mutants $(MUTATED)

bench: ## speed against peers, in ratios (docs/benchmarks.md)
	@$(VENV)/bin/pip install -q -e ".[bench]"
	@$(VENV)/bin/python -m tests.benchmarks

ONLY ?= tests
golden: ## keep the texts and pictures in tests/golden as they are made today; ONLY=tests/gates for those of one folder
	@GRAPHSTEP_GOLDEN=write $(VENV)/bin/python -m pytest -q -n auto $(ONLY)
	@git diff --stat -- tests/golden

docs: ## write anew the pages that are made from the code
	@$(VENV)/bin/python -m docs.generate
