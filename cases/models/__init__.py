from cases.models.assignment import CaseAssignment
from cases.models.attempt import Attempt, Hold
from cases.models.bounce import BounceKind, MailBounce
from cases.models.candidate import Candidate, ReminderPace
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
from cases.models.morning import MorningMail
from cases.models.passport import FormerPassport
from cases.models.passport_page import PageField, PassportProposal, ProposalState
from cases.models.pause import ReminderPause
from cases.models.post import FreshnessWaiver, Post, PostEdition, PostKind
from cases.models.process import (
    Address,
    ApplicationNumber,
    Appointment,
    AppointmentKind,
    AppointmentState,
    AuthorityDecision,
    Entry,
    NumberKind,
    Outcome,
    StatusNote,
)
from cases.models.reminder import Reminder, ReminderAudience, ReminderState, SkipReason
from cases.models.route import EditionEvent, PublishedIsFrozen, RouteVersion, VersionStatus

__all__ = [
    "Address",
    "ApplicationNumber",
    "Appointment",
    "AppointmentKind",
    "AppointmentState",
    "Attempt",
    "AuthorityDecision",
    "BounceKind",
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
    "Entry",
    "FindingDecision",
    "FormerPassport",
    "FreshnessWaiver",
    "Hold",
    "ItemState",
    "Mail",
    "MailBounce",
    "MailKind",
    "MailState",
    "MorningMail",
    "NumberKind",
    "Outcome",
    "PageField",
    "PassportProposal",
    "Post",
    "PostEdition",
    "PostKind",
    "ProposalState",
    "PublishedIsFrozen",
    "ReferenceCounter",
    "Reminder",
    "ReminderAudience",
    "ReminderPace",
    "ReminderPause",
    "ReminderState",
    "RouteVersion",
    "RuleChange",
    "Signature",
    "SkipReason",
    "StatusNote",
    "VersionStatus",
    "WhoseTurn",
    "waits_for_decision",
]
