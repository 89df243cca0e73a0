"""How to get into the demo, for people: the content of demo.json, laid out."""

import json
from pathlib import Path
from typing import Any

from relo.running.refusal import CannotRun


def read_access(file: Path) -> dict[str, Any]:
    try:
        file.chmod(0o600)
        access = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as refusal:
        raise CannotRun(f"{file} is missing or damaged ({refusal}): remove {file.parent} to start afresh.") from None
    if not isinstance(access, dict):
        raise CannotRun(f"{file} is damaged: remove {file.parent} to start afresh.")
    return access


def described(access: dict[str, Any]) -> str:
    base_url = access["base_url"]
    rows = [("staff", f"{base_url}/admin/")]
    for person in access["staff"]:
        rows.append((f"  {str(person['role']).replace('_', ' ')}", f"{person['email']}  {person['password']}"))
    rows.append(("candidate", str(access["candidate_portal"])))
    rows.append(("  e-mail", f"{access['candidate']['email']}  (link and code arrive in the folder of mails below)"))
    rows.append(("API", f"{base_url}/api/docs/"))
    rows.append(("  token", str(access["api_token"])))
    rows.append(("case", str(access["case_reference"])))
    width = max(len(name) for name, _ in rows) + 3
    return "\n".join(f"  {name:<{width}}{value}" for name, value in rows)
