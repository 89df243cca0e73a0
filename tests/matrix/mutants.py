"""Is the matrix worth anything? Take one check away at a time: it must be missed, and nothing may cross agencies.

    python -m tests.matrix.mutants [--whole] [part of a name ...]

Works on a copy of the tree. On PostgreSQL (DATABASE_URL) the policies must hold what the code let go. `LEAKED` is said
where a mark of another agency was read, `held` where every test ran and none was; a run that ends with the first
failure says neither.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tests.matrix.marks import CROSSED

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = tomllib.loads((Path(__file__).parent / "mutants.toml").read_text())["mutant"]


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.matrix.mutants")
    asked.add_argument("names", nargs="*", help="only the mutants whose name holds one of these")
    asked.add_argument("--whole", action="store_true", help="run every test to the end for each of them")
    wanted = asked.parse_args()
    chosen = [row for row in MUTANTS if not wanted.names or any(part in row["name"] for part in wanted.names)]
    missed, leaked = [], []
    with tempfile.TemporaryDirectory(prefix="relo-mutants-") as folder:
        copy = Path(folder) / "relo"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", "var", "__pycache__", ".*_cache"))
        for mutant in chosen:
            name, place, before, after = (mutant[key] for key in ("name", "place", "before", "after"))
            original = (copy / place).read_text()
            if before not in original:
                sys.exit(f"{place} no longer holds what '{name}' takes away: {before}")
            is_whole = wanted.whole or mutant.get("whole", False)
            (copy / place).write_text(original.replace(before, after, 1))
            found, crossed, is_judged = tried(copy, to_the_end=is_whole)
            (copy / place).write_text(original)
            verdict = "LEAKED" if crossed else "held  " if is_judged else "      "
            print(f"{'found ' if found else 'MISSED'} {verdict} {name}", flush=True)
            missed += [] if found else [name]
            leaked += [name] if crossed else []
    print(f"{len(chosen) - len(missed)} of {len(chosen)} found, {len(leaked)} leaked to another agency")
    return 1 if len(missed) > 1 or leaked else 0


def tried(copy: Path, *, to_the_end: bool) -> tuple[bool, bool, bool]:
    """Whether a test failed; whether anybody read a mark of an agency that they never belonged to; and whether every
    test got so far that it could tell."""
    # With the tests of the scope itself: on PostgreSQL a scope that is gone changes nothing that a visitor sees.
    tests = ["tests/matrix", "tests/relo/core/test_scoping.py", "tests/relo/core/test_scope_doors.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "--tb=short", *tests]
    command += [] if to_the_end else ["-x"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "relo.settings.test", "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    failed, broke_off = (re.search(rf"\d+ {word}", run.stdout) is not None for word in ("failed", "error"))
    return failed or broke_off, CROSSED in run.stdout, to_the_end and not broke_off


if __name__ == "__main__":
    sys.exit(main())
