"""Using one that was sent before, at the portal."""

import pytest
from django.urls import reverse

from cases.services.opening import open_case
from documents.models import Document, DocumentAccess
from tests.case_steps import SAMPLES, send
from tests.conftest import anna, timeline
from tests.portal_steps import item_url, signed_in, text


@pytest.fixture
def degree(k_case, candidate):
    return send(k_case, "degree", "degree-certificate.pdf", candidate)


def reuse_url(case, code):
    return reverse("portal:reuse", args=[case.pk, code])


@pytest.mark.parametrize(("language", "words"), [("en", "Use one I sent before"), ("zh-hans", "使用我以前提交的文件")])
def test_it_is_offered_and_sent_again(k_case, degree, language, words):
    client = signed_in(k_case, language)
    page = text(client.get(item_url(k_case, "cv")))
    assert words in page and str(degree.pk) in page

    sent = client.post(reuse_url(k_case, "cv"), {"document": str(degree.pk)})

    assert sent.status_code == 303
    after = text(client.get(sent.headers["Location"]))
    assert 'id="arrived"' in after and words not in after
    assert Document.objects.get(item__code="cv").copied_from_id == degree.pk
    assert timeline(k_case)[-2:] == ["document.reused", "item.submitted"]


def test_what_is_refused_says_so_and_stores_nothing(k_case, degree):
    client = signed_in(k_case)
    events = timeline(k_case)

    nothing = client.post(reuse_url(k_case, "cv"))
    wrong_type = client.post(reuse_url(k_case, "photo_digital"), {"document": str(degree.pk)})

    assert nothing.status_code == 400 and "Choose one of the files first." in text(nothing)
    assert wrong_type.status_code == 415 and "This requirement takes JPEG" in text(wrong_type)
    assert (Document.objects.count(), timeline(k_case)) == (1, events)
    assert client.get(reuse_url(k_case, "cv")).status_code == 303


def test_another_persons_file_is_unknown(k_case, degree, staff):
    other = open_case(route_code="CN-K", candidate=anna(email="b@example.org"), actor=staff)
    client = signed_in(other)
    assert "Use one I sent before" not in text(client.get(item_url(other, "cv")))

    assert client.post(reuse_url(other, "cv"), {"document": str(degree.pk)}).status_code == 400
    assert client.post(reuse_url(k_case, "cv"), {"document": str(degree.pk)}).status_code == 404
    assert Document.objects.count() == 1 and not DocumentAccess.objects.exists()


def test_the_link_to_the_original_and_the_dates_stand_at_both_files(k_case, degree):
    client = signed_in(k_case)
    with (SAMPLES / "translation-zh.pdf").open("rb") as file:
        client.post(
            reverse("portal:upload", args=[k_case.pk, "translation"]),
            {"file": file, "original": str(degree.pk), "issued_on": "2025-03-04"},
        )

    translation = Document.objects.get(item__code="translation")
    assert (translation.original_id, str(translation.issued_on)) == (degree.pk, "2025-03-04")
    assert "Translation of: " in text(client.get(item_url(k_case, "translation")))
    assert "Translation: " in text(client.get(item_url(k_case, "degree")))
