"""The fields of a form are drawn once, where the file leaves that to its viewer. Runs only in the throw-away child."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pikepdf import AcroFormField, Annotation, Pdf

_MULTILINE, _COMB, _RICH = 1 << 12, 1 << 24, 1 << 25


class FieldNotDrawn(Exception):
    """A field holds a value that would be drawn wrong."""


def draw_fields(pdf: Pdf) -> None:
    """Make a drawing for every field that has none; flattening keeps the drawings and takes the fields away."""
    stale = pdf.acroform.needs_appearances
    for page in pdf.pages:
        for widget in pdf.acroform.get_widget_annotations_for_page(page):
            field = pdf.acroform.get_field_for_annotation(widget)
            if field is not None and (stale or not _drawn(widget)):
                _draw(field, widget)
    if stale:
        # What is drawn now is what was typed in; qpdf leaves a field alone as long as this stands.
        del pdf.Root.AcroForm["/NeedAppearances"]


def _drawn(widget: Annotation) -> bool:
    appearance = widget.obj.get("/AP")
    return appearance is not None and "/N" in appearance


def _draw(field: AcroFormField, widget: Annotation) -> None:
    if not (field.is_text or field.is_choice):
        if (field.is_checkbox or field.is_radio_button) and field.is_checked and not _drawn(widget):
            raise FieldNotDrawn  # ticked, and the file does not say what its tick looks like
        return
    value = field.value_as_string
    if not value.strip():
        return  # an empty field is drawn as it is, frame and all
    # qpdf sets one line in one of the standard faces. What it cannot set it prints as question marks, or cut off.
    plain = all(32 <= ord(character) < 127 or 160 <= ord(character) < 256 for character in value)
    if not plain or field.flags & (_MULTILINE | _COMB | _RICH):
        raise FieldNotDrawn
    field.generate_appearance(widget)
    if not _drawn(widget):
        raise FieldNotDrawn
