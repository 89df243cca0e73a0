"""Outbox handlers of signing in: whose address it is, and the mail with link and code."""

from email.utils import formataddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cases.models import Candidate
from relo.accounts.models import Agency
from relo.core.scoping import agency_scope
from relo.outbox.service import put
from relo.portal.signing_in import LASTS, issue_for_mail, looked_up


@transaction.atomic
def find_candidates(request_id: str) -> None:
    """One mail for each agency that knows the address; for an unknown one, none. Runs in the scope of all agencies."""
    email = looked_up(UUID(request_id))
    if not email:
        return
    known = Candidate.objects.alias(lower_email=Lower("email")).filter(lower_email=Lower(Value(email)))
    for candidate_id, agency_id in list(known.values_list("pk", "agency_id")):
        with agency_scope(agency_id):
            put(
                handler="portal.send_code",
                key=f"{request_id}:{candidate_id}",
                payload={"request_id": request_id, "candidate_id": str(candidate_id)},
            )


def send_code(request_id: str, candidate_id: str) -> None:
    """The secrets are made here and live in the mail alone; sent again, it carries new ones."""
    candidate = Candidate.objects.select_related("agency").filter(pk=candidate_id).first()
    if candidate is None:
        return
    agency = candidate.agency
    secrets = issue_for_mail(
        request_id=UUID(request_id), agency_id=agency.pk, candidate_id=candidate.pk, language=candidate.language
    )
    if secrets is None:
        return
    link = settings.PUBLIC_URL + reverse("portal:sign_in_link", args=[secrets.token])
    _mail(candidate, agency, {"link": link, "code": secrets.code}).send()


def _mail(candidate: Candidate, agency: Agency, secrets: dict[str, str]) -> EmailMultiAlternatives:
    context = {**secrets, "agency": agency, "minutes": LASTS.seconds // 60}
    name = " ".join(agency.name.split())
    with translation.override(candidate.language):
        mail = EmailMultiAlternatives(
            subject=_("Sign in to your application at %(agency)s") % {"agency": name},
            body=render_to_string("mail/sign_in.txt", context),
            from_email=formataddr((name, settings.DEFAULT_FROM_EMAIL)),
            # To the address we hold, never to what was typed: two spellings can look the same to a database.
            to=[candidate.email],
            reply_to=[agency.contact_email] if agency.contact_email else None,
            headers={"Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string("mail/sign_in.html", context), "text/html")
    return mail
