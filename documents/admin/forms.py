"""Forms of a review and of an upload on the candidate's behalf."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.admin.choices import Choices, language_choices
from cases.admin.dated_form import DatedForm
from cases.routes.schema import Requirement
from cases.selectors import HandIn
from documents.reasons import REASONS
from documents.services.handing_out import LONGEST_REASON
from relo.core.languages import in_language
from relo.desk.fields import WideText


class AcceptForm(DatedForm):
    """`sha256` binds the decision to the bytes on the page. Dates are asked for where the validity hangs on them."""

    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, data: Any = None, *, requirement: Requirement, hand_in: HandIn, **kwargs: Any) -> None:
        super().__init__(data, requirement=requirement, hand_in=hand_in, **kwargs)
        shelf = requirement.shelf_life
        if shelf is not None and shelf.counts_from == "issued_on":
            self.add_issued_on(required=True, help_text=gettext("Its age counts from this day."))
        if shelf is not None:
            self.add_expires_on(required=shelf.counts_from == "expires_on")
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of the document"), choices=language_choices, required=False
        )

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "sha256": given["sha256"],
            "issued_on": given.get("issued_on"),
            "expires_on": given.get("expires_on"),
            "language": given["language"],
        }


def reason_choices() -> Choices:
    return [("", _("Choose a reason")), *((code, in_language(text)) for code, text in REASONS.items())]


class ChangesForm(forms.Form):
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=reason_choices,
        help_text=_("The candidate reads it in their own language."),
    )
    note = WideText(
        label=_("In your own words"),
        required=False,
        help_text=_("Added as you write it: use the candidate's language."),
    )


class OriginalForm(forms.Form):
    reason = forms.CharField(
        label=_("What do you need the original for?"),
        max_length=LONGEST_REASON,
        help_text=_("It goes into the log of who opened what."),
    )


class UploadForm(forms.Form):
    file = forms.FileField(label=_("File"), max_length=255)
