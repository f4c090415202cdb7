# `make` lists what there is. Only make and a Python from 3.11 to 3.14 are needed; another one than
# `python3` is named by PYTHON=python3.12. Arguments for pytest or a program go into ARGS="…".

PYTHON ?= python3
NEO4J  ?= 5.26
ARGS   ?=
PY     := .venv/bin/python
SERVER := $(PY) tests/neo4j_server.py --version $(NEO4J) --

.DEFAULT_GOAL := help
.PHONY: help demo stop app dev test test-neo4j test-crash test-browser lint check bench bench-load lock wheel secrets clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "make %-13s %s\n", $$1, $$2}' Makefile

demo: app ## the fictional town of Rivesaule in your browser; needs nothing but Python
	@.venv/bin/mobilis demo $(ARGS)

stop: ## stop what `make demo` started
	@if [ -x .venv/bin/mobilis ]; then .venv/bin/mobilis stop; \
	else echo "Nothing to stop: this clone has no .venv yet (make demo makes it)."; fi

app:
	@$(PYTHON) -m mobilis_graph.bootstrap

dev:
	@$(PYTHON) -m mobilis_graph.bootstrap --dev

test: dev ## all tests but the browser's, on the embedded engine
	@env -u MOBILIS_TEST_NEO4J_URI $(PY) -m pytest $(ARGS)

test-neo4j: dev ## the same on a Neo4j from Maven Central (Java and Maven needed); NEO4J=current for the newest
	@$(SERVER) $(PY) -m pytest $(ARGS)

test-crash: dev ## twenty kill -9 each of loader and engine in mid-load
	@MOBILIS_TEST_KILLS=20 $(PY) -m pytest tests/graph/test_crash.py $(ARGS)

test-browser: dev ## headless Chromium against the served app
	@$(PY) -m pytest -m browser $(ARGS)

lint: dev ## format, rules and types
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy

check: lint test ## lint and test: what a commit must pass

bench: bench-load ## all measurements, with one JSON line a figure

bench-load: dev ## loading 100k entities / 400k assertions, on both engines (some 40 minutes)
	@$(PY) -m tests.bench.bench_load --engine embedded $(ARGS)
	@$(PY) -m tests.bench.bench_load --engine $(NEO4J) $(ARGS)

lock: ## write requirements.lock anew, from pyproject.toml (Python 3.11, network)
	$(PYTHON) .ci/lock.py

wheel: dev ## build the wheel into dist/
	$(PY) -m hatchling build -t wheel

secrets: ## make the passwords that compose.yaml mounts; never overwrites
	@test ! -e secrets/neo4j_password || { echo "secrets/ is there already; nothing was changed."; exit 1; }
	@mkdir -p secrets && chmod 700 secrets
	@$(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(24))' > secrets/neo4j_password
	@printf 'neo4j/%s\n' "$$(cat secrets/neo4j_password)" > secrets/neo4j_auth
	@chmod 644 secrets/neo4j_*

clean: ## remove .venv and all that tools left behind; your data stays
	rm -rf .venv .venv.lock .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
