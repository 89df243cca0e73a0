from datetime import date
from typing import Any

import pytest

from cases.applicability import Applicability, applicable
from cases.routes.facts import facts_from
from cases.routes.reading import read_pack, shipped_packs, shipped_sources

TODAY = date(2026, 11, 24)
ON = date(2027, 3, 1)
PACK = read_pack(next(path for path in shipped_packs() if path.name == "cn-k.yaml"), shipped_sources())


def line(code: str, **told: Any) -> Applicability:
    return next(one for one in applicable(PACK, facts_from(told, TODAY), ON) if one.code == code)


def test_every_requirement_of_the_route_is_answered_in_its_order():
    answered = [one.code for one in applicable(PACK, facts_from({}, TODAY), ON)]
    assert answered == [requirement.code for requirement in PACK.requirements]


def test_what_everyone_needs_is_needed_before_anything_is_told():
    assert line("passport") == Applicability("passport", "needed")


@pytest.mark.parametrize(
    ("code", "told", "state"),
    [
        ("police", {"post": {"asks_police": True}}, "needed"),
        ("police", {"post": {"asks_police": False}}, "not_needed"),
        ("passport_all", {"nationalities": ["DE", "TR"]}, "needed"),
        ("passport_all", {"nationalities": ["DE"]}, "not_needed"),
        ("legal_stay", {"nationalities": ["DE"], "residence_country": "DE"}, "not_needed"),
        ("legal_stay", {"nationalities": ["DE"], "residence_country": "SG"}, "needed"),
        ("passport_old", {"ex_chinese": True}, "needed"),
        ("degree_auth", {"degrees": [{"level": 1}], "post": {"asks_degree_auth": True}}, "not_needed"),
        ("translation", {"degrees": [{"language": "uz"}]}, "needed"),
        ("residence_permit", {"visa": {"rp_required": True}}, "needed"),
        ("stay_end_noted", {"visa": {"rp_required": True}}, "not_needed"),
    ],
)
def test_what_is_told_decides(code, told, state):
    assert line(code, **told) == Applicability(code, state)


@pytest.mark.parametrize(
    ("code", "told", "missing"),
    [
        ("police", {}, ("post.asks_police",)),
        ("passport_old", {"ex_chinese": False}, ("post.asks_old_passport",)),
        ("degree", {"degrees": [{"level": 3}]}, ("degrees[].field_isced",)),
        ("degree", {"degrees": [{"level": 3, "field_isced": "0912"}]}, ("arm.study",)),
        ("work_letter", {}, ("work",)),
    ],
)
def test_what_may_be_needed_names_what_would_tell(code, told, missing):
    assert line(code, **told) == Applicability(code, "unknown", missing)
