"""How an edition came about, in words."""

from collections.abc import Mapping

from cases.models import EditionEvent, RouteVersion
from cases.routes.values import Text

LABELS: Mapping[str, Text] = {
    "drafted": Text(en="Draft begun", zh="已新建草稿"),
    "edited": Text(en="Changed", zh="已修改"),
    "added": Text(en="Added", zh="已新增"),
    "removed": Text(en="Taken out", zh="已删除"),
    "replaced": Text(en="Replaced by a file", zh="已由文件替换"),
    "sent_to_review": Text(en="Sent to a second person", zh="已送交第二人"),
    "sent_back": Text(en="Sent back", zh="已退回"),
    "published": Text(en="Published", zh="已发布"),
    "discarded": Text(en="Discarded", zh="已放弃"),
}


def story_of(version: RouteVersion) -> list[EditionEvent]:
    """The latest first."""
    return list(EditionEvent.objects.filter(version=version).order_by("-id")[:200])
