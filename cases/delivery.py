"""Speaking to the mail server, and what its answer means. The answers are codes: servers quote addresses in texts."""

import logging
import smtplib
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend

log = logging.getLogger(__name__)

MOST_OVER_ONE_LINE = 100  # mails; servers cut off who sends more


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


class _Kept(threading.local):
    """The line to the mail server that this thread's last mail went over: opening one costs more than a mail does."""

    line: EmailBackend | None = None
    mails = 0


_kept = _Kept()


def deliver(message: EmailMultiAlternatives) -> Answer:
    try:
        message.message()
    except ValueError as refusal:
        return Answer("refused", type(refusal).__name__)  # an address or header that cannot be written at all
    if _size(message) > MAX_MAIL_BYTES:
        return Answer("refused", "too_large")
    try:
        line = _line()
    except Exception as failure:
        # Unreachable, or it does not let us in: our trouble, and not a word about this mail was said yet.
        log.warning("mail.server_unreachable", extra={"error": type(failure).__name__})
        return Answer("deferred", type(failure).__name__)
    answer = _sent_over(line, message)
    if answer.outcome == "accepted" and line is _kept.line:
        _kept.mails += 1
    else:
        _hang_up(line)
    return answer


def _size(message: EmailMultiAlternatives) -> int:
    """Of its words, in bytes: what is around them is small, and writing them out is most of the work on a mail."""
    words = [message.body, *(str(part[0]) for part in message.alternatives)]
    return sum(len(part.encode("utf-8", "replace")) for part in words)


def _sent_over(line: Any, message: EmailMultiAlternatives) -> Answer:
    try:
        line.send_messages([message])
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
    except BaseException:
        _hang_up(line)  # half of a mail may have been said over it
        raise
    return Answer("accepted")


def _line() -> Any:
    """The kept line if it leads to the same server and still answers, or a new one. Other ways than SMTP keep none."""
    fresh, kept = get_connection(fail_silently=False), _kept.line
    if kept is not None:
        is_the_same = isinstance(fresh, EmailBackend) and _leads_where(kept) == _leads_where(fresh)
        if is_the_same and _kept.mails < MOST_OVER_ONE_LINE and _answers(kept):
            return kept
        _hang_up(kept)
    fresh.open()
    if isinstance(fresh, EmailBackend):
        _kept.line, _kept.mails = fresh, 0
    return fresh


def _leads_where(line: EmailBackend) -> tuple[Any, ...]:
    return line.host, line.port, line.username, line.password, line.use_tls, line.use_ssl


def _answers(line: EmailBackend) -> bool:
    """Asked before anything is said of a mail: over a line that is dead already, nobody could tell what was taken."""
    try:
        return line.connection is not None and int(line.connection.noop()[0]) == 250
    except (smtplib.SMTPException, OSError):
        return False


def _hang_up(line: Any) -> None:
    if line is _kept.line:
        _kept.line = None
    with suppress(smtplib.SMTPException, OSError):
        line.close()


def _by_code(code: int) -> Answer:
    if 400 <= code < 500:
        return Answer("deferred", str(code))
    # smtplib gives -1 for an answer that is none.
    return Answer("refused" if code >= 500 else "unclear", str(code))
