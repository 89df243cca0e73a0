"""The guards whose loss the faults must see are still where `tests/faults/mutants.toml` says, and so are the tests."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = tomllib.loads((ROOT / "tests/faults/mutants.toml").read_text())["mutant"]


@pytest.mark.parametrize("mutant", MUTANTS, ids=[row["name"] for row in MUTANTS])
def test_a_guard_stands_where_it_is_taken_away_and_has_its_test(mutant):
    assert (ROOT / mutant["place"]).read_text().count(mutant["before"]) == 1
    assert mutant["after"] != mutant["before"] and mutant["tests"]
    for test in mutant["tests"]:
        path, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / path).read_text(), test
