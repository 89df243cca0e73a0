"""Every sample case, told side by side from the first opening to yesterday."""

from collections.abc import Callable
from datetime import date

from documents.demo import collecting, early, late
from documents.demo.clockwork import Story, tell
from documents.demo.facts import Calendar
from documents.demo.office import Office
from documents.demo.posts import posts_with_a_source

STORIES: tuple[Callable[[Office, Calendar], Story], ...] = (
    early.one_name_only,
    early.papers_just_sent,
    early.neither_ground,
    early.degree_not_conferred,
    early.field_left_open,
    collecting.applies_elsewhere,
    collecting.photo_given_back,
    collecting.work_ground,
    collecting.withdrew,
    collecting.once_chinese,
    late.ready_to_seal,
    late.waits_for_signature,
    late.third_language,
    late.in_preliminary_review,
    late.about_to_hand_in,
    late.waits_for_decision,
    late.granted_less,
    late.refused,
)


def tell_all(office: Office, today: date) -> None:
    calendar = Calendar(today)
    tell(story(office, calendar) for story in STORIES)
    posts_with_a_source(office)
