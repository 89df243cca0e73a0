"""The client of clamd, against a real one where it is installed, and against servers that misbehave."""

import io
import time
from collections.abc import Iterator

import pytest

from documents.intake import scan as scanning
from documents.intake.scan import Scan, ScanResult, scan
from tests.case_steps import SAMPLES
from tests.clamd import LARGEST, MARKER, pretending, real_clamd

CV = SAMPLES / "cv.pdf"


@pytest.fixture(scope="module")
def clamd() -> Iterator[str]:
    with real_clamd([CV]) as url:
        yield url


def test_a_real_scanner_finds_what_is_in_its_database_and_nothing_else(clamd):
    clean = io.BytesIO(b"hello" * 50_000)
    assert scan(clean, clamd) == Scan(ScanResult.CLEAN)
    assert clean.tell() == 0
    assert scan(io.BytesIO(b"x" * 200_000 + MARKER + b"y" * 200_000), clamd).result == ScanResult.INFECTED
    assert scan(io.BytesIO(CV.read_bytes()), clamd) == Scan(ScanResult.INFECTED, "Relo.Test.Hash.UNOFFICIAL")
    assert scan(io.BytesIO(CV.read_bytes() + b"\n"), clamd) == Scan(ScanResult.CLEAN)


def test_a_real_scanner_says_what_is_larger_than_it_takes(clamd):
    assert scan(io.BytesIO(b"x" * (4 * LARGEST)), clamd) == Scan(ScanResult.TOO_LARGE)
    assert scan(io.BytesIO(b""), clamd) == Scan(ScanResult.CLEAN)  # and it goes on


def test_without_a_scanner_nothing_is_scanned():
    assert scan(io.BytesIO(b"x"), None) == Scan(ScanResult.NOT_SCANNED)


ANSWERS = {
    "clean": (b"stream: OK\0", ScanResult.CLEAN),
    "infected": (b"stream: Eicar-Test FOUND\0", ScanResult.INFECTED),
    "limit": (b"INSTREAM size limit exceeded. ERROR\0", ScanResult.TOO_LARGE),
    "a name that holds OK": (b"stream: OK FOUND\0", ScanResult.INFECTED),
    "failed": (b"stream: Can't allocate memory ERROR\0", ScanResult.SCANNER_DOWN),
    "another protocol": (b"HTTP/1.1 400 Bad Request\r\n\r\nstream: OK", ScanResult.SCANNER_DOWN),
    "nothing": (b"", ScanResult.SCANNER_DOWN),
    "no end": (b"stream: OK" * 1000, ScanResult.SCANNER_DOWN),
}


@pytest.mark.parametrize(("answer", "result"), ANSWERS.values(), ids=ANSWERS.keys())
def test_only_a_plain_ok_is_a_clean_bill(answer, result):
    with pretending(answer) as url:
        assert scan(io.BytesIO(b"x" * 100_000), url).result == result


def test_a_scanner_that_hangs_up_in_the_middle_is_down_unless_it_said_why():
    body = b"x" * (8 << 20)
    with pretending(b"", reads=1000) as url:
        assert scan(io.BytesIO(body), url).result == ScanResult.SCANNER_DOWN


def test_a_scanner_that_never_answers_is_waited_for_only_so_long(monkeypatch):
    monkeypatch.setattr(scanning, "ALL_SECONDS", 0.5)
    begun = time.monotonic()
    with pretending(None) as url:
        assert scan(io.BytesIO(b"x"), url).result == ScanResult.SCANNER_DOWN
        assert time.monotonic() - begun < 3


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.ctl"])
def test_a_scanner_that_is_not_there_is_down(url):
    assert scan(io.BytesIO(b"x"), url).result == ScanResult.SCANNER_DOWN


def test_a_signature_is_a_plain_word_in_the_log():
    with pretending(b"stream: a\nb\x1b[31m FOUND\0") as url:
        found = scan(io.BytesIO(b"x"), url)
    # `.` matches no line break: what is not one line is no answer at all
    assert found.result == ScanResult.SCANNER_DOWN
    with pretending(b"stream: a b\x1b[31m FOUND\0") as url:
        assert scan(io.BytesIO(b"x"), url).signature == "a_b__31m"
