# Everything runs in .venv, which is made from the pinned requirements when it is missing or they have changed. Each file that
# is installed must have one of the hashes that stand there.

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r
WORKERS ?= 4
# Each process that the tests start would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-quick coverage test-n8n run lock sbom wheels translations schema summary-check pictures clean

demo: .venv/runtime
	$(BIN)/python -m connector demo $(ARGS)

test: .venv/development
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

# What finds most faults in under a minute: nothing that starts a process, a database server or a browser.
test-quick: .venv/development
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n 2 -k "not postgresql" tests/test_architecture.py tests/unit tests/store tests/cases tests/docs --ignore tests/docs/test_integrators.py \
	    tests/openapi/test_document.py $(ARGS)

# All tests, and which lines and branches of `connector` none of them enters.
coverage: .venv/development
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov connector --cov-branch --cov-report term:skip-covered $(ARGS)

# The workflows of integrations/n8n in a real n8n. Installs it in .n8n-test: some minutes and 1.5 GB.
test-n8n: .venv/development
	$(BIN)/python -m integrations.n8n.test.install
	$(BIN)/python -m pytest -n 0 integrations/n8n/test $(ARGS)

run: .venv/runtime
	$(BIN)/python -m connector serve

# What pyproject.toml asks for, and all that it needs, for every platform and every Python from 3.11 on: into requirements.txt, and
# with the development group into requirements-dev.txt; what makes the package itself into requirements-build.txt. What is pinned
# stays as it is; for newer versions: make lock ARGS=--upgrade, or ARGS="--upgrade-package flask". The bill of materials follows.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"

lock: .venv/development
	$(LOCK) pyproject.toml $(ARGS) --output-file requirements.txt
	$(LOCK) pyproject.toml $(ARGS) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	$(LOCK) $(ARGS) --group build --constraint requirements-dev.txt --output-file requirements-build.txt
	$(MAKE) sbom

# Whether each pinned version has a wheel for each system that docs/deploying.md names. Asks the package index: make wheels ARGS="--index URL".
wheels: .venv/development
	$(BIN)/python scripts/check_wheels.py $(ARGS)

# sbom.cdx.json: what the service runs on, for hosts that check it (CycloneDX).
sbom: .venv/development
	$(BIN)/python scripts/make_sbom.py

# The texts of the code into connector/language/catalogs, each language's catalog brought up to them, and all of them compiled. What a
# language lacks is empty in its connector.po; fill it in, and run this again.
translations: .venv/development
	$(BIN)/python -m scripts.translations

schema: .venv/development
	$(BIN)/python scripts/make_sheets_schema.py

# Needs LibreOffice (on Debian: apt-get install libreoffice-calc). Not part of `test`.
summary-check: .venv/development
	$(BIN)/python -m pytest tests/spreadsheet/calculated_summary.py $(ARGS)

# Needs chromium; for the picture of Summary LibreOffice and poppler-utils, too.
pictures: .venv/development
	$(BIN)/python -m scripts.pictures $(ARGS)

.venv/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=/path/to/it." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	touch $@

.venv/runtime: requirements.txt | .venv/python
	$(INSTALL) requirements.txt
	touch $@

# requirements-dev.txt pins all of requirements.txt as well, so one installation is enough.
.venv/development: requirements-dev.txt requirements.txt | .venv/python
	$(INSTALL) requirements-dev.txt
	touch .venv/runtime $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis data
