# What one does with relo; `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help demo test matrix faults corpus lint bench

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo:  ## relo with a sample agency on http://127.0.0.1:8000; PORT=8001 moves it; its data lies in var/
	@.ci/setup demo
	@.venv/bin/python -m relo.running

test:  ## every test; ARGS="tests/cases -x" for some; on DATABASE_URL and REDIS_URL where these are set
	@.ci/setup dev
	@DJANGO_SETTINGS_MODULE=relo.settings.test .venv/bin/python -m pytest -n 2 $(ARGS)

matrix:  ## every address, method and kind of visitor; on DATABASE_URL where that is set
	@.ci/setup dev
	@DJANGO_SETTINGS_MODULE=relo.settings.test .venv/bin/python -m pytest -q -n 2 tests/matrix

faults:  ## servers, workers and clocks broken on purpose, ten minutes; SEED=123 repeats a run; needs PostgreSQL's programs
	@.ci/setup dev
	@DJANGO_SETTINGS_MODULE=relo.settings.test .venv/bin/python -m pytest -q -n 2 tests/faults $(ARGS)

corpus:  ## what becomes of each file of a folder with an index.tsv: DIR=path; exits with 1 on a miss
	@.ci/setup demo
	@.venv/bin/python -m documents.intake.corpus "$(DIR)"

bench:  ## what row-level security, a rule change and an upload cost; on DATABASE_URL and MIGRATE_DATABASE_URL
	@.ci/setup dev
	@.venv/bin/python -m benchmarks.row_security
	@.venv/bin/python -m benchmarks.impact
	@.venv/bin/python -m benchmarks.claiming
	@.venv/bin/python -m benchmarks.draining --due 2000
	@.venv/bin/python -m benchmarks.uploading

lint:  ## style, types, layers, migrations, API description, translations, locks
	@.ci/setup dev
	@.ci/lint
