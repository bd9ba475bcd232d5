# Songwright: every job a person or a machine does here. `make` alone lists them.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
SEED ?= 1
SONG ?= mill-town
# Test workers; each keeps its numerical libraries to one thread, so that two workers are two busy cores.
WORKERS ?= 2
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMBA_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help setup song test lint format bench lock clean

help:  ## list the jobs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup:  ## make .venv from the lock, and check the system's parts (quick when nothing changed)
	@tools/setup

song: setup  ## make examples/mill-town.toml into out/mill-town/ (SONG=name for another example, SEED=n)
	$(BIN)/songwright make examples/$(SONG).toml --out out/$(SONG) --seed $(SEED)

lint: setup  ## ruff and mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

test: lint  ## lint, types, then the whole test suite
	$(ONE_THREAD) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

format: setup  ## let ruff put the files in order
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: setup  ## measure time, memory and quality; prints tables
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

lock: setup  ## resolve requirements.lock again from pyproject.toml
	tools/lock

clean:  ## remove what was built here (not the user's cache, not out/)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist src/*.egg-info
