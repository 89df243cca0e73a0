"""Outbox handlers of signing in: whose address it is, and the mail with link and code."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Candidate
from relo.accounts.mails import letter
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
    letter(
        agency=agency,
        # To the address we hold, never to what was typed: two spellings can look the same to a database.
        to=candidate.email,
        language=candidate.language,
        subject=_("Sign in to your application at %(agency)s"),
        template="sign_in",
        context={"link": link, "code": secrets.code, "minutes": LASTS.seconds // 60},
    ).send()
