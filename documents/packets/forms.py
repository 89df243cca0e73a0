"""Filled-in forms become plain pages: a sealed packet cannot be typed into, and shows what was filled in.

A viewer draws a form's fields itself where the file says so, each in its own way. Joined, fields of the same name
would even share one value. So the fields are drawn once here and taken away.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pikepdf import AcroFormField, Annotation, Pdf

_MULTILINE, _COMB, _RICH = 1 << 12, 1 << 24, 1 << 25


class FormNotPrintable(Exception):
    """A field holds a value that would be drawn wrong."""


def has_form(pdf: "Pdf") -> bool:
    form = pdf.Root.get("/AcroForm")
    return form is not None and len(form.get("/Fields", [])) > 0


def flatten_form(pdf: "Pdf", source: Path, target: Path) -> None:
    """Draw every field and keep only the drawing. Closes nothing; `pdf` is changed and saved to `target`."""
    import pikepdf

    stale = pdf.acroform.needs_appearances
    for page in pdf.pages:
        for widget in pdf.acroform.get_widget_annotations_for_page(page):
            field = pdf.acroform.get_field_for_annotation(widget)
            if field is not None and (stale or not _drawn(widget)):
                _draw(field, widget)
    if stale:
        # What is drawn now is what was typed in; qpdf leaves a field alone as long as this stands.
        del pdf.Root.AcroForm["/NeedAppearances"]
    drawn = target.with_suffix(".drawn.pdf")
    pdf.save(drawn, static_id=True)
    pikepdf.Job(["qpdf", "--static-id", "--flatten-annotations=all", str(drawn), str(target)]).run()
    drawn.unlink()


def _drawn(widget: "Annotation") -> bool:
    appearance = widget.obj.get("/AP")
    return appearance is not None and "/N" in appearance


def _draw(field: "AcroFormField", widget: "Annotation") -> None:
    if not (field.is_text or field.is_choice):
        if (field.is_checkbox or field.is_radio_button) and field.is_checked and not _drawn(widget):
            raise FormNotPrintable  # ticked, and the file does not say what its tick looks like
        return
    value = field.value_as_string
    if not value.strip() and not _drawn(widget):
        return
    # qpdf sets one line in one of the standard faces. What it cannot set it prints as question marks, or cut off.
    plain = all(32 <= ord(character) < 127 or 160 <= ord(character) < 256 for character in value)
    if not plain or field.flags & (_MULTILINE | _COMB | _RICH):
        raise FormNotPrintable
    field.generate_appearance(widget)
    if not _drawn(widget):
        raise FormNotPrintable
