"""Forms of a review and of an upload on the candidate's behalf."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.admin.choices import Choices, language_choices
from cases.admin.dated_form import DatedForm
from cases.routes.schema import Requirement
from cases.selectors import HandIn
from documents.reasons import REASONS
from documents.services.handing_out import LONGEST_REASON
from documents.told_dates import Dates
from relo.core.languages import in_language
from relo.desk.fields import DayField, WideText


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


class FileForm(forms.Form):
    file = forms.FileField(label=_("File"), max_length=255)


class UploadForm(FileForm):
    """`originals`: what the file can have been made of, by the chain of the requirement."""

    issued_on = DayField(label=_("Issued on"), required=False)
    expires_on = DayField(label=_("Expires on"), required=False)

    def __init__(self, *args: Any, originals: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if originals:
            self.fields["original"] = forms.ChoiceField(
                label=_("Which document was it made of?"), choices=[("", "–"), *originals], required=False
            )

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "dates": Dates(given["issued_on"], given["expires_on"]),
            "original_id": UUID(given["original"]) if given.get("original") else None,
        }


class ReuseForm(forms.Form):
    def __init__(self, *args: Any, offered: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"] = forms.ChoiceField(
            label=_("One that was sent before"), choices=offered, widget=forms.RadioSelect
        )


class RefileForm(forms.Form):
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, codes: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.ChoiceField(label=_("The right requirement"), choices=[("", "–"), *codes])


class OriginalChoiceForm(forms.Form):
    """Which document this one was made of; none takes the link away."""

    def __init__(self, *args: Any, originals: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["original"] = forms.ChoiceField(
            label=_("Which document was it made of?"), choices=[("", _("None of these")), *originals], required=False
        )
