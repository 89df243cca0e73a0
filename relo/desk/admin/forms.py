"""Forms of the administrators' pages."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relo.accounts.agencies import END_MAIL_HOURS, FIRST_MAIL_HOURS, MORNING_HOURS
from relo.accounts.models import LANGUAGES
from relo.accounts.roles import Role, TokenScope, Visibility
from relo.core.zones import time_zone_choices
from relo.desk.fields import DayField


class MemberForm(forms.Form):
    full_name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy("A link to set a password goes there. It works for 30 minutes; more can be asked for."),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices, initial=Role.CASE_MANAGER)
    ends_on = DayField(
        label=gettext_lazy("Ends on"),
        required=False,
        help_text=gettext_lazy("A guest must have a last day; others may."),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("role") == Role.GUEST and not said.get("ends_on"):
            self.add_error("ends_on", _("Give the last day of the guest."))
        return said


class ChangeMemberForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    ends_on = DayField(
        label=gettext_lazy("Ends on"),
        required=False,
        help_text=gettext_lazy("A guest must have a last day; others may."),
    )
    is_active = forms.BooleanField(label=gettext_lazy("May sign in"), required=False)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("Which system will use it.")
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[choice for choice in Role.choices if choice[0] != Role.GUEST],
        initial=Role.CASE_MANAGER,
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it is for"),
        choices=TokenScope.choices,
        initial=[TokenScope.READ],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("It may do what its role and what is ticked here allow."),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Valid for"),
        coerce=int,
        initial=90,
        choices=[
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
            (180, gettext_lazy("180 days")),
            (365, gettext_lazy("1 year")),
        ],
    )


class AgencyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    contact_email = forms.EmailField(label=gettext_lazy("Contact e-mail"), max_length=254, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=time_zone_choices,
        help_text=gettext_lazy("Which day it is for the agency; times on these pages are told in it."),
    )
    visibility = forms.TypedChoiceField(
        label=gettext_lazy("Who sees which cases"),
        choices=Visibility.choices,
        coerce=Visibility,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "A guest sees only the cases they are assigned to, and administrators and API tokens see every case,"
            " whatever is chosen here. Where only those assigned see a case, one without a manager that nobody is"
            " assigned to is seen by administrators only. People are assigned on the page of the case."
        ),
    )
    requires_second_factor = forms.BooleanField(
        label=gettext_lazy("Every member needs a second factor: an authenticator app or a passkey"), required=False
    )
    requires_scanning = forms.BooleanField(
        label=gettext_lazy("Take only files that were scanned for viruses"),
        help_text=gettext_lazy("While no scanner answers, nobody can send a file."),
        required=False,
    )
    mail_from_hour = forms.TypedChoiceField(
        label=gettext_lazy("Candidates get mails from"),
        choices=[(hour, f"{hour:02}:00") for hour in FIRST_MAIL_HOURS],
        coerce=int,
    )
    mail_until_hour = forms.TypedChoiceField(
        label=gettext_lazy("Candidates get mails until"),
        choices=[(hour, f"{hour:02}:00") for hour in END_MAIL_HOURS],
        coerce=int,
        help_text=gettext_lazy(
            "In the time zone of the candidate. What comes up later waits for the next morning; codes to sign in go at"
            " any hour."
        ),
    )
    morning_hour = forms.TypedChoiceField(
        label=gettext_lazy("When members are told what needs them"),
        choices=[(hour, f"{hour:02}:00") for hour in MORNING_HOURS],
        coerce=int,
        help_text=gettext_lazy(
            "One mail a morning, on working days, in the agency's time zone, and only if something needs the person."
            " Each member can switch theirs off."
        ),
    )

    def __init__(self, posted: Any, *, initial: dict[str, Any]) -> None:
        super().__init__(posted, initial=initial)
        zone, offered = initial["time_zone"], time_zone_choices()
        if zone not in dict(offered):  # known by a name that is offered to nobody; saving must not change it
            cast(forms.ChoiceField, self.fields["time_zone"]).choices = [(zone, zone), *offered]
