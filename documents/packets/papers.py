"""Paper beside the packet: one template each, laid out from what the case tells. Filled in the throw-away process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from documents.packets.fonts import beyond_face, check_letters
from documents.packets.render import fill, lay_out, loud_log
from documents.packets.text import printable


def lay_out_paper(paper: dict[str, Any], target: Path) -> None:
    context = _made_printable(paper["context"])
    check_letters(_texts(context))
    context["face"] = "wide" if beyond_face(str(context.get("candidate", ""))) else ""
    html = fill(f"papers/{paper['code']}.html", context, str(paper["route_code"]), str(paper["post_code"]))
    with loud_log():
        lay_out(html).write_pdf(target, pdf_identifier=b"relo-paper")


def _made_printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _made_printable(inner) for key, inner in value.items()}
    return [_made_printable(inner) for inner in value] if isinstance(value, list) else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
