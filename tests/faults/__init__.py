"""Things that break, as child processes of one machine: PostgreSQL, Redis, Celery, `run_outbox`, a mail server.

`make faults` runs them all, with a printed seed (SEED=… repeats it); `.ci/run` runs those not marked `long`.
`python -m tests.faults.mutants` takes one guard away at a time and says which test saw it.
"""
