"""How the portal says things: one language at a time, plain, without the vocabulary of the office."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from relo.core.languages import Bilingual, in_language

Words = str | Promise


def sentence(text: Bilingual) -> str:
    """Said by itself: with a capital and a full stop."""
    words = in_language(text)
    return f"{words[0].upper()}{words[1:]}{'。' if words == text.zh else '.'}"


TITLES: Mapping[str, Words] = {"CN-K": _("Your K visa application")}

GROUPS: Mapping[str, Words] = {
    "identity": _("Identity"),
    "education": _("Education"),
    "work": _("Work and research"),
    "records": _("Police and health records"),
    "photos": _("Photos"),
    "questions": _("Questions"),
    "process": _("Signatures and steps"),
    "arrival": _("Visa and arrival"),
}

TURNS: Mapping[str, tuple[Words, Words]] = {
    "candidate": (_("It is your turn."), _("Your application waits for something from you.")),
    "agency": (_("It is our turn."), _("We are working on your application. You can go on with your list meanwhile.")),
    "employer": (_("It is your employer's turn."), _("We are waiting for papers or an answer from your employer.")),
    "authority": (
        _("It is the authority's turn."),
        _("The consulate or office is working on your application. We tell you as soon as we hear from them."),
    ),
    "third_party": (
        _("We are waiting for somebody else."),
        _("A translator, a notary or another office is at work. There is nothing for you to do about it."),
    ),
    "": (_("This case is closed."), _("You can still read everything here and download your documents.")),
}

ON_HOLD: tuple[Words, Words] = (
    _("Your application is on hold."),
    _("We have paused it and tell you when it goes on. You can still send what is on your list."),
)

HOW_SURE: Mapping[str, Words] = {
    "official": _("Official: it stands in a law, a decree or an official notice."),
    "mission_practice": _("Practice of one consulate or visa centre. Others may do it differently."),
    "observed": _("Seen in practice, not published."),
    "reported": _("Reported by others. We found no official text."),
    "agency_policy": _("Our own rule, not one of the authorities."),
    "assumed": _("Our working assumption. It may change."),
    "not_published": _("Not settled: nothing official is published."),
}

BY: Mapping[str, Words] = {
    "candidate": _("You"),
    "staff": _("Your agency"),
    "service": _("Your agency"),
    "system": _("Done automatically"),
}
