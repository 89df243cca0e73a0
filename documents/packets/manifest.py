"""The manifest: what is in the packet, page by page, provable from the two files alone."""

import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from documents.packets.plan import Matter, PacketPlan

FORMAT = "relo-packet-manifest/1"
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def packet_manifest(
    plan: PacketPlan, matter: Matter, size: int, sha256: str, digests: Sequence[str], volume: int = 1
) -> dict[str, Any]:
    """Of one file. It names the documents of every volume, so that none can be missing unnoticed."""
    inputs = plan.inputs
    return {
        "format": FORMAT,
        "case_reference": inputs.case_reference,
        "packet_number": inputs.packet_number,
        "volume": {"number": volume, "of": len(plan.volumes)},
        "route": {"code": inputs.route_code, "edition": inputs.route_edition},
        "printed_on": inputs.printed_on.isoformat(),
        "software": {"name": "relo", "version": software_version()},
        "pages": plan.total(matter, volume),
        "front_pages": matter.front,
        "back_pages": matter.back,
        "sha256": sha256,
        "size": size,
        "page_sha256": list(digests),
        "parts": [
            {
                "position": part.position,
                "volume": in_volume,
                "requirement": part.document.requirement_code,
                "requirement_name": {
                    "en": part.document.requirement_name.en,
                    "zh": part.document.requirement_name.zh,
                },
                "document_id": part.document.document_id,
                "version": part.document.version,
                "file_name": part.document.file_name,
                "kind": part.document.kind,
                "sha256": part.document.sha256,
                "working_copy_sha256": part.document.working_sha256,
                "size": part.document.size,
                "pages": part.pages,
                "first_page": pages.first,
                "last_page": pages.last,
                "reviewer": part.document.reviewer,
                "accepted_on": part.document.accepted_on.isoformat(),
            }
            for part, in_volume, pages in (
                (placed.part, placed.volume, placed.pages) for placed in plan.placed(matter.front)
            )
        ],
        "left_out": [
            {
                "requirement": left.requirement_code,
                "document_id": left.document_id,
                "file_name": left.file_name,
                "reason": left.reason,
            }
            for left in inputs.left_out
        ],
    }


def dump_manifest(manifest: dict[str, Any]) -> str:
    """The same text for the same manifest. Characters that hide or reorder others are written as escapes."""
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def software_version() -> str:
    try:
        return version("relo")
    except PackageNotFoundError:  # run from a checkout that is not installed
        project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
        return str(project["project"]["version"])
