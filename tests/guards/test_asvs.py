"""tests/guards/asvs.toml: no row is lost, each is shown by tests that exist or is an exception that says why."""

import ast
import importlib
import re
import tomllib
from functools import cache
from typing import Any

import pytest

from tests.guards.test_house import ROOT

ASVS: dict[str, dict[str, Any]] = tomllib.loads((ROOT / "tests" / "guards" / "asvs.toml").read_text())
# Level in brackets; a star for the core. ASVS 5.0.0 at level 2, as far as it applies, and what of level 3 matters here.
ROWS = """
1.2.1(1) 1.2.2(1) 1.2.4(1) 1.2.5(1) 1.2.10(3)* 1.3.3(2) 1.3.4(2) 1.3.6(2)* 1.3.7(2)* 1.3.11(2)* 1.5.1(1)
1.5.2(2) 1.5.3(3)
2.1.3(2) 2.2.1(1) 2.2.2(1) 2.3.1(1)* 2.3.2(2) 2.3.3(2)* 2.3.4(2)* 2.4.1(2)
3.2.1(1)* 3.3.1(1) 3.3.2(2) 3.3.3(2) 3.3.4(2) 3.4.1(1) 3.4.2(1) 3.4.3(2)* 3.4.4(2) 3.4.5(2) 3.4.6(2) 3.5.1(1)
3.5.3(1)
5.1.1(2)* 5.2.1(1)* 5.2.2(1)* 5.2.3(2)* 5.2.4(3)* 5.2.5(3) 5.2.6(3)* 5.3.1(1) 5.3.2(1) 5.3.3(3) 5.4.1(2)*
5.4.2(2)* 5.4.3(2)*
6.3.1(1) 6.3.2(1) 6.3.3(2)* 6.3.4(2) 6.3.6(3) 6.3.8(3) 6.4.1(1) 6.5.1(2)* 6.5.2(2) 6.5.3(2) 6.5.5(2)* 6.6.2(2)
6.6.3(2)
7.2.1(1) 7.2.3(1) 7.2.4(1) 7.3.1(2) 7.3.2(2) 7.4.1(1)* 7.4.2(1)* 7.4.5(2) 7.5.2(2) 7.5.3(3)
8.1.1(1)* 8.2.1(1)* 8.2.2(1)* 8.2.3(2)* 8.3.1(1)* 8.3.2(3)* 8.4.1(2)*
11.4.1(1) 11.4.2(2) 11.5.1(2)*
12.2.1(1) 12.3.1(2) 12.3.2(2)
13.1.1(2) 13.2.4(2)* 13.2.5(2) 13.3.1(2) 13.4.2(2) 13.4.5(2)
14.1.1(2) 14.2.1(1)* 14.2.2(2) 14.2.4(2) 14.2.6(3) 14.2.7(3)* 14.2.8(3)* 14.3.2(2)
15.1.1(1) 15.1.2(2) 15.1.3(2)* 15.2.1(1) 15.2.2(2) 15.2.5(3)* 15.3.1(1) 15.3.2(2)* 15.3.3(2) 15.4.2(3)*
16.2.5(2) 16.3.1(2) 16.3.2(2)* 16.4.1(2) 16.4.2(2) 16.5.1(2) 16.5.2(2)* 16.5.3(2)*
"""
EXPECTED = {row: (int(level), star == "*") for row, level, star in re.findall(r"([\d.]+)\((\d)\)(\*?)", ROWS)}
MAY_HOLD = {"level", "core", "asks", "tests", "exception", "instead", "note"}


@cache
def functions(path: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def ids_of(path: str, name: str) -> list[str]:
    """Of a test with one parametrize, whose ids are given or are strings; where there are more, name the function."""
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    marks = [mark for mark in getattr(getattr(module, name), "pytestmark", []) if mark.name == "parametrize"]
    assert len(marks) == 1, f"{path}::{name} is not parametrized once"
    values = marks[0].kwargs.get("ids") or marks[0].args[1]
    return [value if isinstance(value, str) else getattr(value, "__name__", "") for value in values]


def fault_of(node_id: str) -> str:
    """Why this is no test, or nothing."""
    found = re.fullmatch(r"(tests/[\w/]+/test_\w+\.py)::(test_\w+)(?:\[(.+)\])?", node_id)
    if found is None:
        return "is no node id"
    path, name, value = found.groups()
    if not (ROOT / path).is_file():
        return "names no file"
    if name not in functions(path):
        return "names no test of that file"
    if re.search(r"\b(skip|skipif|xfail)\b", " ".join(map(ast.unparse, functions(path)[name].decorator_list))):
        return "may be skipped"
    return "" if value is None or value in ids_of(path, name) else "names no case of that test"


def test_every_row_is_there_in_its_order():
    assert len(EXPECTED) == 115 and sum(core for _level, core in EXPECTED.values()) == 42
    assert list(ASVS) == list(EXPECTED)
    assert {row: (said["level"], said.get("core", False)) for row, said in ASVS.items()} == EXPECTED


@pytest.mark.parametrize("row", ASVS)
def test_a_row_is_shown_by_tests_or_says_why_not(row: str):
    said = ASVS[row]
    named = [*said.get("tests", []), *said.get("instead", [])]

    assert set(said) <= MAY_HOLD
    assert ("tests" in said) != ("exception" in said) and ("instead" not in said or "exception" in said)
    assert said["asks"].strip() and said.get("note", "-").strip()
    assert "exception" not in said or len(said["exception"].split()) > 10
    assert all(said.get(name, [""]) for name in ("tests", "instead"))
    assert len(named) == len(set(named))
    assert {node_id: fault_of(node_id) for node_id in named if fault_of(node_id)} == {}


@pytest.mark.parametrize(
    ("node_id", "fault"),
    [
        ("tests/guards/test_asvs.py", "is no node id"),
        ("tests/guards/test_nowhere.py::test_x", "names no file"),
        ("tests/guards/test_asvs.py::test_that_is_not_there", "names no test of that file"),
        (
            "tests/guards/test_dangerous_calls.py::test_it_stands_only_where_it_may[a wish]",
            "names no case of that test",
        ),
        ("tests/guards/test_dangerous_calls.py::test_it_stands_only_where_it_may[XML]", ""),
        ("tests/guards/test_asvs.py::test_every_row_is_there_in_its_order", ""),
    ],
)
def test_a_test_that_is_not_there_is_found(node_id: str, fault: str):
    assert fault_of(node_id) == fault


def test_the_readme_counts_them_right():
    shown = sum("tests" in said for said in ASVS.values())
    sentence = f"{len(ASVS)} rows, {shown} with tests, {len(ASVS) - shown} exceptions"

    assert sentence in " ".join((ROOT / "README.md").read_text().split())
