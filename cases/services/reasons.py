"""What a reason must be that a colleague still understands in a year."""

from django.utils.translation import gettext as _

from relo.core.errors import Invalid

LEAST = 10  # characters


def refuse_no_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("reason_missing", _("Give a reason in a sentence."), errors={"reason": _("Give a reason.")})


def refuse_no_sentence(reason: str) -> None:
    """Where a person sets aside what the route asks for, a word is not enough."""
    refuse_no_reason(reason)
    if len(reason.strip()) < LEAST:
        message = _("Give the reason in a sentence of at least %(least)s characters.") % {"least": LEAST}
        raise Invalid("reason_too_short", message, errors={"reason": message})
