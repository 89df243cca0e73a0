"""How the facts are grouped on a page, and what they are called in a row of degrees or jobs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.routes.derived_facts import DERIVED_FROM
from cases.routes.schema import Pack


@dataclass(frozen=True, slots=True)
class FactSection:
    """`names`: top-level facts. `rows`: the fact is a list, each entry a row. `of_case`: of the process."""

    code: str
    title: str | Promise
    names: tuple[str, ...]
    rows: bool = False
    is_open: bool = False
    of_case: bool = False


SECTIONS = (
    FactSection("person", _("Person"), ("date_of_birth", "nationalities", "residence_country"), is_open=True),
    FactSection("passport", _("Passport"), ("passport",), is_open=True),
    FactSection("degrees", _("Degrees"), ("degrees",), rows=True, is_open=True),
    FactSection("work", _("Work"), ("work",), rows=True, is_open=True),
    FactSection(
        "origin",
        _("Nationality and name"),
        ("ex_chinese", "chinese_parent_at_birth", "nationality_opinion", "names_differ", "legal_stay"),
    ),
    FactSection(
        "plans",
        _("Plans in China"),
        (
            "purpose_of_stay",
            "planned_stay_days",
            "visa_free_entry",
            "has_offer",
            "offer",
            "work_route_planned",
            "work_permit",
        ),
    ),
    FactSection("dependants", _("Family"), ("dependants",), rows=True),
    FactSection("skills", _("Research and languages"), ("research", "languages")),
    FactSection("post", _("Post"), ("post",), of_case=True),
    FactSection("visa", _("Visa"), ("pickup_on", "visa", "travel_on"), of_case=True),
    FactSection(
        "arrival",
        _("Arrival"),
        ("entered_on", "address_since", "residence_permit", "particulars_changed_on"),
        of_case=True,
    ),
)

ROW_LABELS: Mapping[str, str | Promise] = {
    "degrees[].level": _("Level"),
    "degrees[].field_isced": _("Field (ISCED-F code)"),
    "degrees[].stem": _("Counts as science or technology"),
    "degrees[].institution": _("Institution"),
    "degrees[].institution_country": _("Country of the institution"),
    "degrees[].institution_tier": _("Standing of the institution"),
    "degrees[].conferred_on": _("Conferred on"),
    "degrees[].taught_in_chinese": _("Taught in Chinese"),
    "degrees[].verified_by": _("Authenticated by"),
    "degrees[].language": _("Language of the certificate"),
    "work[].employer": _("Employer"),
    "work[].employer_kind": _("Kind of employer"),
    "work[].role": _("Kind of work"),
    "work[].started_on": _("From"),
    "work[].ended_on": _("Until"),
    "work[].current": _("Still there"),
    "work[].stem": _("In science or technology"),
    "work[].country": _("Country"),
    "dependants[].relation": _("Relation"),
    "dependants[].date_of_birth": _("Date of birth"),
    "dependants[].nationality": _("Nationality travelled on"),
    "dependants[].comes_along": _("Comes along"),
    "dependants[].one_parent_stays": _("A parent stays behind"),
    "dependants[].school_starts_on": _("School begins on"),
}
ROW_HELP: Mapping[str, str | Promise] = {
    "degrees[].field_isced": _("Two to four digits, such as 0613 for software; leave it empty if you do not know."),
    "degrees[].stem": _("Needed only where the field leaves it open, such as economics, agriculture or health."),
}
NONE_LABELS: Mapping[str, str | Promise] = {
    "degrees": _("Holds no degree"),
    "work": _("Has not worked so far"),
    "dependants": _("Nobody comes along, now or later"),
}
NAMES: Mapping[str, str | Promise] = {
    "passport": _("Passport"),
    "legal_stay": _("Permit of the country of residence"),
    "offer": _("Offer of work"),
    "work_permit": _("Work permit"),
    "research": _("Research"),
    "languages": _("Languages"),
    "post": _("Post"),
    "visa": _("Visa"),
    "residence_permit": _("Residence permit"),
}

CHOICES: Mapping[str, tuple[tuple[object, str | Promise], ...]] = {
    "degrees[].level": (
        (0, _("No degree")),
        (1, _("Associate")),
        (2, _("Bachelor")),
        (3, _("Master")),
        (4, _("Doctor")),
    ),
    "degrees[].institution_tier": (
        ("well_known", _("Well known")),
        ("other", _("Not among the well known")),
        ("unclear", _("Cannot tell")),
    ),
    "degrees[].verified_by": (
        ("apostille", _("Apostille")),
        ("legalisation", _("Consular legalisation")),
        ("cscse", "CSCSE 留服"),
        ("chsi", "CHSI 学信网"),
        ("none", _("Not authenticated")),
    ),
    "purpose_of_stay": (
        ("exchange", _("Exchange or visit")),
        ("research", _("Research")),
        ("study", _("Study")),
        ("business", _("Business, or founding a company")),
        ("work", _("Paid work")),
        ("other", pgettext_lazy("purpose", "Other")),
    ),
    "dependants[].relation": (
        ("spouse", _("Spouse")),
        ("child", _("Child")),
        ("stepchild", _("Stepchild")),
        ("parent", _("Parent")),
        ("other", pgettext_lazy("relation", "Other")),
    ),
    "work[].employer_kind": (
        ("university", _("University")),
        ("institute", _("Research institute")),
        ("company", _("Company")),
    ),
    "work[].role": (
        ("teaching", _("Teaching")),
        ("research", _("Research work")),
        ("other", pgettext_lazy("kind of work", "Other")),
    ),
}
COUNTRIES = frozenset(
    {"residence_country", "degrees[].institution_country", "work[].country", "dependants[].nationality"}
)
# Without these a row cannot be recognised, whatever the route asks.
ALWAYS = frozenset(
    {
        "date_of_birth", "nationalities", "residence_country", "passport.issued_on", "passport.expires_on",
        "degrees[].level", "degrees[].field_isced", "degrees[].stem", "degrees[].institution",
        "degrees[].conferred_on", "dependants[].relation", "dependants[].date_of_birth",
        "dependants[].nationality", "dependants[].comes_along",
        "work[].employer", "work[].started_on", "work[].ended_on", "work[].current",
    }
)  # fmt: skip


def section_of(path: str) -> FactSection | None:
    """Where on the page a fact is told."""
    top = path.partition(".")[0].removesuffix("[]")
    return next((section for section in SECTIONS if top in section.names), None)


def asked_by(pack: Pack) -> frozenset[str]:
    """The facts that this edition's rules, requirements and reminders read or fill."""
    read: set[str] = set()
    for rule in pack.rules:
        read.update(rule.reads)
    for requirement in pack.requirements:
        read.update(requirement.reads, requirement.fills)
    for reminder in pack.reminders:
        read.update(reminder.reads)
        read.update(path for path in (reminder.trigger.fact, reminder.trigger.plus_days_fact) if path)
    return ALWAYS | read | _made_from(read)


def _made_from(paths: Iterable[str]) -> set[str]:
    return {source for path in paths for source in DERIVED_FROM.get(path, ())}
