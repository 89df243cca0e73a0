"""The difference of two packs in words. No database."""

import re
from datetime import date
from typing import Any, get_args

import pytest

from cases.routes.comparing import NAMED_BY, Section, differences, parts_by_code
from cases.routes.comparing_words import FIELD_LABELS, LEVELS, shown_value
from cases.routes.schema import HowMany, Pack, ShelfLife
from cases.routes.values import Level, Text


@pytest.fixture(scope="module")
def pack(shipped) -> Pack:
    return next(one for one in shipped if one.code == "CN-K")


def with_part(pack: Pack, section: Section, code: str, **changes: Any) -> Pack:
    parts = tuple(
        one.model_copy(update=changes) if key == code else one for key, one in parts_by_code(pack, section).items()
    )
    return pack.model_copy(update={section: parts})


def without_part(pack: Pack, section: str, code: str) -> Pack:
    return pack.model_copy(update={section: tuple(one for one in getattr(pack, section) if one.code != code)})


def told(old: Pack, new: Pack) -> list[tuple[str, str, str, str]]:
    return [(one.section, one.code, one.field, one.kind) for one in differences(old, new)]


def test_the_same_pack_differs_in_nothing(pack):
    assert differences(pack, pack.model_copy(deep=True)) == []


def test_a_shorter_shelf_life_is_told_in_words_of_both_languages_as_stricter(pack):
    three = ShelfLife(counts_from="issued_on", months=3)
    (difference,) = differences(pack, with_part(pack, "requirements", "police", shelf_life=three))

    assert (difference.section, difference.code, difference.kind) == ("requirements", "police", "tightened")
    assert "Police certificate" in difference.text.en and "3 months from the day of issue" in difference.text.en
    assert "6个月" in difference.text.zh and "3个月" in difference.text.zh


LONGER = ShelfLife(counts_from="issued_on", months=9)
KINDS = {
    "longer shelf life": ("requirements", "police", {"shelf_life": LONGER}, "loosened"),
    "no shelf life": ("requirements", "police", {"shelf_life": None}, "loosened"),
    "90 days for 6 months": (
        "requirements", "police", {"shelf_life": ShelfLife(counts_from="issued_on", days=90)}, "tightened",
    ),
    "a limit where there was none": ("requirements", "cv", {"shelf_life": LONGER}, "tightened"),
    "must outlast the hand-in by more": (
        "requirements", "passport",
        {"shelf_life": ShelfLife(counts_from="expires_on", must_outlast_hand_in_months=9)}, "tightened",
    ),
    "counted another way": (
        "requirements", "passport", {"shelf_life": ShelfLife(counts_from="issued_on", months=9)}, "changed",
    ),
    "two copies": ("requirements", "cv", {"how_many": HowMany(min=2, max=2)}, "tightened"),
    "as many as there are": ("requirements", "cv", {"how_many": HowMany(min=1, max=None)}, "loosened"),
    "of everybody": ("requirements", "police", {"when": None, "reads": ()}, "tightened"),
    "a note besides": ("requirements", "cv", {"asks_for": ("note",)}, "tightened"),
    "fewer file types": ("requirements", "passport", {"accepts": ("jpeg",)}, "tightened"),
    "another test": ("rules", "K-AGE", {"expression": "age >= 18"}, "changed"),
    "no gates": ("moves", "intake.start_screening", {"gates": ()}, "loosened"),
    "sooner due": ("reminders", "R-24H", {"due_days": 0}, "tightened"),
    "another wording": ("open_questions", "K-Q-AGE", {"question": Text(en="How old?", zh="几岁？")}, "changed"),
}  # fmt: skip


@pytest.mark.parametrize(("section", "code", "changes", "kind"), KINDS.values(), ids=KINDS.keys())
def test_a_change_is_told_as_stricter_or_looser_where_that_can_be_told(pack, section, code, changes, kind):
    if section == "open_questions":
        code = pack.open_questions[0].code
    found = differences(pack, with_part(pack, section, code, **changes))

    assert {(one.section, one.code) for one in found} == {(section, code)}
    assert [one.kind for one in found if one.field in changes and one.field != "reads"] == [kind]


@pytest.mark.parametrize("section", [name for name in NAMED_BY if name != "moves"])
def test_a_part_that_came_and_one_that_went_are_each_one_difference(pack, section):
    code = getattr(pack, section)[-1].code
    less = without_part(pack, section, code)

    assert told(pack, less) == [(section, code, "", "removed")]
    assert told(less, pack) == [(section, code, "", "added")]


def test_every_field_of_every_part_has_a_name_in_both_languages(pack):
    fields = {name for section in NAMED_BY for name in type(getattr(pack, section)[0]).model_fields}

    assert fields - set(FIELD_LABELS) == set()
    assert all(re.search(r"[\u4e00-\u9fff]", label.zh) for label in FIELD_LABELS.values())


def test_how_sure_we_are_is_told_in_words_of_the_reader(pack):
    sure = pack.requirements[0].evidence
    less = sure.model_copy(update={"level": "assumed", "effective_to": date(2026, 12, 31)})
    was, becomes = shown_value("evidence", sure), shown_value("evidence", less)

    assert was.en.startswith("official, checked on ") and was.zh.startswith("官方规定，")
    assert becomes.en.endswith("(–2026-12-31)") and becomes.zh.startswith("暂行推定，")
    assert set(LEVELS) == set(get_args(Level))
