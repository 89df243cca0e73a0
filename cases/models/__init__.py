from cases.models.assignment import CaseAssignment
from cases.models.candidate import Candidate
from cases.models.case import Case, ReferenceCounter, WhoseTurn
from cases.models.change import (
    CaseChange,
    ChangeDecision,
    ChangeMessage,
    ChangeState,
    Choice,
    RuleChange,
    waits_for_decision,
)
from cases.models.decision import FindingDecision, Signature
from cases.models.event import CaseEvent
from cases.models.item import ChecklistItem, ItemState
from cases.models.mail import Mail, MailKind, MailState
from cases.models.reminder import Reminder, ReminderState, SkipReason
from cases.models.route import EditionEvent, PublishedIsFrozen, RouteVersion, VersionStatus

__all__ = [
    "Candidate",
    "Case",
    "CaseAssignment",
    "CaseChange",
    "CaseEvent",
    "ChangeDecision",
    "ChangeMessage",
    "ChangeState",
    "ChecklistItem",
    "Choice",
    "EditionEvent",
    "FindingDecision",
    "ItemState",
    "Mail",
    "MailKind",
    "MailState",
    "PublishedIsFrozen",
    "ReferenceCounter",
    "Reminder",
    "ReminderState",
    "RouteVersion",
    "RuleChange",
    "Signature",
    "SkipReason",
    "VersionStatus",
    "WhoseTurn",
    "waits_for_decision",
]
