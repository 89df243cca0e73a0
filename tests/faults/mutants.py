"""Can the faults be seen at all? Take one guard away at a time: a test must go red.

    python -m tests.faults.mutants [part of a name ...]

Works on a copy of the tree, with leases and sweeps of seconds, and prints which test saw what.
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
    asked = sys.argv[1:]
    chosen = [row for row in MUTANTS if not asked or any(part in row["name"] for part in asked)]
    missed = 0
    with tempfile.TemporaryDirectory(prefix="relo-faults-mutants-") as folder:
        copy = Path(folder) / "relo"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", "var", "__pycache__", ".*_cache"))
        for mutant in chosen:
            place, before = copy / mutant["place"], mutant["before"]
            original = place.read_text()
            if original.count(before) != 1:
                sys.exit(f"{mutant['place']} does not hold once what '{mutant['name']}' takes away: {before}")
            place.write_text(original.replace(before, mutant["after"]))
            seen_by = failed(copy, mutant["tests"])
            place.write_text(original)
            print(f"{'found ' if seen_by else 'MISSED'} {mutant['name']}: {', '.join(seen_by)}", flush=True)
            missed += not seen_by
    print(f"{len(chosen) - missed} of {len(chosen)} found")
    return 1 if missed or not chosen else 0


def failed(copy: Path, tests: list[str]) -> list[str]:
    """The tests that failed. A run that breaks off before it comes to a test has seen nothing."""
    command = [sys.executable, "-m", "pytest", "-q", "-rf", "-p", "no:cacheprovider", "--tb=line", *tests]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "relo.settings.test",
        "PYTHONDONTWRITEBYTECODE": "1",
        "RELO_FAULTS_QUICK": "1",
    }
    run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if re.search(r"\d+ error", run.stdout) or not re.search(r"\d+ (passed|failed)", run.stdout):
        sys.exit(f"The tests did not run:\n{run.stdout[-3000:]}{run.stderr[-1000:]}")
    return re.findall(r"^FAILED \S+::(\S+)", run.stdout, re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main())
