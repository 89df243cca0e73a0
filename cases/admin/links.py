from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from cases.models import Case
from cases.selectors import cases_visible_to
from relo.core.actors import Actor


@dataclass(frozen=True, slots=True)
class Link:
    """`is_main`: the act most people come for; the others stand back."""

    label: str | Promise
    url: str
    is_main: bool = False


def case_url(case: Case, anchor: str = "") -> str:
    url = reverse("admin:cases_case_change", args=[case.pk])
    return f"{url}#{anchor}" if anchor else url


def way_back(case: Case, actor: Actor, anchor: str = "") -> str:
    """The case, or the list where the act has put the case out of the actor's sight."""
    is_seen = cases_visible_to(actor).filter(pk=case.pk).exists()
    return case_url(case, anchor) if is_seen else reverse("admin:cases_case_changelist")


def act_url(case: Case, act: str, code: str = "") -> str:
    return reverse(f"admin:cases_case_{act}", args=[case.pk, code] if code else [case.pk])
