"""The pages around a packet, for the staff and for the candidate."""

import re
import subprocess
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from documents.models import Packet, PacketChoice
from documents.services.packet_choices import choose_for_packet
from documents.services.packets import build_packet
from relo.core import clock
from relo.outbox import relay
from tests.conftest import World, timeline
from tests.documents.admin.test_packets import built, packet_url, request_url, reviewed, the_packet  # noqa: F401
from tests.portal_steps import signed_in


def builder_url(case: Case) -> str:
    return reverse("admin:documents_packet_builder", args=[case.pk])


def shown_on(page: str) -> str:
    [digest] = re.findall(r'name="shown" value="(\w+)"', page)
    return str(digest)


def test_the_builder_shows_what_goes_in_and_saves_what_is_chosen(world: World, reviewed: Case) -> None:  # noqa: F811
    client = world.manager.client()
    page = client.get(builder_url(reviewed)).content.decode()
    with world.scope():
        document = reviewed.documents.get()
    assert "1. " in page and document.file_name in page and "Nothing stands against it." not in page

    fields = {"position": "3", "left_out_reason": "", "printed_name": "ERIKSSON <b>"}
    sent = {f"{document.pk}-{name}": value for name, value in fields.items()} | {"shown": shown_on(page)}
    answer = client.post(builder_url(reviewed), sent, follow=True)

    assert "Saved. The next packet is made like this." in answer.content.decode()
    assert "ERIKSSON &lt;b&gt;" in answer.content.decode() and "bears the name ERIKSSON" in answer.content.decode()
    with world.scope():
        choice = PacketChoice.objects.get()
        assert (choice.position, choice.printed_name) == (3, "ERIKSSON <b>")
        assert timeline(reviewed)[-1] == "packet.chosen"


def test_a_place_that_cannot_be_is_marked_and_nothing_is_saved(world: World, reviewed: Case) -> None:  # noqa: F811
    with world.scope():
        document = reviewed.documents.get()

    answer = world.manager.client().post(builder_url(reviewed), {f"{document.pk}-position": "0"})

    assert answer.status_code == 422
    with world.scope():
        assert not PacketChoice.objects.exists()


def test_what_a_colleague_chose_meanwhile_is_not_undone(world: World, reviewed: Case) -> None:  # noqa: F811
    client = world.manager.client()
    page = client.get(builder_url(reviewed)).content.decode()
    with world.scope():
        document = reviewed.documents.get()
        choose_for_packet(document_id=document.pk, left_out_reason="Not asked for here", actor=world.manager.actor)

    late = {f"{document.pk}-position": "3", f"{document.pk}-left_out_reason": "", "shown": shown_on(page)}
    answer = client.post(builder_url(reviewed), late)

    assert "A colleague chose otherwise meanwhile." in answer.content.decode()
    with world.scope():
        choice = PacketChoice.objects.get()
    assert (choice.position, choice.left_out_reason) == (None, "Not asked for here")


def test_a_limit_out_of_bounds_is_refused_and_no_packet_is_asked_for(world: World, reviewed: Case) -> None:  # noqa: F811
    answer = world.manager.client().post(request_url(reviewed), {"most_megabytes": "2"}, follow=True)

    assert "Largest file, in MB" in answer.content.decode()
    with world.scope():
        assert not Packet.objects.exists()


def test_a_packet_in_parts_is_downloaded_part_by_part(world: World, reviewed: Case) -> None:  # noqa: F811
    client = world.manager.client()
    client.post(request_url(reviewed), {"most_pages": "100", "most_megabytes": "50"})
    packet = the_packet(world)
    assert (packet.most_pages, packet.most_bytes) == (100, 50_000_000)
    with world.scope():
        build_packet(packet_id=str(packet.pk))

    assert client.get(packet_url("content", packet) + "?part=2").status_code == 404
    assert client.get(packet_url("content", packet) + "?part=1").status_code == 200


def test_shown_and_approved(world: World, built: Packet) -> None:  # noqa: F811
    staff, anna = world.manager.client(), signed_in(built.case)
    here = reverse("portal:packet", args=[built.case_id])
    assert "It is not ready to be looked at yet." in anna.get(here).content.decode()
    assert "Look at your packet" not in anna.get(reverse("portal:case", args=[built.case_id])).content.decode()

    answer = staff.post(packet_url("show", built), follow=True)
    assert "The candidate is told by e-mail, sees a marked copy" in answer.content.decode()
    assert "The copy is being made." in anna.get(here).content.decode()
    with world.scope():
        relay.drain("packets")

    assert "Look at your packet" in anna.get(reverse("portal:case", args=[built.case_id])).content.decode()
    page = anna.get(here).content.decode()
    assert "Is everything right?" in page and "Passport" in page
    copy: Any = anna.get(reverse("portal:packet_copy", args=[built.case_id]))
    marked = b"".join(copy.streaming_content)
    assert marked.startswith(b"%PDF-") and int(copy.headers["Content-Length"]) == len(marked)
    for number in range(1, (built.pages or 0) + 1):
        command = ["pdftotext", "-f", str(number), "-l", str(number), "-", "-"]
        words = subprocess.run(command, input=marked, capture_output=True, check=True).stdout.decode()
        assert "COPY" in words and "仅供核对" in words, number

    refused = anna.post(here, {"number": built.number, "answer": "approve"})
    assert refused.status_code == 400 and "Tick that names and dates are right" in refused.content.decode()
    done = anna.post(here, {"number": built.number, "answer": "approve", "confirmed": "on"}, follow=True)
    assert "You approved it" in done.content.decode() and "Is everything right?" not in done.content.decode()
    assert "The candidate approved it:" in staff.get(packet_url("change", built)).content.decode()


def test_an_error_is_reported_and_read_by_the_staff(world: World, built: Packet) -> None:  # noqa: F811
    staff, anna = world.manager.client(), signed_in(built.case, "zh-hans")
    staff.post(packet_url("show", built))
    with world.scope():
        relay.drain("packets")
    here = reverse("portal:packet", args=[built.case_id])
    assert "内容有误" in anna.get(here).content.decode()

    anna.post(here, {"number": built.number, "answer": "error", "note": "My name <is> wrong"})

    assert "My name &lt;is&gt; wrong" in staff.get(packet_url("change", built)).content.decode()
    assert "我们会核查" in anna.get(here).content.decode()


def test_a_stranger_sees_no_packet_and_answers_none(world: World, built: Packet, other_world: World) -> None:  # noqa: F811
    from cases.services.opening import open_case
    from tests.conftest import anna

    with other_world.scope():
        other = open_case(route_code="CN-K", candidate=anna(), actor=other_world.manager.actor)
    stranger = signed_in(other)
    for name in ("packet", "packet_copy"):
        assert stranger.get(reverse(f"portal:{name}", args=[built.case_id])).status_code == 404
    said = {"number": 1, "answer": "error", "note": "x"}
    assert stranger.post(reverse("portal:packet", args=[built.case_id]), said).status_code == 404
    assert Client().get(reverse("portal:packet", args=[built.case_id])).status_code == 303


def test_where_it_was_handed_in_is_noted(world: World, built: Packet) -> None:  # noqa: F811
    client = world.manager.client()
    client.post(packet_url("seal", built))
    assert packet_url("handed_in", built) in client.get(packet_url("change", built)).content.decode()

    wrong = client.post(packet_url("handed_in", built), {"on": "2001-01-01", "where": "Counter"})
    assert wrong.status_code == 422 and "It was sealed later than that." in wrong.content.decode()
    given = {"on": str(clock.today(built.case.agency.time_zone)), "where": "Counter 3", "receipt": "R-1"}
    answer = client.post(packet_url("handed_in", built), given, follow=True)

    page = answer.content.decode()
    assert "Handed in" in page and "Counter 3" in page and "R-1" in page
    assert the_packet(world).state == "handed_in"


PAPERS = {
    "data-sheet": "L898902C3",
    "cover-letter": "I, Anna Maria Eriksson",
    "employer-letter": "holder of passport L898902C3",
    "consent": "I authorise",
    "checklist": "Passport",
    "originals": "Receipt for originals",
    "pre-departure": "Before you leave",
    "emergency-card": "我不会说中文",
}


@pytest.mark.parametrize(("paper", "words"), PAPERS.items())
def test_each_paper_is_one_button(world: World, k_case: Case, paper: str, words: str) -> None:
    client = world.manager.client()
    url = reverse("admin:documents_packet_paper", args=[k_case.pk, paper])
    assert url in client.get(builder_url(k_case)).content.decode()

    answer = client.post(url)

    assert answer.headers["Content-Type"] == "application/pdf"
    assert f"{k_case.reference}-{paper}.pdf" in answer.headers["Content-Disposition"]
    printed = subprocess.run(["pdftotext", "-", "-"], input=answer.content, capture_output=True, check=True).stdout
    assert words in " ".join(printed.decode().split())
    with world.scope():
        assert timeline(k_case)[-1] == "paper.printed"


def test_a_paper_that_does_not_exist_is_not_found(world: World, k_case: Case) -> None:
    url = reverse("admin:documents_packet_paper", args=[k_case.pk, "no-such"])

    assert world.manager.client().post(url).status_code == 404
    assert world.read_only.client().post(url).status_code == 403
    with world.scope():
        assert "paper.printed" not in timeline(k_case)
