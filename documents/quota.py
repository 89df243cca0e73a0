"""How much a candidate may send: told on the page before, enforced when a file comes."""

from uuid import UUID

from django.conf import settings
from django.db.models import Count, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from cases.models import Case
from documents.models import Document
from relo.core.errors import Conflict


def refuse_full(candidate_id: UUID, more: int = 0) -> None:
    """Of all cases of a candidate. Replaced versions count: they are kept."""
    files, size = _used(candidate_id)
    if files >= settings.MAX_FILES_OF_CANDIDATE or size + more > settings.MAX_BYTES_OF_CANDIDATE:
        raise Conflict(
            "candidate_full",
            _(
                "This candidate has as many files here as one person may. Nothing was stored."
                " Ask the agency how to go on."
            ),
        )


def quota_words(case: Case) -> str:
    files, size = _used(case.candidate_id)
    words = _("Stored here: %(files)s of at most %(most_files)s files, %(size)s of at most %(most_size)s a person.")
    return words % {
        "files": files,
        "size": filesizeformat(size),
        "most_files": settings.MAX_FILES_OF_CANDIDATE,
        "most_size": filesizeformat(settings.MAX_BYTES_OF_CANDIDATE),
    }


def _used(candidate_id: UUID) -> tuple[int, int]:
    kept = Document.objects.filter(case__candidate=candidate_id).aggregate(files=Count("pk"), size=Sum("size"))
    return kept["files"], kept["size"] or 0
