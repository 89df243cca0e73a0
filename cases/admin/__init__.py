"""The staff's pages about cases. Importing a module here registers its admin."""

from cases.admin import candidate, case, morning, post, reminder, route, rule_change
from cases.admin.fees_part import FeesPart
from cases.admin.members_part import MembersPart
from cases.admin.parts import register_part
from cases.admin.post_part import PostPart
from cases.admin.records import ProcessPart
from cases.admin.reminders_part import RemindersPart
from cases.admin.rules_part import RulesPart
from cases.admin.states import AttemptsPart

register_part(ProcessPart())
register_part(AttemptsPart())
register_part(RulesPart())
register_part(PostPart())
register_part(MembersPart())
register_part(FeesPart())
register_part(RemindersPart())

__all__ = ["candidate", "case", "morning", "post", "reminder", "route", "rule_change"]
