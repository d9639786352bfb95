# Everything a person needs: `make serve` to read, `make test` to prove, `make build` to publish.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
AXE := tests/site/node_modules/axe-core/axe.min.js
ADDRESS ?= 127.0.0.1:8000
# Two more than there are cores, since tests also wait: for a browser, a server, a process that is to be stopped. Of more
# than five, none would end before the one with the longest file.
WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 3 ? cores + 2 : 5)))
# Which part of the tests, where several machines share them. The first also lints, and the last attacks the claims.
export SHARD ?= 1/1
BESIDES := $(if $(filter 1/%,$(SHARD)),lint types) $(if $(filter $(notdir $(SHARD))/%,$(SHARD)),mutate reseed)
# The theme would otherwise print a notice of its own at each build.
export NO_MKDOCS_2_WARNING := 1
# Some machines forbid it; then each process that imports our sources compiles them again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help serve test build pdf zensical lint types mutate reseed weekly mutants axe clean torch-cpu newest

help:
	@echo "make serve   read the site at http://$(ADDRESS)"
	@echo "make test    run everything that proves the project; with SHARD=2/3, the second of three machines' part"
	@echo "make build   write the site to site/; make pdf: and all of it as site/book.pdf"
	@echo "make torch-cpu   first, without a GPU: torch without several gigabytes of CUDA"
	@echo "make lint    ruff; make types: mypy; make mutate: attack the claims; make clean: forget what was built; make weekly, make mutants: hours"

serve: $(INSTALLED)
	$(BIN)/mkdocs serve --dev-addr $(ADDRESS)

# Dated by its commit, so that whoever builds it gets the same site.
build: $(INSTALLED)
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || date +%s)} \
	  $(BIN)/mkdocs build --strict

# The site to print and to keep, with contents and bookmarks, but for what lists what stands elsewhere. Needs Chromium.
pdf: build
	$(BIN)/python -m handouts.book site site/book.pdf --without ledger/ practice/ questions/ mistakes/ helpers/ your-own-course/

# With another builder, from the same pages and through the same gate. What it leaves out: docs/contributing/hosting.md.
zensical: $(INSTALLED)
	$(BIN)/python -m evidence verify
	$(BIN)/zensical build --strict

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

types: $(INSTALLED)
	$(BIN)/mypy

mutate: $(INSTALLED)
	$(BIN)/python -m evidence mutate --stale

# What holds under one lucky seed is no experiment's result.
reseed: $(INSTALLED)
	$(BIN)/python -m evidence reseed --stale --seeds 1

# What takes hours: many more random calls, and all networks of two packages.
weekly: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[library,site,test,zoo]"
	$(BIN)/pytest -m weekly --numprocesses 2

# How many of a sample of small changes of our own code the tests notice. Ended, it goes on where it was.
mutants: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[library,site,test,mutants]"
	nice -n 19 $(BIN)/python benchmarks/mutants.py

# Every claim must be able to fail, and must not owe its outcome to a seed, before it counts that it holds.
test: $(INSTALLED) axe
	$(if $(strip $(BESIDES)),$(MAKE) --jobs=2 --output-sync=target $(BESIDES))
	$(BIN)/pytest --codeblocks --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

# Of the packages, Python compiles what is imported; all of it would take as long as the rest of the installation. To
# read the site's configuration imports what builds the site, so that to serve it for the first time takes no longer.
# The stamp is written last, so an installation that was cut short is taken up again.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 …"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt -e ".[library,site,test]"
	$(BIN)/python -c "from mkdocs.config import load_config; load_config()"
	@touch $@

# Before all else is installed, which then leaves it as it is.
torch-cpu:
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --torch-backend=cpu "$$(grep '^torch==' constraints.txt)"

# Past the pins, to see what the newest packages break.
newest: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --python $(BIN)/python --torch-backend=cpu --upgrade -e ".[library,site,test]"

# Without npm the accessibility tests say that they need it.
axe:
	@if [ ! -e $(AXE) ] && command -v npm >/dev/null; then \
	  npm install --prefix tests/site --no-package-lock --no-audit --no-fund --loglevel=error; fi

clean:
	rm -rf site .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
