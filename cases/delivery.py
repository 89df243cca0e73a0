"""Speaking to the mail server, and what its answer means. The answers are codes: servers quote addresses in texts."""

import logging
import smtplib
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from django.core.mail import EmailMultiAlternatives, get_connection

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """`accepted`; `deferred`: not taken, try later; `refused`: never will be; `unclear`: it may have been taken."""

    outcome: Literal["accepted", "deferred", "refused", "unclear"]
    code: str = ""
    is_about_address: bool = False  # nobody is reached there, rather than: this mail was not liked


_NOBODY_THERE = (550, 551, 553)
MAX_MAIL_BYTES = 1024 * 1024  # one of ours has a few kilobytes; whatever is this long went wrong while it was written


def says_nobody_is_there(code: int, text: str) -> bool:
    """5.7 says that the mail was not liked, which is no fault of the address."""
    return code in _NOBODY_THERE and " 5.7." not in f" {text}"


def deliver(message: EmailMultiAlternatives) -> Answer:
    try:
        if len(message.message().as_bytes()) > MAX_MAIL_BYTES:
            return Answer("refused", "too_large")
    except ValueError as refusal:
        return Answer("refused", type(refusal).__name__)  # an address or header that cannot be written at all
    connection = get_connection(fail_silently=False)
    try:
        connection.open()
    except Exception as failure:
        # Unreachable, or it does not let us in: our trouble, and not a word about this mail was said yet.
        log.warning("mail.server_unreachable", extra={"error": type(failure).__name__})
        return Answer("deferred", type(failure).__name__)
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refusal:
        code, text = max(refusal.recipients.values())
        return replace(_by_code(code), is_about_address=says_nobody_is_there(code, text.decode("ascii", "replace")))
    except smtplib.SMTPResponseException as refusal:
        return _by_code(refusal.smtp_code)
    except (smtplib.SMTPNotSupportedError, ValueError) as refusal:
        return Answer("refused", type(refusal).__name__)  # an address or header that cannot be sent at all
    except (smtplib.SMTPException, OSError) as failure:
        # The line broke. Whether before or after the server took the mail, nobody can tell.
        return Answer("unclear", type(failure).__name__)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            connection.close()
    return Answer("accepted")


def _by_code(code: int) -> Answer:
    if 400 <= code < 500:
        return Answer("deferred", str(code))
    # smtplib gives -1 for an answer that is none.
    return Answer("refused" if code >= 500 else "unclear", str(code))
