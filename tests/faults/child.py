"""Runs a management command or a Celery worker as relo does, with one thing wrong with it.

    python -m tests.faults.child [--die TARGET:before|after] [--ahead SECONDS] [--lease SECONDS] COMMAND …

`--die` kills this process with SIGKILL at a call of the function TARGET; `--ahead` sets its clock; `--lease` is how
long its claims are good for.
"""

import argparse
import functools
import importlib
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from typing import Any


def _place(dotted: str) -> tuple[Any, str]:
    parts = dotted.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            owner: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:-1]:
            owner = getattr(owner, name)
        return owner, parts[-1]
    raise LookupError(dotted)


def die_at(target: str, when: str) -> None:
    owner, name = _place(target)
    real = getattr(owner, name)

    @functools.wraps(real)
    def dying(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, dying)


def set_leases(seconds: float) -> None:
    from relo.outbox import relay

    relay.LEASES.update(dict.fromkeys(relay.LEASES, timedelta(seconds=seconds)))


def hurry() -> None:
    """Leases and the sweeps in seconds, to see in CI that healing begins; `make faults` waits as long as it takes."""
    from django.conf import settings

    from relo.outbox import relay

    set_leases(6)
    relay.BACK_OFF = (timedelta(seconds=3), *relay.BACK_OFF[1:])
    settings.OUTBOX_SWEEPS["cases.services.gathering.queue_due_mails"] = 4
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        if name != "purge-old-rows":
            entry["schedule"] = 4.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--die")
    parser.add_argument("--ahead", type=float, default=0)
    parser.add_argument("--lease", type=float, default=0)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    wish = parser.parse_args()

    import django

    django.setup()
    if os.environ.get("RELO_FAULTS_QUICK"):
        hurry()
    if wish.lease:
        set_leases(wish.lease)
    if wish.ahead:
        import time_machine

        time_machine.travel(datetime.now(UTC) + timedelta(seconds=wish.ahead), tick=True).start()
    if wish.die:
        target, _, when = wish.die.rpartition(":")
        die_at(target, when)
    if wish.command[0] == "celery":
        from relo.celery import app

        app.start(wish.command[1:])
    elif wish.command[0] == "gunicorn":
        sys.argv = wish.command
        importlib.import_module("gunicorn.app.wsgiapp").run()
    elif wish.command[0] == "change":
        from tests.faults.acts import change_slowly

        change_slowly("0")
    else:
        from django.core.management import call_command

        call_command(*wish.command)


if __name__ == "__main__":
    main()
