"""What the API description says beyond what the views do."""

import re
from typing import Any

METHODS = ("get", "post", "patch", "put", "delete")


def summarise(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Each operation's name as words: openCase is shown as "Open case"."""
    for path in result["paths"].values():
        for method in METHODS:
            if method in path:
                words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", path[method]["operationId"]).lower()
                path[method].setdefault("summary", words[0].upper() + words[1:])
    return result
