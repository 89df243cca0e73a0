"""Things that break, as child processes of one machine: PostgreSQL, Redis, Celery, `run_outbox`, gunicorn, mail.

`make faults` runs them all with the times that relo has in earnest, and prints a seed (SEED=… repeats it). CI runs
those that are not `long`, with leases and sweeps of seconds (RELO_FAULTS_QUICK=1): there it shows that healing begins,
here that it is over within two minutes. `python -m tests.faults.mutants` takes one guard away at a time and tells which
test saw it.
"""
