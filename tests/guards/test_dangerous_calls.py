"""Tools that an attacker would like relo to use: where they may stand, and that they stand nowhere else."""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from tests.guards.test_house import ROOT, SOURCES


@dataclass(frozen=True)
class Tool:
    """`calls` are compared with the dotted end of a call, `modules` with the beginning of what is imported."""

    modules: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    words: tuple[tuple[str, object], ...] = ()  # keyword arguments of any call
    allowed: frozenset[str] = frozenset()
    planted: tuple[str, ...] = ()


DEMO = "relo/running/"  # runs on a desk, talks to itself on loopback
TOOLS = {
    "a shell": Tool(
        calls=("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"),
        words=(("shell", True),),
        planted=("import os\nos.system('x')", "import subprocess\nsubprocess.run('x', shell=True)"),
    ),
    "another program": Tool(
        modules=("subprocess", "multiprocessing", "pty"),
        calls=("os.execv", "os.execve", "os.execvp", "os.spawnv", "os.posix_spawn", "os.fork"),
        # Each with a list of arguments of its own: our interpreter, the list of fonts, and qpdf, by which `make corpus`
        # looks at copies; beside.py forks itself.
        allowed=frozenset(
            {
                "documents/intake/derivative.py",
                "documents/intake/sandbox.py",
                "documents/packets/beside.py",
                "documents/packets/builder.py",
                "documents/packets/fonts.py",
            }
        ),
        planted=("import subprocess", "import os\nos.execv('a', [])"),
    ),
    "a call to another host": Tool(
        modules=("requests", "httpx", "urllib3", "aiohttp", "urllib.request", "http.client", "ftplib", "socket"),
        calls=("create_connection", "urlopen", "urlretrieve"),
        allowed=frozenset({"documents/intake/scan.py"}),  # clamd alone, at the address that the settings name
        planted=("import urllib.request", "from urllib.request import urlopen", "import requests", "import socket"),
    ),
    "code made of text": Tool(
        calls=("eval", "exec", "compile_command", "__import__"),
        planted=("eval('1')", "exec('1')"),
    ),
    "a template made of text": Tool(
        calls=("Template", "from_string", "Engine"),
        allowed=frozenset({"documents/packets/render.py"}),
        planted=("from django.template import Template\nTemplate('x')", "engine.from_string('x')"),
    ),
    "objects made of bytes": Tool(
        modules=("pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "jsonpickle"),
        calls=("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load"),
        planted=("import pickle", "import yaml\nyaml.load('x')"),
    ),
    "XML": Tool(
        modules=("xml", "lxml", "defusedxml", "bs4", "html5lib"),
        calls=("open_metadata", "getxmp"),  # of pikepdf and Pillow: they read XMP
        planted=("from lxml import etree", "import xml.etree.ElementTree", "image.getxmp()"),
    ),
    "spreadsheets": Tool(
        modules=("csv", "openpyxl", "xlsxwriter", "xlwt", "odf", "tablib", "import_export"),
        planted=("import csv",),
    ),
    "chance that can be guessed": Tool(
        modules=("random", "numpy"),
        calls=("uuid1", "uuid3", "uuid5", "mktemp"),
        planted=("import random", "from random import choice", "import uuid\nuuid.uuid1()"),
    ),
    "a hash of yesterday": Tool(
        calls=("md5", "sha1", "MD5", "SHA1", "hashlib.new"),
        words=(("algorithm", "sha1"), ("algorithm", "md5"), ("digestmod", "sha1"), ("digestmod", "md5")),
        planted=("import hashlib\nhashlib.md5(b'')", "from hashlib import sha1\nsha1(b'')", "salted(algorithm='sha1')"),
    ),
}


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def uses(tool: Tool, source: str) -> bool:
    for node in ast.walk(ast.parse(source)):
        names = imported(node)
        if any(name == module or name.startswith(f"{module}.") for name in names for module in tool.modules):
            return True
        if not isinstance(node, ast.Call):
            continue
        called = dotted(node.func)
        if any(called == call or called.endswith(f".{call}") for call in tool.calls):
            return True
        for word in node.keywords:
            if isinstance(word.value, ast.Constant) and (word.arg, word.value.value) in tool.words:
                return True
    return False


@pytest.mark.parametrize("name", TOOLS)
def test_it_stands_only_where_it_may(name: str):
    tool = TOOLS[name]
    users = {str(path.relative_to(ROOT)) for path in SOURCES if uses(tool, path.read_text())}

    assert {path for path in users if not path.startswith(DEMO)} == tool.allowed


@pytest.mark.parametrize(("name", "planted"), [(name, code) for name, tool in TOOLS.items() for code in tool.planted])
def test_it_would_be_found(name: str, planted: str):
    assert uses(TOOLS[name], planted)


def test_no_door_hands_out_a_table_for_spreadsheets():
    types = ("text/csv", "spreadsheetml", "ms-excel", "opendocument")

    assert [str(path) for path in SOURCES if any(kind in path.read_text() for kind in types)] == []


def test_messages_and_sessions_are_plain_json():
    assert settings.CELERY_ACCEPT_CONTENT == ["json"] and settings.CELERY_TASK_SERIALIZER == "json"
    assert settings.CELERY_TASK_IGNORE_RESULT
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"


def test_every_component_is_in_the_lock_at_one_version_with_its_hash():
    for lock in sorted(Path(ROOT).glob("requirements*.lock")):
        entries = [part for part in lock.read_text().split("\n") if part and not part.startswith((" ", "#"))]
        blocks = lock.read_text().replace("\\\n", " ").splitlines()
        components = [line for line in blocks if line.strip() and not line.lstrip().startswith("#")]

        assert len(components) == len(entries) > 40
        assert [line[:60] for line in components if "==" not in line or "--hash=sha256:" not in line] == []
