"""The staff's pages about cases. Importing a module here registers its admin."""

from cases.admin import candidate, case, route, rule_change
from cases.admin.members_part import MembersPart
from cases.admin.parts import register_part
from cases.admin.rules_part import RulesPart

register_part(RulesPart())
register_part(MembersPart())

__all__ = ["candidate", "case", "route", "rule_change"]
