"""Runs a management command or a Celery worker as relo does, with one thing wrong with it.

    python -m tests.faults.child [--die TARGET:before|after] [--ahead SECONDS] [--without NAME] COMMAND …

`--die` kills this process with SIGKILL at a call of the function TARGET; `--ahead` sets its clock; `--without` takes
one of relo's guards away, to see that the faults are noticed then (`MUTANTS`).
"""

import argparse
import functools
import importlib
import os
import signal
import sys
import uuid
from collections.abc import Callable
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


def without_lock() -> None:
    """The claim takes its rows without FOR UPDATE SKIP LOCKED."""
    from django.db import connection

    connection.ensure_connection()
    connection.features.has_select_for_update_skip_locked = False


def without_key() -> None:
    """What is put twice is there twice."""
    from relo.outbox import service

    real = service.put

    def put(*, key: str, **wish: Any) -> None:
        real(key=f"{key}:{uuid.uuid4()}"[:120], **wish)

    # Whoever took the function by its name before keeps it: the modules that put are told anew.
    for module in list(sys.modules.values()):
        if getattr(module, "put", None) is real:
            module.put = put  # type: ignore[attr-defined]


def without_on_commit() -> None:
    """The doorbell rings before the row is there for others to see."""
    from relo.outbox import service

    service._ring_once = service.ring


def without_sending_mark() -> None:
    """A mail found in `sending` is sent again, as if nobody had said that it may have gone out."""
    from cases.models import Mail, MailState
    from cases.services import mailing

    real = mailing._locked

    def forgetful(mail_id: Any) -> Any:
        mail, cases = real(mail_id)
        if mail.state == MailState.SENDING and "mark_sending" in sys._getframe(1).f_code.co_name:
            Mail.objects.filter(pk=mail.pk).update(state=MailState.QUEUED)
            mail.state = MailState.QUEUED
        return mail, cases

    mailing._locked = forgetful


MUTANTS: dict[str, Callable[[], None]] = {
    "lock": without_lock,
    "key": without_key,
    "on_commit": without_on_commit,
    "sending_mark": without_sending_mark,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--die")
    parser.add_argument("--ahead", type=float, default=0)
    parser.add_argument("--without", choices=MUTANTS, default=os.environ.get("RELO_FAULTS_WITHOUT") or None)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    wish = parser.parse_args()

    import django

    django.setup()
    if wish.ahead:
        import time_machine

        time_machine.travel(datetime.now(UTC) + timedelta(seconds=wish.ahead), tick=True).start()
    if wish.without:
        MUTANTS[wish.without]()
    if wish.die:
        target, _, when = wish.die.rpartition(":")
        die_at(target, when)
    if wish.command[0] == "celery":
        from relo.celery import app

        app.start(wish.command[1:])
    elif wish.command[0] == "change":
        from tests.faults.acts import change_slowly

        change_slowly("0")
    else:
        from django.core.management import call_command

        call_command(*wish.command)


if __name__ == "__main__":
    main()
