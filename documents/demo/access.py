"""The file that tells how to get into the demo: readable for its owner alone, written whole or not at all."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any


def read_access(file: Path) -> dict[str, Any]:
    """Empty where there is nothing that can be used."""
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def write_access(file: Path, access: dict[str, Any]) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(prefix=".demo-", dir=file.parent)  # 0600 from the first byte
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as target:
            json.dump(access, target, indent=2, ensure_ascii=False)
            target.write("\n")
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
