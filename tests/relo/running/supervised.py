"""A supervisor in a process of its own, for the tests to disturb: FOLDER SCRIPT"""

import os
import sys
from pathlib import Path

from relo.running.lifeline import Guard
from relo.running.refusal import CannotRun
from relo.running.supervisor import Service, StopRequested, Supervisor

folder, script = Path(sys.argv[1]), sys.argv[2]


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


guard = Guard()
environment = {**os.environ, "FOLDER": str(folder)}
supervisor = Supervisor(environment=environment, say=say, guard=guard, back_off_seconds=0.1)
supervisor.take_signals()
try:
    supervisor.start(Service("sleeper", ["/bin/sh", "-c", script], folder / "sleeper.log"))
    supervisor.run()
except StopRequested:
    say("stopped on request")
except CannotRun as refusal:
    say(str(refusal))
finally:
    supervisor.stop_all()
    guard.dismiss()
