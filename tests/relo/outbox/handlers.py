"""Handlers that the outbox tests register: what they do can be seen from outside."""

from relo.core.scoping import current_scope
from relo.outbox.relay import GiveUp

CALLS: list[dict[str, object]] = []


def note(**payload: object) -> None:
    CALLS.append({**payload, "agency": current_scope().agency_id})


def fail(**payload: object) -> None:
    CALLS.append(payload)
    raise RuntimeError("the mail server is away; passport L898902C3")


def hopeless(**payload: object) -> None:
    raise GiveUp("AddressUnknown")
