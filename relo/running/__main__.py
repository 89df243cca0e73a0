import os
import sys

from relo.running.demo import run_demo
from relo.running.lifeline import end_with_parent
from relo.running.refusal import CannotRun


def main() -> int:
    if "MAKELEVEL" in os.environ:
        end_with_parent(os.getppid())()  # killing make ends the demo too
    os.umask(0o077)
    try:
        run_demo(os.environ)
    except CannotRun as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
