"""Everything a person reads is there in English and in Simplified Chinese."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def entries() -> dict[str, str]:
    """msgid to msgstr, without the header."""
    text = CATALOGUE.read_text()
    pairs = re.findall(
        r'^msgid ((?:".*"\n?)+)(?:msgid_plural (?:".*"\n?)+)?msgstr(?:\[0\])? ((?:".*"\n?)+)', text, re.M
    )
    joined = [tuple("".join(re.findall(r'"(.*)"', part)) for part in pair) for pair in pairs]
    return {msgid: msgstr for msgid, msgstr in joined if msgid}


def test_every_sentence_is_translated():
    sentence = re.compile(r"[a-z]{4} [a-z]{2}")  # more than a name or an address
    chinese_character = re.compile(r"[\u4e00-\u9fff]")
    missing = [
        english
        for english, chinese in entries().items()
        if not chinese.strip() or (sentence.search(english) and not chinese_character.search(chinese))
    ]

    assert len(entries()) > 500 and missing == []


def words_on_pages() -> set[str]:
    """What {% translate "…" %} and _("…") on one line ask for: enough to notice a text that nobody added."""
    found: set[str] = set()
    in_python = re.compile(r'(?:\b_|(?<![pn])gettext|(?<![pn])gettext_lazy)\(\s*"([^"\\%{]+)"\s*[,)]')
    for path in (ROOT / "templates").rglob("*.html"):
        found |= set(re.findall(r'{% translate "([^"%]+)"', path.read_text()))
    for room in ("relo", "cases", "documents"):
        for path in (ROOT / room).rglob("*.py"):
            found |= set(in_python.findall(path.read_text()))
    return found


def test_every_text_on_a_page_or_in_a_refusal_stands_in_the_catalogue():
    assert words_on_pages() - set(entries()) == set()


def test_the_compiled_catalogue_says_what_the_written_one_says(tmp_path):
    compiled = CATALOGUE.with_suffix(".mo").read_bytes()

    for chinese in list(entries().values())[:50]:
        if "\\" not in chinese:
            assert chinese.encode() in compiled


def test_the_catalogue_is_sound():
    try:
        subprocess.run(["msgfmt", "--check-format", "-o", "/dev/null", CATALOGUE], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("gettext is not installed")
