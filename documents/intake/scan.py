"""Asks a ClamAV daemon about a file over INSTREAM (clamd(8)): lengths and pieces out, one line back."""

import logging
import re
import socket
import struct
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO
from urllib.parse import urlsplit

log = logging.getLogger(__name__)

PIECE = 64 * 1024
CONNECT_SECONDS = 2.0
ALL_SECONDS = 6.0  # somebody waits
_LONGEST_REPLY = 1024


class ScanResult(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"  # no scanner is named
    TOO_LARGE = "too_large"  # for the scanner as it is set up
    SCANNER_DOWN = "scanner_down"


@dataclass(frozen=True, slots=True)
class Scan:
    result: ScanResult
    signature: str = ""


def scan(file: BinaryIO, url: str | None) -> Scan:
    """`file` is read from its start and left there. Whatever the scanner does, there is an answer in time."""
    if url is None:
        return Scan(ScanResult.NOT_SCANNED)
    file.seek(0)
    try:
        reply = _asked(file, url, time.monotonic() + ALL_SECONDS)
    except OSError as failure:
        log.error("scan.scanner_down", extra={"error": type(failure).__name__})
        return Scan(ScanResult.SCANNER_DOWN)
    finally:
        file.seek(0)
    return _read(reply)


def _asked(file: BinaryIO, url: str, until: float) -> bytes:
    with _connection(url) as connection:
        cut_off: OSError | None = None
        try:
            _send(connection, b"zINSTREAM\0", until)
            while piece := file.read(PIECE):
                _send(connection, struct.pack("!I", len(piece)) + piece, until)
            _send(connection, struct.pack("!I", 0), until)
        except (BrokenPipeError, ConnectionResetError) as failure:
            cut_off = failure  # past its limit clamd says so and hangs up in the middle
        try:
            reply = _reply(connection, until)
        except OSError as failure:
            raise cut_off or failure from failure
        if not reply and cut_off is not None:
            raise cut_off
        return reply


def _connection(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(parts.path)
        except OSError:
            connection.close()
            raise
        return connection
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=CONNECT_SECONDS)


def _send(connection: socket.socket, data: bytes, until: float) -> None:
    connection.settimeout(_left(until))
    connection.sendall(data)


def _reply(connection: socket.socket, until: float) -> bytes:
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < _LONGEST_REPLY:
        connection.settimeout(_left(until))
        piece = connection.recv(_LONGEST_REPLY)
        if not piece:
            break
        reply += piece
    return reply


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _read(reply: bytes) -> Scan:
    """Only what clamd surely said: anything else is no clean bill."""
    words = reply.rstrip(b"\0\n").decode("ascii", "replace")
    if words == "stream: OK":
        return Scan(ScanResult.CLEAN)
    if found := re.fullmatch(r"stream: (.{1,300}) FOUND", words):
        return Scan(ScanResult.INFECTED, re.sub(r"[^\w.:-]", "_", found[1], flags=re.ASCII)[:100])
    if words.startswith("INSTREAM size limit exceeded"):
        log.warning("scan.too_large_for_the_scanner")
        return Scan(ScanResult.TOO_LARGE)
    log.error("scan.scanner_failed")
    return Scan(ScanResult.SCANNER_DOWN)
