"""The small forms of single acts. They shape what was typed; whether it may be done is the service's to say."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.admin.choices import language_choices, manager_choices, member_choices
from cases.admin.dated_form import DatedForm
from cases.models import Case
from cases.routes.schema import Requirement
from cases.selectors import HandIn
from cases.services.attempting import LONGEST_REASON
from cases.services.passports import LONGEST_NUMBER
from relo.desk.fields import DayField, WideText


class SettleForm(DatedForm):
    """Only what the requirement asks for, and for a document the dates its validity hangs on."""

    def __init__(self, data: Any = None, *, requirement: Requirement, hand_in: HandIn, **kwargs: Any) -> None:
        super().__init__(data, requirement=requirement, hand_in=hand_in, **kwargs)
        asked = requirement.asks_for
        if "date" in asked:
            self.fields["date"] = DayField(label=_("Day it happened"))
        shelf = requirement.shelf_life
        if requirement.kind == "document" or shelf is not None:
            from_issue = shelf is not None and shelf.counts_from == "issued_on"
            from_expiry = shelf is not None and shelf.counts_from == "expires_on"
            self.add_issued_on(required=from_issue)
            self.add_expires_on(required=from_expiry)
        if requirement.kind == "document":
            self.fields["language"] = forms.ChoiceField(
                label=_("Language of the document"), choices=language_choices, required=False
            )
        if "url" in asked:
            self.fields["url"] = forms.URLField(label=_("Address of the page"), max_length=500, assume_scheme="https")
        self.fields["note"] = WideText(label=_("Note: what was done or seen"), required="note" in asked)

    def said(self) -> dict[str, Any]:
        """As settle_item() takes it."""
        given = self.cleaned_data
        return {
            "note": given["note"],
            "on": given.get("date"),
            "url": given.get("url") or "",
            "issued_on": given.get("issued_on"),
            "expires_on": given.get("expires_on"),
            "language": given.get("language") or "",
        }


class AssignForm(forms.Form):
    member = forms.TypedChoiceField(label=_("Whom to assign"), choices=member_choices, coerce=int)


class ReasonForm(forms.Form):
    reason = WideText(label=_("Reason"), help_text=_("One sentence that a colleague will understand in a year."))


class LeaveForm(ReasonForm):
    """What became of the application: why, and when it was said."""

    on = DayField(label=_("Day it was said"))

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"on": today})
        self.fields["reason"].max_length = LONGEST_REASON  # type: ignore[attr-defined]
        self.fields["reason"].help_text = _("As it was given, with whose words it is; or that no reason was given.")
        self.order_fields(["on", "reason"])


class HoldForm(ReasonForm):
    until = DayField(label=_("Look at it again on"), required=False)


class AskedVisaForm(forms.Form):
    visa_class = forms.CharField(label=_("Class"), max_length=3, required=False)
    entries = forms.IntegerField(
        label=_("Entries"), required=False, min_value=0, max_value=99, help_text=_("99 stands for multiple.")
    )
    stay_days = forms.IntegerField(label=_("Days of stay"), required=False, min_value=0, max_value=3650)


class PassportForm(forms.Form):
    number = forms.CharField(label=_("Passport number"), max_length=LONGEST_NUMBER)
    issued_on = DayField(label=_("Date of issue"))
    expires_on = DayField(label=_("Date of expiry"))
    blank_pages = forms.IntegerField(label=_("Blank visa pages"), required=False, min_value=0, max_value=200)
    authority = forms.CharField(label=_("Issuing authority"), required=False, max_length=200)


class DecideForm(forms.Form):
    go_ahead = forms.ChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Go ahead")), ("no", _("Do not go ahead"))],
        widget=forms.RadioSelect,
    )
    reason = WideText(label=_("Reason"), help_text=_("What you know, from whom, and since when."))


class DetailsForm(forms.Form):
    """Each field carries what the page showed, so that only what this person changed is sent on.

    `seen`: the digest of the preview that was shown for this day of hand-in.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    planned_hand_in = DayField(
        label=_("Planned hand-in"),
        required=False,
        show_hidden_initial=True,
        help_text=_("Documents must be valid on this day. Leave it empty to go by an estimate."),
    )
    manager = forms.TypedChoiceField(
        label=_("Case manager"),
        choices=manager_choices,
        required=False,
        show_hidden_initial=True,
        coerce=int,
        empty_value=None,
    )
    external_ref = forms.CharField(
        label=_("Reference in your other system"), max_length=80, required=False, show_hidden_initial=True
    )

    @classmethod
    def of(cls, case: Case, data: Any = None) -> "DetailsForm":
        initial = {
            "planned_hand_in": case.planned_hand_in,
            "manager": case.manager_id,
            "external_ref": case.external_ref,
        }
        return cls(data, initial=initial)

    def asks_for(self, digest: str) -> bool:
        """Whether the preview has to be shown first; from then on the form carries that it was."""
        if not self.moves_hand_in or self.cleaned_data["seen"] == digest:
            return False
        self.data = {**dict(self.data.items()), "seen": digest}  # a QueryDict unpacks to lists
        return True

    @property
    def moves_hand_in(self) -> bool:
        return "planned_hand_in" in self.changed_data

    def said(self) -> dict[str, Any]:
        given = {
            "planned_hand_in": self.cleaned_data["planned_hand_in"],
            "manager_id": self.cleaned_data["manager"],
            "external_ref": self.cleaned_data["external_ref"],
        }
        changed = {"manager_id" if name == "manager" else name for name in self.changed_data}
        return {name: value for name, value in given.items() if name in changed}
