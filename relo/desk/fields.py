from typing import Any

from django import forms


class DayField(forms.DateField):
    """The browser's own day picker: no script, and each person's own way of writing dates."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date", "min": "1900-01-01", "max": "2200-01-01"}, format="%Y-%m-%d")
        super().__init__(**{"input_formats": ["%Y-%m-%d"], "localize": False, "widget": widget, **kwargs})


class WideText(forms.CharField):
    """A few sentences."""

    wide = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.Textarea(attrs={"rows": 3}), "max_length": 4000, **kwargs})
