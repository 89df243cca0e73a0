"""A file on its way past the virus scanner: what is stored, told and demanded."""

from collections.abc import Iterator
from functools import partial

import pytest

from cases.models import Case
from documents.models import Document
from documents.services.reusing import reuse_document
from relo.accounts.models import Agency, SecurityEvent
from relo.core.errors import NotReady
from tests.case_steps import SAMPLES, send
from tests.clamd import pretending, real_clamd
from tests.conftest import World, timeline
from tests.documents.portal.test_sending import blobs, passport
from tests.portal_steps import item_url, signed_in, text, upload

DOWN = "tcp://127.0.0.1:1"


@pytest.fixture(scope="module")
def clamd() -> Iterator[str]:
    with real_clamd([SAMPLES / "passport-data-page.jpg"]) as url:
        yield url


@pytest.fixture
def demanded(world: World) -> None:
    Agency.objects.filter(pk=world.agency.pk).update(requires_scanning=True)


def test_an_infected_file_is_refused_with_the_cure_and_nothing_of_it_is_stored(k_case: Case, settings, clamd, heard):
    settings.CLAMD_URL = clamd
    before = (timeline(k_case), blobs())

    refused = upload(signed_in(k_case), k_case, "passport", passport())

    assert refused.status_code == 422
    assert "virus scanner found something dangerous" in text(refused) and "Nothing was stored" in text(refused)
    assert (Document.objects.count(), timeline(k_case), blobs()) == (0, *before)
    line = next(line for line in heard if "scan.infected" in line)
    assert "Relo.Test.Hash.UNOFFICIAL" in line and "passport" not in line


def test_a_clean_file_is_taken_and_says_so(in_scope: World, k_case: Case, staff, settings, clamd):
    settings.CLAMD_URL = clamd
    document = send(k_case, "cv", "cv.pdf", staff)

    assert document.scan == "clean"
    answer = in_scope.manager.client().get(f"/admin/documents/document/{document.pk}/change/")
    assert "Virus scan: nothing found" in text(answer)


@pytest.mark.parametrize(
    ("url", "result", "words"),
    [(None, "not_scanned", "not scanned"), (DOWN, "scanner_down", "the scanner did not answer")],
)
def test_where_it_is_not_demanded_the_file_is_taken_and_the_staff_alone_is_told(
    in_scope: World, k_case: Case, staff, settings, url, result, words
):
    settings.CLAMD_URL = url
    document = send(k_case, "cv", "cv.pdf", staff)

    assert document.scan == result
    client = in_scope.manager.client()
    assert words in text(client.get(f"/admin/documents/document/{document.pk}/change/"))
    told = client.get(f"/api/v1/documents/{document.pk}/", headers={"authorization": f"Bearer {in_scope.token}"}).json()
    assert told["scan"] == result
    assert "virus" not in text(signed_in(k_case).get(item_url(k_case, "cv"))).lower()


MISSING = {
    "none is named": (None, "there is no scanner here", "这里没有扫描程序"),
    "it is down": (DOWN, "the scanner does not answer", "扫描程序没有响应"),
}


@pytest.mark.parametrize(("url", "words", "chinese"), MISSING.values(), ids=MISSING.keys())
@pytest.mark.usefixtures("demanded")
def test_where_it_is_demanded_nothing_passes_without_it(k_case: Case, settings, url, words, chinese):
    settings.CLAMD_URL = url
    before = (timeline(k_case), blobs())

    for language, said in (("en", words), ("zh-hans", chinese)):
        refused = upload(signed_in(k_case, language), k_case, "passport", passport())
        assert refused.status_code == 503
        assert said in text(refused)
    assert (Document.objects.count(), timeline(k_case), blobs()) == (0, *before)


@pytest.mark.usefixtures("demanded")
def test_what_is_larger_than_the_scanner_takes_does_not_pass_either(k_case: Case, settings):
    with pretending(b"INSTREAM size limit exceeded. ERROR\0", reads=100) as settings.CLAMD_URL:
        refused = upload(signed_in(k_case), k_case, "passport", passport())

    assert refused.status_code == 503 and "larger than the scanner takes" in text(refused)


@pytest.mark.usefixtures("demanded")
def test_what_was_scanned_passes(k_case: Case, staff, settings, clamd):
    settings.CLAMD_URL = clamd
    assert send(k_case, "cv", "cv.pdf", staff).scan == "clean"


def test_one_that_was_taken_unscanned_is_scanned_when_it_is_used_again(
    world: World, k_case: Case, staff, settings, clamd
):
    settings.CLAMD_URL = None
    document = send(k_case, "degree", "degree-certificate.pdf", staff)
    Agency.objects.filter(pk=world.agency.pk).update(requires_scanning=True)
    use_again = partial(reuse_document, document_id=document.pk, case_id=k_case.pk, code="cv", actor=staff)

    with pytest.raises(NotReady):
        use_again()
    settings.CLAMD_URL = clamd

    assert use_again().scan == "clean"
    assert Document.objects.count() == 2


def test_an_administrator_demands_it_and_the_security_log_says_who(world: World):
    client, address = world.administrator.client(), "/admin/accounts/agency/"
    assert "Take only files that were scanned for viruses" in text(client.get(address))
    agency = world.agency
    said = {
        name: getattr(agency, name)
        for name in (
            "name",
            "contact_email",
            "language",
            "visibility",
            "time_zone",
            "morning_hour",
            "mail_from_hour",
            "mail_until_hour",
        )
    }
    client.post(address, {**said, "requires_scanning": "on"})

    agency.refresh_from_db()
    assert agency.requires_scanning
    with world.scope():
        line = SecurityEvent.objects.get(act="agency.changed")
    assert (line.data, line.actor_ref) == ({"requires_scanning": "True"}, world.administrator.actor.ref)
    assert "only files scanned for viruses: yes" in text(client.get("/admin/accounts/securityevent/"))
