# Two commands do everything on a fresh machine with Python 3.11 or newer:
#   make dashboard   the dashboard on a demo platform
#   make test        every check and test, browser included

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: dashboard lab test lint check-types unit browser-test notebooks screenshots baselines \
        soak fuzz messages docs clean tools

dashboard: $(VENV)/.installed
	$(BIN)/tokenwidgets demo $(ARGS)

lab: $(VENV)/.installed-test
	$(BIN)/jupyter lab notebooks

test: lint check-types docs unit notebooks browser-test

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check-types: $(VENV)/.installed-test
	$(BIN)/mypy

unit: tools
	$(BIN)/python -m pytest tests --ignore tests/browser --numprocesses 2 $(PYTEST_ARGS)

notebooks: $(VENV)/.installed-test
	$(BIN)/python scripts/check_notebooks.py

browser-test: tools
	$(BIN)/python -m pytest tests/browser --numprocesses 2 $(PYTEST_ARGS)

# Pictures of the real dashboard, for the README and for looking at.
screenshots: tools
	$(BIN)/python scripts/screenshots.py

# What every screen looks like from now on, for the tests to compare with. Look at what has changed.
baselines: tools
	BASELINES=write $(BIN)/python -m pytest tests/browser/test_accessibility.py $(PYTEST_ARGS)

# A hostile browser on a live dashboard: 100,000 messages, minutes. MESSAGES and SEED may be set.
fuzz: $(VENV)/.installed-test
	$(BIN)/python scripts/fuzz.py --messages $(or $(MESSAGES),100000) --seed $(or $(SEED),1)

# Many administrators at work while processes, disk and server fail. SECONDS may be set, and FOLDER
# to a small file system of its own, which is filled for real.
soak: $(VENV)/.installed-test
	$(BIN)/python scripts/soak.py --seconds $(or $(SECONDS),120) $(FOLDER:%=--folder %)

# The catalogues of texts: what is new in the code goes in, and they are compiled.
messages: $(VENV)/.installed-test
	$(BIN)/python scripts/messages.py

# The documentation as a site, in build/docs; a warning is an error.
docs: $(VENV)/.installed-docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs build/docs

# What tests need beside Python packages: a browser, and nginx for the gate's and proxies' tests.
tools: $(VENV)/.installed-test
	$(BIN)/python scripts/tools.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable ".[all]"
	touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable ".[test]"
	touch $@ $(VENV)/.installed

$(VENV)/.installed-docs: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable ".[docs]"
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build/docs test-results .pytest_cache .mypy_cache .ruff_cache .hypothesis
