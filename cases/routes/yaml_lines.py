"""YAML read plainly, with the line of every value: dates stay text, and only true and false are booleans."""

import re
from pathlib import Path
from typing import Any

import yaml

from cases.routes.faults import Fault, PackInvalid, Place

MOST_VALUES = 100_000
MOST_KB = 2048  # the largest shipped pack is a twentieth of it
SHORTHAND = "shorthand"  # a top-level block for anchors; it is no part of the pack


class PlainLoader(yaml.SafeLoader):
    """YAML 1.1 would read `on:` as true, `NO` as false, 0613 as an octal number and 2026-11-23 as a date object."""


PlainLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("merge", r"^<<$", "<"),
):
    PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


class LinedFile:
    """One file: its data, and where each value stands."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            if path.stat().st_size > MOST_KB * 1024:
                raise PackInvalid([self._fault("file_too_big", (), 1, most=str(MOST_KB))])
            loader = PlainLoader(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError, UnicodeError) as refused:
            raise PackInvalid([self._fault("file_unreadable", (), 1, detail=str(refused).splitlines()[0])]) from None
        try:
            self._root = loader.get_single_node()
            self._refuse_what_cannot_be_walked()
            data = None if self._root is None else loader.construct_document(self._root)
        except yaml.MarkedYAMLError as refused:
            line = refused.problem_mark.line + 1 if refused.problem_mark else 0
            raise PackInvalid([self._fault("file_unreadable", (), line, detail=refused.problem or "?")]) from None
        except RecursionError:
            raise PackInvalid([self._fault("file_unreadable", (), 1, detail="nested too deep")]) from None
        finally:
            loader.dispose()
        if not isinstance(data, dict):
            raise PackInvalid([self._fault("file_empty", (), 1)])
        data.pop(SHORTHAND, None)
        self.data: dict[str, Any] = data

    def line_of(self, place: Place) -> int:
        """The line of the value, or of the nearest thing around it that has one."""
        node, line = self._root, 1
        for step in place:
            found = _step(node, step)
            if found is None:
                break
            line, node = found
        return line

    def placed(self, fault: Fault) -> Fault:
        return Fault(fault.code, fault.place, fault.params, self.name, self.line_of(fault.place))

    def _fault(self, code: str, place: Place, line: int, **params: str) -> Fault:
        return Fault(code, place, params, self.name, line)

    def _refuse_what_cannot_be_walked(self) -> None:
        """Aliases may make a small file enormous, and YAML lets the second of two equal keys win in silence."""
        faults: list[Fault] = []
        waiting = [self._root] if self._root is not None else []
        seen = 0
        while waiting:
            seen += 1
            if seen > MOST_VALUES:
                raise PackInvalid([self._fault("file_too_large", (), 1, most=str(MOST_VALUES))])
            node = waiting.pop()
            if isinstance(node, yaml.SequenceNode):
                waiting += node.value
            elif isinstance(node, yaml.MappingNode):
                keys: set[str] = set()
                for key, value in node.value:
                    if isinstance(key, yaml.ScalarNode) and key.value in keys:
                        line = key.start_mark.line + 1
                        fault = self._fault("key_twice", (str(key.value),), line, key=str(key.value))
                        faults += [fault] if fault not in faults else []
                    keys |= {key.value} if isinstance(key, yaml.ScalarNode) else set()
                    waiting.append(value)
        if faults:
            raise PackInvalid(faults)


def _step(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key.start_mark.line + 1, value
    return None
