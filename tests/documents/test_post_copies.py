"""The saved copy of a page of a post: inspected, kept encrypted, handed out as an attachment, frozen in time."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.models import PostEdition
from cases.services.post_editions import draft_edition
from documents.models import DocumentAccess, PostCopy
from documents.services.post_copies import keep_copy
from relo.core.actors import system_actor
from relo.core.errors import Conflict, NotFound, NotPermitted, Unprocessable, UnsupportedType
from tests.case_steps import SAMPLES, new_post, page_says, published_post
from tests.conftest import World


@pytest.fixture
def draft(in_scope: World) -> PostEdition:
    return draft_edition(
        post_id=new_post().pk, route_code="CN-K", content=page_says(), actor=in_scope.administrator.actor
    )


def keep(edition: PostEdition, actor, name: str = "cv.pdf") -> PostCopy:
    with (SAMPLES / name).open("rb") as file:
        return keep_copy(edition_id=edition.pk, file=file, file_name=name, actor=actor)


def blobs() -> list[Path]:
    blobs: Any = settings.STORAGES["blobs"]
    return list(Path(blobs["OPTIONS"]["location"]).rglob("*.age"))


def test_it_is_kept_encrypted_and_handed_out_as_it_came(draft, in_scope: World) -> None:
    administrator = in_scope.administrator
    page = reverse("admin:documents_postcopy_upload", args=[draft.pk])
    sent = SimpleUploadedFile("page.pdf", (SAMPLES / "cv.pdf").read_bytes(), "application/pdf")

    assert administrator.client().post(page, {"file": sent}).status_code == 302

    copy = PostCopy.objects.get()
    shown = administrator.client().get(reverse("admin:cases_post_edition", args=[draft.pk])).content.decode()
    assert "page.pdf" in shown and "ARC administrator" in shown
    content = reverse("admin:documents_postcopy_content", args=[copy.pk])
    answer: Any = in_scope.read_only.client().get(content)
    assert b"".join(answer.streaming_content) == (SAMPLES / "cv.pdf").read_bytes()
    assert answer["Content-Disposition"].startswith("attachment;") and "sandbox" in answer["Content-Security-Policy"]
    assert not DocumentAccess.objects.exists()  # it is about no case


@pytest.mark.parametrize(
    ("bytes_", "refusal"),
    [(b"MZ\x90\x00 not a page", UnsupportedType), (b"%PDF-1.7 cut off", Unprocessable), (b"", Unprocessable)],
)
def test_what_is_no_page_is_refused_and_not_stored(draft, in_scope: World, bytes_, refusal) -> None:
    before = blobs()

    with pytest.raises(refusal):
        keep_copy(
            edition_id=draft.pk, file=BytesIO(bytes_), file_name="page.pdf",
            actor=in_scope.administrator.actor,
        )  # fmt: skip

    assert not PostCopy.objects.exists() and blobs() == before


def test_the_same_bytes_are_kept_once(draft, in_scope: World) -> None:
    keep(draft, in_scope.administrator.actor)
    before = blobs()

    with pytest.raises(Conflict) as refused:
        keep(draft, in_scope.administrator.actor)

    assert refused.value.code == "copy_exists" and PostCopy.objects.count() == 1 and blobs() == before


def test_what_was_published_takes_no_other_copy(in_scope: World) -> None:
    published_post()

    with pytest.raises(Conflict) as refused:
        keep(PostEdition.objects.get(), in_scope.administrator.actor)

    assert refused.value.code == "edition_published" and not PostCopy.objects.exists()


def test_only_who_edits_routes_keeps_one_and_nobody_elsewhere_sees_it(draft, in_scope: World, other_world: World):
    with pytest.raises(NotPermitted):
        keep(draft, in_scope.manager.actor)
    copy = keep(draft, in_scope.administrator.actor)

    with other_world.scope(), pytest.raises(NotFound):
        keep(draft, other_world.administrator.actor)
    stranger = other_world.administrator.client()
    assert stranger.get(reverse("admin:documents_postcopy_content", args=[copy.pk])).status_code == 404
    assert "cv.pdf" not in stranger.get("/admin/documents/postcopy/").content.decode()
    assert PostCopy.objects.count() == 1


def test_a_program_of_relo_may_keep_one(draft, in_scope: World) -> None:
    assert keep(draft, system_actor("tests"), "passport-data-page.jpg").kind == "jpeg"
