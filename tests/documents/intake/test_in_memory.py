"""What was sent is looked at where it lies in memory, and by then nothing can change it any more."""

import hashlib
import io
import os
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from documents.intake.inspect import in_memory, inspect_file, measured
from documents.intake.verdicts import MAX_BYTES
from tests.case_steps import SAMPLES

CV = (SAMPLES / "cv.pdf").read_bytes()


@pytest.fixture
def received() -> Iterator[BinaryIO]:
    with os.fdopen(os.memfd_create("upload", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), "w+b") as file:
        file.write(CV)
        yield file


def test_what_lies_in_memory_is_not_copied_and_is_sealed(received: BinaryIO):
    with in_memory(received) as file:
        assert os.fstat(file).st_ino == os.fstat(received.fileno()).st_ino
        assert measured(file) == (len(CV), hashlib.sha256(CV).hexdigest(), CV[:4096])
        os.lseek(file, 100, os.SEEK_SET)  # a reader's place is its own
        assert received.tell() == 0
        with pytest.raises(PermissionError):
            os.pwrite(received.fileno(), b"changed", 0)
        with pytest.raises(PermissionError):
            os.truncate(received.fileno(), 10)

    assert received.read() == CV


@pytest.mark.parametrize("kind", ["bytes", "file"])
def test_anything_else_is_copied_and_left_as_it_was(tmp_path, kind):
    path = tmp_path / "cv.pdf"
    path.write_bytes(CV)
    with io.BytesIO(CV) if kind == "bytes" else path.open("r+b") as source, in_memory(source) as file:
        source.write(b"changed meanwhile")
        assert measured(file)[1] == hashlib.sha256(CV).hexdigest()


def test_a_source_without_an_end_is_copied_to_just_past_the_limit():
    class Endless(io.RawIOBase):
        def seekable(self) -> bool:
            return True

        def seek(self, *_: int) -> int:
            return 0

        def read(self, size: int = -1) -> bytes:
            return b"x" * size

    with in_memory(Endless()) as file:
        assert MAX_BYTES < os.fstat(file).st_size < MAX_BYTES + 2**20
        assert MAX_BYTES < measured(file)[0] < MAX_BYTES + 2**20
    assert inspect_file(Endless(), "cv.pdf").code == "too_large"


def test_a_file_in_memory_past_the_limit_is_too_large(received: BinaryIO):
    received.truncate(MAX_BYTES + 1)

    assert inspect_file(received, "cv.pdf").code == "too_large"
