# Needs GNU make and Python 3.11 or newer; everything else is brought along.

PYTHON ?= $(or $(shell for name in python3.11 python3.12 python3; do $$name -c '' 2>/dev/null && echo $$name && break; done),python3)
VENV := .venv/bin
PYTEST := $(VENV)/pytest -n 2 --dist worksteal
MANAGE := env APP_ENV=test $(VENV)/python manage.py
TEMPLATES = $(shell find templates -name '*.html')

# What `check --deploy` looks at: a production environment with values that are nobody's.
PRODUCTION := APP_ENV=production DATABASE_URL=postgres://u:p@127.0.0.1:5432/kinerja REDIS_URL=redis://127.0.0.1:6379/0 \
	SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ \
	ALLOWED_HOSTS=kinerja.example.go.id SITE_URL=https://kinerja.example.go.id \
	BALLOT_KEYS_DIR=/run/keys BALLOT_KEY_COPIES_DIR=/run/key-copies

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset demo-phase test check long bench bench-large stampede docs catalogues clean environment

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: environment ## start the system with an invented year on http://127.0.0.1:8000/ (PORT=… moves it)
	@exec $(VENV)/python -m config.demo

demo-reset: environment ## delete the demo's data and start afresh
	@exec $(VENV)/python -m config.demo --reset

demo-phase: environment ## move an agency of the running demo: AGENCY=1.01.01 PHASE=supervisor_review
	@$(VENV)/python -m config.demo_command demo_phase $(AGENCY) $(PHASE)

test: environment ## run every test but the long ones (ARGS=… goes to pytest)
	@$(PYTEST) -m "not long" $(ARGS)

long: environment ## run the long tests
	@$(PYTEST) -m long $(ARGS)

check: environment ## lint, format, types, layers, dependencies, migrations, catalogues, docs, deployment
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/djade --target-version 5.2 --check $(TEMPLATES)
	$(VENV)/djangofmt --check $(TEMPLATES)
	env APP_ENV=test $(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/deptry .
	$(VENV)/python -m config.catalogues check
	$(MANAGE) check --fail-level WARNING
	env APP_ENV=test $(VENV)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(MANAGE) write_docs --check
	env $(PRODUCTION) $(VENV)/python manage.py check --deploy --fail-level WARNING

bench: environment ## measure the pages and bulk acts side by side with their floors
	@$(VENV)/python -m config.bench $(ARGS)

bench-large: environment ## the same at 100,000 and 1,000,000 employees
	@$(VENV)/python -m config.bench --sizes 100000,1000000 $(ARGS)

stampede: environment ## the last evening before the closing, scaled: what people were told against what is there
	@$(VENV)/python -m config.stampede $(ARGS)

docs: environment ## write the generated pages of docs/
	@$(VENV)/python manage.py write_docs

catalogues: environment ## take new sentences from the source into locale/
	@$(VENV)/python -m config.catalogues extract

clean: ## delete caches and compiled files (not .venv, not the demo's data)
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

environment:
	@$(PYTHON) config/bootstrap.py
