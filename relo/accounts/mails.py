"""A letter in the name of an agency, in one language, as text and HTML."""

from collections.abc import Mapping
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise

from relo.accounts.models import Agency


def letter(
    *, agency: Agency, to: str, language: str, subject: str | Promise, template: str, context: Mapping[str, Any]
) -> EmailMultiAlternatives:
    """`subject` may name the agency: %(agency)s. `template`: of mail/, without its ending."""
    known = {**context, "agency": agency}
    name = " ".join(agency.name.split())  # a line break in a header would start another header
    with translation.override(language):
        mail = EmailMultiAlternatives(
            subject=str(subject) % {"agency": name},
            body=render_to_string(f"mail/{template}.txt", known),
            from_email=formataddr((name, settings.DEFAULT_FROM_EMAIL)),
            to=[to],
            reply_to=[agency.contact_email] if agency.contact_email else None,
            headers={"Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string(f"mail/{template}.html", known), "text/html")
    return mail
