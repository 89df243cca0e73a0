from cases.models.assignment import CaseAssignment
from cases.models.candidate import Candidate
from cases.models.case import Case, ReferenceCounter, WhoseTurn
from cases.models.decision import FindingDecision, Signature
from cases.models.event import CaseEvent
from cases.models.item import ChecklistItem, ItemState
from cases.models.mail import Mail, MailKind, MailState
from cases.models.post import FreshnessWaiver, Post, PostEdition, PostKind
from cases.models.reminder import Reminder, ReminderState, SkipReason
from cases.models.route import RouteVersion, VersionStatus

__all__ = [
    "Candidate",
    "Case",
    "CaseAssignment",
    "CaseEvent",
    "ChecklistItem",
    "FindingDecision",
    "FreshnessWaiver",
    "ItemState",
    "Mail",
    "MailKind",
    "MailState",
    "Post",
    "PostEdition",
    "PostKind",
    "ReferenceCounter",
    "Reminder",
    "ReminderState",
    "RouteVersion",
    "Signature",
    "SkipReason",
    "VersionStatus",
    "WhoseTurn",
]
