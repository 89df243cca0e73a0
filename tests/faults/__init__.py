"""Things that break, as child processes of one machine: PostgreSQL, Redis, Celery, `run_outbox`, a mail server.

`make faults` runs them all, with a printed seed (SEED=… repeats it); ARGS='-m "not long"' leaves out
those that take minutes.
RELO_FAULTS_WITHOUT=lock (or key, on_commit, sending_mark; see child.py) takes that guard away, to see the tests fail.
"""
