"""The accepted files in the work folder of a build."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from documents.packets.errors import PacketFailed
from documents.packets.inputs import PacketDocument
from documents.packets.preflight import named
from documents.packets.text import Text


def lay_source(document: PacketDocument, pieces: Iterable[bytes], target: Path) -> None:
    """Write the file, hashed as it goes by. Raises PacketFailed where it is not the one that was accepted."""
    found = hashlib.sha256()
    with target.open("wb") as file:
        for piece in pieces:
            found.update(piece)
            file.write(piece)
    if found.hexdigest() != (document.working_sha256 or document.sha256):
        target.unlink()
        raise PacketFailed(
            "document_changed",
            named(
                document,
                Text(
                    "is not the file that was accepted: its fingerprint differs. Have the stored file restored.",
                    "与审核通过的文件不一致（校验值不同）。请恢复所存文件。",
                ),
            ),
            document.document_id,
        )
