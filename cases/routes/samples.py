"""Full sample fact sets: every fact known. Conditions of a pack are tried on them, and on mixtures of them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import islice, product
from typing import Any

from cases.routes.derived_facts import to_cel
from cases.routes.fact_models import CandidateFacts

ON = date(2027, 3, 15)
MOST_MIXTURES = 256

GRADUATE: Mapping[str, Any] = {
    "date_of_birth": "1999-08-12",
    "nationalities": ["UTO"],
    "residence_country": "UTO",
    "ex_chinese": False,
    "chinese_parent_at_birth": False,
    "nationality_opinion": False,
    "names_differ": False,
    "passport": {"issued_on": "2024-05-01", "expires_on": "2034-04-30", "blank_pages": 20, "authority": "Utopia"},
    "legal_stay": {"held": True, "expires_on": "2029-01-31"},
    "degrees": [
        {
            "level": 3,
            "field_isced": "0613",
            "stem": True,
            "institution": "University of Zenith",
            "institution_country": "UTO",
            "institution_tier": "well_known",
            "conferred_on": "2023-07-01",
            "taught_in_chinese": False,
            "verified_by": "apostille",
            "language": "en",
        }
    ],
    "work": [
        {
            "employer": "Zenith Robotics",
            "employer_kind": "company",
            "role": "other",
            "started_on": "2023-09-01",
            "ended_on": "2026-08-31",
            "current": False,
            "stem": True,
            "country": "UTO",
        }
    ],
    "research": {"papers": 2, "patents": 0},
    "languages": {"hsk": 3, "de": "none", "en": "C1"},
    "has_offer": True,
    "offer": {
        "employer": "Institute of Automation",
        "city": "Shanghai",
        "annual_pay": 300000,
        "currency": "CNY",
        "occupation": "Engineer",
        "wage_level": 2,
        "accredited": True,
    },
    "work_route_planned": False,
    "purpose_of_stay": "research",
    "planned_stay_days": 180,
    "visa_free_entry": False,
    "dependants": [
        {
            "relation": "child",
            "date_of_birth": "2010-01-31",
            "nationality": "UTO",
            "comes_along": True,
            "one_parent_stays": True,
            "school_starts_on": "2027-09-01",
        }
    ],
    "work_permit": {"points": 73, "category_a": False},
    "post": {
        "name": "Embassy in Utopia",
        "asks_degree_auth": False,
        "asks_police": False,
        "asks_medical": False,
        "asks_plan": False,
        "asks_old_passport": False,
        "asks_translation": False,
        "takes_fingerprints": False,
        "form_days": 15,
    },
    "pickup_on": "2027-03-25",
    "visa": {"visa_class": "K", "entries": 1, "stay_days": 90, "valid_to": "2027-06-30", "rp_required": False},
    "travel_on": "2027-04-10",
    "entered_on": "2027-04-11",
    "address_since": "2027-04-11",
    "residence_permit": {"held": False, "expires_on": "2028-04-11"},
    "particulars_changed_on": "2027-05-02",
}

RESEARCHER: Mapping[str, Any] = {
    **GRADUATE,
    "date_of_birth": "1972-02-29",
    "nationalities": ["CN", "DE"],
    "residence_country": "SG",
    "ex_chinese": True,
    "chinese_parent_at_birth": True,
    "nationality_opinion": True,
    "names_differ": True,
    "passport": {"issued_on": "2017-05-01", "expires_on": "2027-05-01", "blank_pages": 1, "authority": "Berlin"},
    "legal_stay": {"held": False, "expires_on": "2026-01-31"},
    "degrees": [
        {
            "level": 1,
            "field_isced": "0421",
            "stem": False,
            "institution": "College of Nadir",
            "institution_country": "CN",
            "institution_tier": "other",
            "conferred_on": "2028-07-01",
            "taught_in_chinese": True,
            "verified_by": "none",
            "language": "uz",
        }
    ],
    "work": [
        {
            "employer": "Academy of Sciences",
            "employer_kind": "institute",
            "role": "research",
            "started_on": "2026-01-01",
            "ended_on": "2027-01-31",
            "current": False,
            "stem": True,
            "country": "DE",
        }
    ],
    "work_route_planned": True,
    "purpose_of_stay": "exchange",
    "planned_stay_days": 20,
    "visa_free_entry": True,
    "dependants": [
        {
            "relation": "spouse",
            "date_of_birth": "1975-06-01",
            "nationality": "DE",
            "comes_along": False,
            "one_parent_stays": False,
            "school_starts_on": "2027-02-15",
        }
    ],
    "work_permit": {"points": 40, "category_a": True},
    "post": {
        **GRADUATE["post"],
        "asks_degree_auth": True,
        "asks_police": True,
        "asks_medical": True,
        "asks_plan": True,
        "asks_old_passport": True,
        "asks_translation": True,
        "takes_fingerprints": True,
    },
    "visa": {**GRADUATE["visa"], "rp_required": True},
    "residence_permit": {"held": True, "expires_on": "2027-03-01"},
}

# No degree, no work that counts, and an engineer whose degree counts but is not yet conferred.
NEITHER: Mapping[str, Any] = {
    **GRADUATE,
    "nationalities": ["IN"],
    "residence_country": "AE",
    "purpose_of_stay": "work",
    "planned_stay_days": 30,
    "dependants": [
        {**GRADUATE["dependants"][0], "relation": "stepchild", "date_of_birth": "2009-12-01", "one_parent_stays": False}
    ],
    "work_permit": {"points": 12, "category_a": False},
    "work": [{**RESEARCHER["work"][0], "employer_kind": "company", "role": "other", "stem": False}],
    "degrees": [{**GRADUATE["degrees"][0], "level": 2, "institution_tier": "unclear", "conferred_on": "2027-07-01"}],
}

# Someone without an offer; the other three describe one, and describing one says there is one.
WITHOUT_OFFER: Mapping[str, Any] = {
    **{k: v for k, v in GRADUATE.items() if k != "offer"},
    "has_offer": False,
    "dependants": [{**GRADUATE["dependants"][0], "date_of_birth": "2008-12-01"}],  # of age
}

SAMPLES = (GRADUATE, RESEARCHER, NEITHER, WITHOUT_OFFER)


@lru_cache(maxsize=8)
def _facts(index: int) -> dict[str, Any]:
    return to_cel(CandidateFacts.model_validate(SAMPLES[index]), ON)


def full_sample() -> dict[str, Any]:
    return _facts(0)


def mixtures(reads: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Full fact sets in which what `reads` names takes its values from any of the samples, independently."""
    groups = sorted({_group(path) for path in reads} - {"on"})
    for choice in islice(product(range(len(SAMPLES)), repeat=len(groups)), MOST_MIXTURES):
        mixed = dict(_facts(0))
        for group, index in zip(groups, choice, strict=True):
            mixed[group] = _facts(index).get(group, _facts(0)[group])
        yield mixed


def _group(path: str) -> str:
    return path.partition(".")[0].removesuffix("[]")
