"""What a report about an e-mail says: delivery reports (RFC 3464) and complaints (RFC 5965), as mail servers send them.

Anybody can write such a report, so nothing in it is believed but the Message-ID of a mail of ours, which only whoever
handled that mail knows. Its words are not kept: they quote addresses.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parsedate_to_datetime

from django.utils.translation import gettext_lazy as _

from cases.delivery import says_nobody_is_there
from cases.models import BounceKind
from relo.core.errors import ReloError, TooLarge, Unprocessable

MAX_REPORT_BYTES = 1024 * 1024
MOST_PARTS = 200
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
SMTP_CODE = re.compile(r"(?<!\d)([45]\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Report:
    """`message_id` goes before `address`, which only a program that was given a token may name."""

    kind: str
    message_id: str = ""
    address: str = ""
    code: str = ""
    at: datetime | None = None


def status_in(text: str) -> str:
    """The one thing that is kept of a diagnosis."""
    found = STATUS.search(text) or SMTP_CODE.search(text)
    return found[0] if found else ""


def read_report(raw: bytes) -> Report | None:
    """None where it tells of a mail that arrived, or is no report at all."""
    if len(raw) > MAX_REPORT_BYTES:
        raise TooLarge("report_too_large", _("A report about a mail has at most 1 MB."))
    try:
        # The lenient policy: the other one reads each header's grammar, and stumbles over what servers write.
        message = message_from_bytes(raw, policy=policy.compat32)
        return _read(message)
    except RecursionError:
        raise _unreadable() from None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise _unreadable() from None


def _read(message: Message) -> Report | None:
    if message.get_content_type() != "multipart/report":
        return None
    parts = _parts(message)
    message_id = _our_message_id(parts)
    at = _moment(message)
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            return Report(BounceKind.COMPLAINT, message_id, at=at) if _is_complaint(part) else None
        if part.get_content_type() == "message/delivery-status":
            return _delivery(part, message_id, at)
    return None


def _parts(message: Message) -> list[Message]:
    if not message.is_multipart():
        raise _unreadable()
    parts = [part for part in message.get_payload() if isinstance(part, Message)]
    if len(parts) > MOST_PARTS:
        raise _unreadable()
    return parts


def _groups(part: Message) -> list[Message]:
    """The groups of fields: one about the mail, then one for each recipient."""
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _delivery(part: Message, message_id: str, at: datetime | None) -> Report | None:
    for group in _groups(part):
        action = _text(group, "Action").casefold()
        if action not in ("failed", "delayed"):
            continue
        status, said = _text(group, "Status"), _text(group, "Diagnostic-Code")
        is_hard = action == "failed" and _is_final(status, said)
        kind = BounceKind.HARD if is_hard else BounceKind.SOFT
        return Report(kind, message_id, code=status_in(status) or status_in(said), at=at)
    return None


def _is_final(status: str, said: str) -> bool:
    """Nobody is reached there; a full mailbox, a mail that was not liked and a line that broke are something else."""
    found = STATUS.search(status)
    subject, detail = (int(found[2]), int(found[3])) if found and found[1] == "5" else (None, None)
    if subject == 1 or (subject, detail) in ((2, 1), (4, 1), (4, 4)):
        return True
    if subject == 7 or (subject, detail) in ((2, 2), (4, 7)):
        return False
    code = SMTP_CODE.search(said)
    return code is not None and says_nobody_is_there(int(code[1]), said)


def _is_complaint(part: Message) -> bool:
    groups = _groups(part)
    return bool(groups) and _text(groups[0], "Feedback-Type").casefold() in ("abuse", "fraud", "other", "opt-out")


def _our_message_id(parts: list[Message]) -> str:
    """Of the mail that is sent back with the report, whole or its headers alone."""
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/rfc822":
            for inner in _groups(part):
                return _text(inner, "Message-ID")
        if kind == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            if isinstance(headers, bytes):
                return _text(message_from_bytes(headers, policy=policy.compat32), "Message-ID")
    return ""


def _moment(message: Message) -> datetime | None:
    try:
        told = parsedate_to_datetime(_text(message, "Date"))
        return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _text(message: Message, name: str) -> str:
    return str(message.get(name, "")).strip()[:1000]


def _unreadable() -> ReloError:
    return Unprocessable(
        "report_unreadable",
        _("This is no report about a mail that relo can read. Send it as the mail server wrote it, or as JSON."),
    )
