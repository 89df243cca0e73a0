"""A form that takes a document's dates: it says how late they must be, and asks twice before one that lapses."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.routes.schema import Requirement
from cases.selectors import HandIn
from cases.validity import first_expiry, first_issue, lapses_before, valid_until
from relo.desk.fields import DayField
from relo.desk.wording import day_in_words


class DatedForm(forms.Form):
    """`anyway` stays out of sight until dates were given with which the document lapses before the hand-in."""

    anyway = forms.BooleanField(
        label=gettext_lazy("Accept it although it lapses before the hand-in"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: Any = None, *, requirement: Requirement, hand_in: HandIn, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.requirement, self.hand_in = requirement, hand_in

    def add_issued_on(self, *, required: bool, help_text: str = "") -> None:
        self._add("issued_on", _("Issued on"), first_issue(self.requirement, self.hand_in.on), required, help_text)

    def add_expires_on(self, *, required: bool) -> None:
        self._add("expires_on", _("Expires on"), first_expiry(self.requirement, self.hand_in.on), required)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.lapses and not given.get("anyway"):
            self.fields["anyway"].widget = forms.CheckboxInput()
            self.order_fields([*(name for name in self.fields if name != "anyway"), "anyway"])
            cure = _("Ask for a newer one, or tick the box and accept it all the same.")
            self.add_error(None, f"{self._lapse()} {cure}")
        return given

    @property
    def lapses(self) -> bool:
        return lapses_before(self.requirement, *self._dates(), self.hand_in.on)

    def warn(self, request: HttpRequest) -> None:
        """Once it is saved: what was taken all the same is not forgotten."""
        if self.lapses:
            messages.warning(request, f"{self._lapse()} {_('A newer one will be needed.')}")

    def _add(self, name: str, label: str, first: date | None, required: bool, help_text: str = "") -> None:
        days = {"hand_in": day_in_words(self.hand_in.on), "first": day_in_words(first)} if first else {}
        hint = _("For the hand-in on %(hand_in)s: %(first)s or later.") % days if first else ""
        self.fields[name] = DayField(label=label, required=required, help_text=f"{help_text} {hint}".strip())

    def _dates(self) -> tuple[date | None, date | None]:
        return self.cleaned_data.get("issued_on"), self.cleaned_data.get("expires_on")

    def _lapse(self) -> str:
        until = valid_until(self.requirement, *self._dates())
        days = {"until": day_in_words(until) if until else "", "hand_in": day_in_words(self.hand_in.on)}
        if self.hand_in.is_estimate:
            return _("It is good until %(until)s, and has to be good until the estimated hand-in, %(hand_in)s.") % days
        return _("It is good until %(until)s, and has to be good until the planned hand-in, %(hand_in)s.") % days
