from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from cases.models import Case


@dataclass(frozen=True, slots=True)
class Link:
    """`is_main`: the act most people come for; the others stand back."""

    label: str | Promise
    url: str
    is_main: bool = False


def case_url(case: Case, anchor: str = "") -> str:
    url = reverse("admin:cases_case_change", args=[case.pk])
    return f"{url}#{anchor}" if anchor else url


def act_url(case: Case, act: str, code: str = "") -> str:
    return reverse(f"admin:cases_case_{act}", args=[case.pk, code] if code else [case.pk])
