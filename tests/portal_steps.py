"""What a candidate does at the portal, step by step, the way a browser does it."""

import re
from typing import Any

from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from cases.models import Case
from relo.outbox import relay
from relo.portal.cookies import SESSION_COOKIE
from relo.portal.sessions import start_session

SIGN_IN = "/portal/sign-in/"
SENT = "/portal/sign-in/sent/"


def browser(language: str = "en") -> Client:
    client = Client(enforce_csrf_checks=False)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def ask(client: Client, email: str) -> Any:
    return client.post(SIGN_IN, {"email": email})


def mails() -> list[EmailMultiAlternatives]:
    """Everything the relay has to send, sent."""
    relay.drain("mail")
    return list(mail.outbox)  # type: ignore[arg-type]


def link_in(letter: EmailMultiAlternatives) -> str:
    found = re.search(r"http://testserver(/portal/sign-in/\S+/)", str(letter.body))
    assert found
    return found[1]


def code_in(letter: EmailMultiAlternatives) -> str:
    found = re.search(r"^(\d{6})$", str(letter.body), re.MULTILINE)
    assert found
    return found[1]


def signed_in(case: Case, language: str = "en") -> Client:
    """A browser of the candidate of this case, already inside."""
    client = browser(language)
    client.cookies[SESSION_COOKIE] = start_session(agency_id=case.agency_id, candidate_id=case.candidate_id)
    return client


def is_inside(client: Client) -> bool:
    return client.get("/portal/").status_code == 200


def item_url(case: Case, code: str) -> str:
    return reverse("portal:item", args=[case.pk, code])


def upload(client: Client, case: Case, code: str, file: Any) -> Any:
    return client.post(reverse("portal:upload", args=[case.pk, code]), {"file": file})


def text(response: Any) -> str:
    page: bytes = response.content
    return page.decode()
