"""The words of a mail: subject, text and HTML in the candidate's language. They name no paper that is sensitive."""

from dataclasses import dataclass
from datetime import date
from email.utils import formataddr, parseaddr
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from cases.reminders import Planned
from cases.routes.schema import Pack, ReminderRule, Requirement
from relo.core.languages import in_language, is_chinese

PORTAL_PATH = "/portal/"
PACE_PATH = "/portal/reminders/"
SUBJECT_NAME = 80  # a longer text of a rule would be cut off in a list of mails
OPEN_TO_ALL = "personal"  # the one sensitivity whose papers a mail may name


LetterKind = Literal["reminder", "decision", "change", "packet"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do. The words are empty where naming the paper would give something away.

    `name` stands in the list, `short` in the subject, `text` below the name.
    """

    reference: str
    event: str
    name: str
    short: str
    text: str
    counts_from: date
    deadline_on: date | None


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything a mail says and where it goes. Lives only while the mail is being sent."""

    kind: LetterKind
    language: str
    message_id: str
    to: str
    candidate: str
    agency: str
    reply_to: str
    day: date  # in the candidate's time zone
    references: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    changes: int = 0  # of a decision: items that need a change
    text: str = ""  # of changed rules: what a person wrote
    slow_down: str = ""  # of a reminder: the token of its link

    @property
    def first(self) -> Line:
        """The most urgent line: the subject speaks of it."""
        return min(self.lines, key=lambda line: (line.deadline_on or date.max, line.counts_from))


def line_of(one: Planned, pack: Pack, reference: str, language: str) -> Line:
    event, text = one.rule.trigger.event, in_language(one.rule.text, language)
    name = short = ""
    if any(requirement.sensitivity != OPEN_TO_ALL for requirement in _requirements_of(one.rule, one.item, pack)):
        text = ""
    elif one.item and event in ("item_requested", "changes_requested"):
        name = short = in_language(pack.requirement(one.item).name, language)
        text = text if one.rule.trigger.item else ""  # of a rule for all items it says no more than the name
    else:
        # What a date is about stands in the rule's own words.
        name, text = text.rstrip(".。"), ""
        short = name if len(name) <= SUBJECT_NAME else ""
    return Line(reference, event, name, short, text, one.counts_from, one.deadline_on)


def words_for_staff(rule: ReminderRule, item: str, pack: Pack) -> str:
    """What a line of the staff's mail is about, in the language of the mail; empty of a paper that is restricted."""
    if any(requirement.is_restricted for requirement in _requirements_of(rule, item, pack)):
        return str(_("a paper that the page of the case names"))
    if item and rule.to == "candidate":
        return in_language(pack.requirement(item).name)
    return in_language(rule.text).rstrip(".。")


def _requirements_of(rule: ReminderRule, item: str, pack: Pack) -> list[Requirement]:
    """What a reminder is about: its item, or whatever tells the fact it counts from."""
    if item:
        return [pack.requirement(item)]
    group = (rule.trigger.fact or "").partition(".")[0]
    return [
        requirement
        for requirement in pack.requirements
        if requirement.code == group or any(path.partition(".")[0] == group for path in requirement.fills)
    ]


def message_id_of(mail_id: UUID) -> str:
    """The same for every attempt, so that a mailbox that gets it twice can show it once."""
    return f"<{mail_id}@{urlsplit(settings.PUBLIC_URL).hostname}>"


def compose(letter: Letter) -> EmailMultiAlternatives:
    folder = "zh-hans" if is_chinese(letter.language) else "en"
    context = {
        "letter": letter,
        "portal_url": settings.PUBLIC_URL + PORTAL_PATH,
        "pace_url": f"{settings.PUBLIC_URL}{PACE_PATH}{letter.slow_down}/",
    }
    with translation.override(folder):
        subject, text, html = (
            render_to_string(f"mail/{folder}/{letter.kind}.{part}", context) for part in ("subject.txt", "txt", "html")
        )
    message = EmailMultiAlternatives(
        subject=_one_line(subject),
        body=text.strip() + "\n",
        from_email=formataddr((_one_line(letter.agency), parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[letter.to],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers={
            "Message-ID": letter.message_id,
            "Auto-Submitted": "auto-generated",
            "Content-Language": folder,
            **(_one_click(str(context["pace_url"])) if letter.kind == "reminder" else {}),
        },
    )
    message.attach_alternative(html, "text/html")
    return message


def _one_click(url: str) -> dict[str, str]:
    """RFC 8058: the mailbox shows a button, and presses it by a POST that needs no sign-in."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _one_line(text: str) -> str:
    """A line break in a header would start another header."""
    return " ".join(text.split())
