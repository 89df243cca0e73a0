"""Runs only in the throw-away child."""

from __future__ import annotations

import struct
import zipfile
from typing import BinaryIO


def ends_as_archive(source: BinaryIO) -> bool:
    """Whether unpacking programs, which read a ZIP from its end, would find one here."""
    try:
        return zipfile.is_zipfile(source)
    except (zipfile.BadZipFile, struct.error, ValueError):
        return True  # the end of one, with nonsense in it
