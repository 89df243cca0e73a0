"""Is the matrix worth anything? Take one check away at a time: it must be missed, and nothing may cross agencies.

    python -m tests.matrix.mutants

Works on a copy of the tree. On PostgreSQL (DATABASE_URL) the policies must hold what the code let go.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = tomllib.loads((Path(__file__).parent / "mutants.toml").read_text())["mutant"]


def main() -> int:
    missed, leaked = [], []
    with tempfile.TemporaryDirectory(prefix="relo-mutants-") as folder:
        copy = Path(folder) / "relo"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", "var", "__pycache__", ".*_cache"))
        for mutant in MUTANTS:
            name, place, before, after = (mutant[key] for key in ("name", "place", "before", "after"))
            original = (copy / place).read_text()
            if before not in original:
                sys.exit(f"{place} no longer holds what '{name}' takes away: {before}")
            (copy / place).write_text(original.replace(before, after, 1))
            found, crossed = tried(copy, to_the_end=mutant.get("whole", False))
            (copy / place).write_text(original)
            print(f"{'found ' if found else 'MISSED'} {'LEAKED' if crossed else 'held  '} {name}", flush=True)
            missed += [] if found else [name]
            leaked += [name] if crossed else []
    print(f"{len(MUTANTS) - len(missed)} of {len(MUTANTS)} found, {len(leaked)} leaked to another agency")
    return 1 if len(missed) > 1 or leaked else 0


def tried(copy: Path, *, to_the_end: bool) -> tuple[bool, bool]:
    """Whether a test failed, and whether anybody of the second agency, or nobody, read a mark of the first."""
    # With the tests of the scope itself: on PostgreSQL a scope that is gone changes nothing that a visitor sees.
    tests = ["tests/matrix", "tests/relo/core/test_scoping.py", "tests/relo/core/test_scope_doors.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "--tb=short", *tests]
    command += [] if to_the_end else ["-x"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "relo.settings.test", "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    crossed = re.search(r"as (nobody|an? [\w ]+ elsewhere|a (forged|disabled|revoked)[\w ]*): shows AAA", run.stdout)
    return re.search(r"\d+ failed", run.stdout) is not None, crossed is not None


if __name__ == "__main__":
    sys.exit(main())
