"""Using a file again that was sent before."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.selectors import visible_case
from documents.portal.chain import document_id
from documents.portal.views import ItemView
from documents.services.reusing import reuse_document
from relo.core.errors import Invalid, NotFound, ReloError
from relo.portal.views import CandidateRequest, SeeOther


class ReuseView(ItemView):
    def get(self, request: CandidateRequest, case_id: UUID, code: str) -> HttpResponse:
        """A reload after a refusal."""
        visible_case(case_id, request.actor)
        return SeeOther(reverse("portal:item", args=[case_id, code]))

    def post(self, request: CandidateRequest, case_id: UUID, code: str) -> HttpResponse:
        chosen = request.POST.get("document", "")
        try:
            if not chosen:
                visible_case(case_id, request.actor)
                raise Invalid("document_missing", _("Choose one of the files first."))
            document = reuse_document(document_id=document_id(chosen), case_id=case_id, code=code, actor=request.actor)
        except NotFound:
            raise
        except ReloError as refusal:
            return self.item_page(request, case_id, code, refusal)
        return SeeOther(f"{reverse('portal:item', args=[case_id, code])}?sent={document.pk}")
