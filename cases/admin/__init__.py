"""The staff's pages about cases. Importing a module here registers its admin."""

from cases.admin import candidate, case, post, route
from cases.admin.members_part import MembersPart
from cases.admin.parts import register_part
from cases.admin.post_part import PostPart

register_part(PostPart())
register_part(MembersPart())

__all__ = ["candidate", "case", "post", "route"]
