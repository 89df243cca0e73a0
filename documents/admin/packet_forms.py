from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.services.packet_choices import LAST_POSITION
from relo.desk.fields import DayField


class ChoiceForm(forms.Form):
    """Of one document, by its id."""

    position = forms.IntegerField(label=_("Place"), required=False, min_value=1, max_value=LAST_POSITION)
    left_out_reason = forms.CharField(label=_("Leave it out, because"), required=False, max_length=300)
    printed_name = forms.CharField(label=_("Name as printed on it"), required=False, max_length=200)


class LimitsForm(forms.Form):
    """Of one file; beyond, the packet is split between documents."""

    most_megabytes = forms.IntegerField(
        label=_("Largest file, in MB"), required=False, min_value=3, max_value=4000,
        help_text=_("Empty: no limit. Beyond it the packet comes in parts; no document is cut."),
    )  # fmt: skip
    most_pages = forms.IntegerField(label=_("Most pages in a file"), required=False, min_value=5, max_value=10_000)

    def said(self) -> dict[str, Any]:
        megabytes = self.cleaned_data["most_megabytes"]
        return {
            "most_bytes": megabytes * 1_000_000 if megabytes else None,
            "most_pages": self.cleaned_data["most_pages"],
        }


class HandedInForm(forms.Form):
    on = DayField(label=_("Handed in on"))
    where = forms.CharField(label=_("Where"), max_length=200)
    receipt = forms.CharField(label=_("Number of the receipt"), max_length=80, required=False)
