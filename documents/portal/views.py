"""One requirement with its files: reading it, sending a file, getting one back."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from cases.packs import pack_of_case
from cases.portal.item import item_page
from cases.portal.views import CaseView
from cases.selectors import visible_case
from documents import serving
from documents.intake.verdicts import LIMIT_WORDS, MAX_BYTES, REFUSALS
from documents.models import DocumentState, Purpose, RenditionKind
from documents.portal.accesses import opened
from documents.portal.chain import chain_choices, told_with
from documents.portal.sent import sent_documents
from documents.quota import quota_words
from documents.selectors import accesses_visible_to, documents_visible_to
from documents.services.handing_out import hand_out_document, hand_out_picture
from documents.services.uploading import upload_document
from relo.core.errors import Invalid, NotFound, ReloError, TooLarge
from relo.core.languages import in_language
from relo.core.receiving import FORM_BYTES, announced_length, refuse_trouble
from relo.portal.views import CandidateRequest, CandidateView, SeeOther

ACCEPT = {
    "pdf": ".pdf,application/pdf,.tif,.tiff,image/tiff",
    "jpeg": ".jpg,.jpeg,image/jpeg,.webp,image/webp",
    "png": ".png,image/png",
}
ACCEPT_HEIC = ".heic,.heif,image/heic,image/heif"
OVER = (DocumentState.SUPERSEDED, DocumentState.REFUSED)
DISCARD_AT_MOST = 4 * MAX_BYTES
PIECE = 256 * 1024
ACCESSES = 50  # on one page


class ItemView(CaseView):
    def get(self, request: CandidateRequest, case_id: UUID, code: str) -> HttpResponse:
        return self.item_page(request, case_id, code)

    def item_page(
        self, request: CandidateRequest, case_id: UUID, code: str, refusal: ReloError | None = None
    ) -> HttpResponse:
        case = visible_case(case_id, request.actor)
        page = item_page(case, code)
        documents = documents_visible_to(request.actor).filter(case=case, item_id=page.item_id)
        sent = sent_documents(documents, pack_of_case(case).requirement(code))
        here = reverse("portal:item", args=[case_id, code])
        context = {
            "page": page,
            "case": case,
            "current": [row for row in sent if row.state not in OVER],
            "replaced": [row for row in sent if row.state in OVER],
            "arrived": next((row for row in sent if str(row.id) == request.GET.get("sent")), None),
            "refusal": refusal.detail if refusal else "",
            "upload_url": reverse("portal:upload", args=[case_id, code]),
            "accept": ",".join(_accepted(page.accepts)),
            "limits": _limits(page.accepts),
            "quota": quota_words(case),
            "max_bytes": MAX_BYTES,
            "too_large": too_large().detail,
            "here": here,
            **chain_choices(case, code, page, request.actor),
        }
        return self.page(request, "portal/item.html", context, status=refusal.status if refusal else 200)


@method_decorator(csrf_exempt, name="dispatch")
class UploadView(ItemView):
    """Exempt on the outside and protected inside: the length is looked at before anything of the body is read."""

    def get(self, request: CandidateRequest, case_id: UUID, code: str) -> HttpResponse:
        """A reload after a refusal."""
        visible_case(case_id, request.actor)
        return SeeOther(reverse("portal:item", args=[case_id, code]))

    def post(self, request: CandidateRequest, case_id: UUID, code: str) -> HttpResponseBase:
        if announced_length(request) > MAX_BYTES + FORM_BYTES:
            return _answered_first(request, self.item_page(request, case_id, code, too_large()))
        return csrf_protect(self._take)(request, case_id, code)

    def _take(self, request: Any, case_id: UUID, code: str) -> HttpResponse:
        file = request.FILES.get("file")
        try:
            refuse_trouble(request)
            if file is None:
                raise Invalid("file_missing", _("No file was chosen. Choose the file first, then send it."))
            document = upload_document(
                case_id=case_id,
                code=code,
                file=file,
                file_name=file.name or "",
                actor=request.actor,
                **told_with(request.POST),
            )
        except NotFound:
            raise
        except ReloError as refusal:
            return self.item_page(request, case_id, code, refusal)
        return SeeOther(f"{reverse('portal:item', args=[case_id, code])}?sent={document.pk}")


class DocumentView(CandidateView):
    def get(self, request: CandidateRequest, document_id: UUID) -> HttpResponseBase:
        document = hand_out_document(document_id=document_id, actor=request.actor, purpose=Purpose.CANDIDATE)
        return serving.original_as_sent(document)


class ThumbnailView(CandidateView):
    """The first page, small, so that one sees which file it is."""

    def get(self, request: CandidateRequest, document_id: UUID) -> HttpResponseBase:
        picture = hand_out_picture(
            document_id=document_id,
            page=1,
            kind=RenditionKind.THUMBNAIL,
            actor=request.actor,
            purpose=Purpose.CANDIDATE_LOOK,
        )
        return serving.picture(picture)


class AccessesView(CaseView):
    """Who opened the candidate's documents, a page at a time from the newest back."""

    def get(self, request: CandidateRequest) -> HttpResponse:
        accesses = accesses_visible_to(request.actor)
        before = request.GET.get("before", "")
        if is_older := before.isdecimal() and len(before) < 19:
            accesses = accesses.filter(pk__lt=int(before))
        rows = list(accesses[: ACCESSES + 1])
        shown = rows[:ACCESSES]
        context = {
            "lines": opened(shown),
            "is_first_page": not is_older,
            "older": shown[-1].pk if len(rows) > ACCESSES else None,
        }
        return self.page(request, "portal/accesses.html", context)


def too_large() -> TooLarge:
    return TooLarge("too_large", in_language(REFUSALS["too_large"].detail.filled(LIMIT_WORDS)))


def _accepted(accepts: tuple[str, ...]) -> list[str]:
    named = [ACCEPT[kind] for kind in accepts]
    return [*named, ACCEPT_HEIC] if "jpeg" in accepts and settings.ACCEPT_HEIC else named


def _limits(accepts: tuple[str, ...]) -> str:
    names = [kind.upper() for kind in accepts]
    if "jpeg" in accepts:
        names += ["HEIC", "WebP"] if settings.ACCEPT_HEIC else ["WebP"]
    if "pdf" in accepts:
        names.append("TIFF")
    known = {
        "formats": _(", ").join(names),
        "megabytes": in_language(LIMIT_WORDS["megabytes"]),
        "pages": in_language(LIMIT_WORDS["pages"]),
    }
    if "pdf" in accepts:
        return _("%(formats)s, up to %(megabytes)s MB and %(pages)s pages.") % known
    return _("%(formats)s, up to %(megabytes)s MB.") % known


def _answered_first(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Once the answer is out, read what the browser is still sending, up to a bound.

    Cut off in the middle of its sending, a browser shows a broken connection instead of the page.
    """

    def discard() -> None:
        left = min(announced_length(request), DISCARD_AT_MOST)
        while left > 0 and (piece := request.read(min(left, PIECE))):
            left -= len(piece)

    response._resource_closers.append(discard)  # type: ignore[attr-defined]
    return response
