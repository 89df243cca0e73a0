"""Documents whose working copy takes longer, and what is kept beside an original."""

import io
from typing import Any

import pytest

from cases.models import Case, ChecklistItem
from documents.intake import convert
from documents.intake.convert import Drawing
from documents.intake.sandbox import WHILE_SOMEONE_WAITS, TimeLeft
from documents.intake.walls import Limits
from documents.models import Document, Rendition
from documents.services import converting
from documents.services.uploading import upload_document
from relo.core import storage
from relo.core.errors import Unprocessable
from relo.outbox import relay
from relo.outbox.models import OutboxMessage
from tests.api import Program
from tests.case_steps import send
from tests.conftest import World, timeline
from tests.documents.intake import made_files
from tests.portal_steps import signed_in, text

JOBS = "tests.documents.intake.hostile_jobs"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No request has time for a working copy."""
    limits = TimeLeft.limits

    def none_while_someone_waits(self: TimeLeft, *, least: float = 0.5) -> Limits | None:
        return limits(self, least=least) if self._limits.wall_seconds > WHILE_SOMEONE_WAITS.wall_seconds else None

    monkeypatch.setattr(TimeLeft, "limits", none_while_someone_waits)
    return monkeypatch


def item() -> ChecklistItem:
    return ChecklistItem.objects.get(code="passport")


def blobs() -> set[str]:
    return {row.blob_key for row in Document.objects.all()} | {row.blob_key for row in Rendition.objects.all()}


@pytest.fixture
def stored_blobs(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Keys that were stored and not deleted again."""
    keys: set[str] = set()
    put, delete = storage.put, storage.delete

    def note(stream: Any) -> storage.BlobRef:
        blob = put(stream)
        keys.add(blob.key)
        return blob

    def forget(key: str) -> None:
        keys.discard(key)
        delete(key)

    monkeypatch.setattr(storage, "put", note)
    monkeypatch.setattr(storage, "delete", forget)
    return keys


def test_beside_the_original_lie_its_copy_and_its_first_page(in_scope: World, k_case: Case, stored_blobs: set[str]):
    document = send(k_case, "passport", "passport-data-page.jpg", in_scope.manager.actor)

    copy = Rendition.objects.get(kind="working_copy")
    assert (document.state, document.kind, copy.pages, copy.removed) == ("ready", "jpeg", 1, [])
    assert copy.sha256 != document.sha256
    assert b"".join(storage.chunks(copy.blob_key)).startswith(b"%PDF-")
    assert {row.kind for row in Rendition.objects.all()} == {"working_copy", "preview", "thumbnail"}
    assert stored_blobs == blobs()


def test_the_same_file_again_leaves_nothing_behind(in_scope: World, k_case: Case, stored_blobs: set[str]):
    first, second = (send(k_case, "passport", "passport-data-page.jpg", in_scope.manager.actor) for _time in range(2))

    assert first == second and Rendition.objects.count() == 3
    assert stored_blobs == blobs()


def test_what_the_copy_is_without_is_told_to_who_reviews_it(in_scope: World, k_case: Case):
    data = made_files.pdf_with_attachment()
    document = upload_document(
        case_id=k_case.pk, code="cv", file=io.BytesIO(data), file_name="cv.pdf", actor=in_scope.manager.actor
    )

    assert Rendition.objects.get(kind="working_copy").removed == ["embedded_file"]
    page = text(in_scope.reviewer.client().get(f"/admin/documents/document/{document.pk}/change/"))
    assert "The file holds more than pages: an attached file." in page


def test_what_takes_longer_is_being_checked_until_a_worker_is_done(in_scope: World, k_case: Case, slow: Any):
    document = send(k_case, "passport", "passport-data-page.jpg", in_scope.manager.actor)

    assert (document.state, item().state) == ("checking", "submitted")
    assert not Rendition.objects.exists()
    assert OutboxMessage.objects.get(handler="documents.finish_checking").queue == "files"
    staff_page = text(in_scope.reviewer.client().get(f"/admin/documents/document/{document.pk}/change/"))
    assert "is being checked for safety" in staff_page and 'id="accept"' not in staff_page
    portal_page = text(signed_in(k_case).get(f"/portal/cases/{k_case.pk}/items/passport/?sent={document.pk}"))
    assert "the file is being checked for safety" in portal_page and "It is stored" in portal_page
    assert "/thumbnail/" not in portal_page

    assert Program(in_scope).get(f"documents/{document.pk}/").json()["state"] == "checking"

    relay.drain("files")
    converting.finish_checking(document_id=str(document.pk))

    document.refresh_from_db()
    assert (document.state, document.pages) == ("ready", 1)
    assert Rendition.objects.filter(document=document, kind="working_copy").count() == 1
    assert timeline(k_case)[-1] == "document.checked"
    assert timeline(k_case).count("document.checked") == 1


@pytest.mark.parametrize("job", ["break_converting", "dawdle", "write_script"])
def test_what_turns_out_unsafe_is_refused_and_the_candidate_told_how_to_mend_it(
    in_scope: World, k_case: Case, slow: Any, job: str
):
    k_case.candidate.language = "zh-hans"
    k_case.candidate.save()
    document = send(k_case, "passport", "passport-data-page.jpg", in_scope.manager.actor)
    slow.setattr(convert, "_JOBS", {"jpeg": f"{JOBS}:{job}"})
    slow.setattr(converting, "Limits", lambda: Limits(cpu_seconds=1, wall_seconds=10.0))

    relay.drain("files")

    document.refresh_from_db()
    assert (document.state, item().state) == ("refused", "changes_requested")
    assert document.refused_for in ("unreadable_safely", "not_made_safe")
    assert "打印为新的 PDF" in item().note
    assert not Rendition.objects.exists()
    assert timeline(k_case)[-2:] == ["document.refused", "item.changes_requested"]
    assert "print it to a new PDF" in text(
        in_scope.reviewer.client().get(f"/admin/documents/document/{document.pk}/change/")
    )
    told = Program(in_scope).get(f"documents/{document.pk}/").json()
    assert (told["state"], told["refusal"]["code"]) == ("refused", document.refused_for)
    assert "print it to a new PDF" in told["refusal"]["en"] and "打印" in told["refusal"]["zh"]
    slow.undo()
    again = send(k_case, "passport", "passport-data-page.jpg", in_scope.manager.actor)
    assert (again.state, again.version, item().state) == ("ready", 2, "submitted")


def test_a_version_that_was_replaced_meanwhile_stays_replaced(
    in_scope: World, k_case: Case, slow: Any, stored_blobs: set[str]
):
    document = send(k_case, "passport", "passport-data-page.jpg", in_scope.manager.actor)
    Document.objects.filter(pk=document.pk).update(state="superseded")

    relay.drain("files")

    document.refresh_from_db()
    assert document.state == "superseded" and not Rendition.objects.exists()
    assert stored_blobs == blobs()


def test_no_safe_copy_within_the_request_is_a_refusal_and_stores_nothing(
    in_scope: World, k_case: Case, monkeypatch: pytest.MonkeyPatch, stored_blobs: set[str]
):
    monkeypatch.setattr(convert, "_JOBS", {"jpeg": f"{JOBS}:break_converting"})

    with pytest.raises(Unprocessable) as refused:
        send(k_case, "passport", "passport-data-page.jpg", in_scope.manager.actor)

    assert refused.value.code == "unreadable_safely"
    assert not Document.objects.exists() and stored_blobs == set()
    assert timeline(k_case) == ["case.opened"]


def test_a_document_of_before_gets_its_copy_when_it_is_first_looked_at(in_scope: World, k_case: Case):
    document = send(k_case, "passport", "passport-data-page.jpg", in_scope.manager.actor)
    Rendition.objects.all().delete()

    answer = in_scope.reviewer.client().get(f"/admin/documents/document/{document.pk}/pages/1/")

    assert answer.status_code == 200
    assert Rendition.objects.filter(document=document, kind="working_copy").count() == 1


@pytest.mark.parametrize(("drawing", "times"), [(Drawing([], {}), 1), (None, 2)], ids=["undrawable", "ended early"])
def test_a_page_that_cannot_be_drawn_is_tried_once_and_what_ended_early_again(
    in_scope: World, k_case: Case, monkeypatch: pytest.MonkeyPatch, drawing: Drawing | None, times: int
) -> None:
    document = send(k_case, "passport", "passport-data-page.jpg", in_scope.manager.actor)
    Rendition.objects.filter(kind="preview").delete()
    tries: list[int] = []

    def none_drawn(*_: object) -> Drawing | None:
        tries.append(1)
        return drawing

    monkeypatch.setattr(converting, "drawn", none_drawn)
    client = in_scope.reviewer.client()

    answers = [client.get(f"/admin/documents/document/{document.pk}/pages/1/").status_code for _time in range(2)]

    assert answers == [404, 404] and len(tries) == times


def test_a_photo_of_an_iphone_stands_where_a_jpeg_is_asked_for(in_scope: World, k_case: Case, settings: Any):
    document = send(k_case, "passport", "passport-data-page.heic", in_scope.manager.actor)
    assert (document.kind, document.state) == ("heic", "ready")
    settings.ACCEPT_HEIC = False
    from relo.core.errors import UnsupportedType

    with pytest.raises(UnsupportedType) as refused:
        send(k_case, "passport", "passport-data-page.heic", in_scope.manager.actor)

    assert refused.value.code == "heic_not_accepted"
    page = text(signed_in(k_case).get(f"/portal/cases/{k_case.pk}/items/passport/"))
    assert "HEIC" not in page.partition('id="files"')[0] and ".heic" not in page.partition('id="files"')[0]
