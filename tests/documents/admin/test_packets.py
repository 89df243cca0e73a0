import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from documents.models import Packet
from documents.services.packets import build_packet
from relo.core import clock
from tests.conftest import World, timeline, waiting
from tests.documents.admin.test_review import EXPIRES, sent, url


def packet_url(name: str, packet: Packet) -> str:
    return reverse(f"admin:documents_packet_{name}", args=[packet.pk])


def request_url(case: Case) -> str:
    return reverse("admin:documents_packet_request", args=[case.pk])


def the_packet(world: World) -> Packet:
    with world.scope():
        return Packet.objects.select_related("case").get()


@pytest.fixture
def reviewed(world: World, k_case: Case) -> Case:
    """Anna's passport is accepted, and the case stands where packets are built."""
    client = world.manager.client()
    client.post(reverse("admin:documents_document_upload", args=[k_case.pk, "passport"]), {"file": sent()})
    with world.scope():
        document = k_case.documents.get()
        client.post(url("accept", document), {"sha256": document.sha256, "expires_on": str(EXPIRES)})
        Case.objects.filter(pk=k_case.pk).update(stage="review", stage_entered_at=clock.now())
    return k_case


@pytest.fixture
def built(world: World, reviewed: Case) -> Packet:
    world.manager.client().post(request_url(reviewed))
    packet = the_packet(world)
    with world.scope():
        build_packet(packet_id=str(packet.pk))
    return the_packet(world)


def test_a_packet_is_not_offered_before_its_stage(world: World, k_case: Case) -> None:
    client = world.manager.client()

    assert request_url(k_case) not in client.get(reverse("admin:cases_case_change", args=[k_case.pk])).content.decode()
    answer = client.post(request_url(k_case), follow=True)
    assert "A packet can be built from the stage" in answer.content.decode()
    with world.scope():
        assert not Packet.objects.exists()


def test_a_packet_is_requested_and_waits_for_a_worker(world: World, reviewed: Case) -> None:
    answer = world.manager.client().post(request_url(reviewed), follow=True)

    assert "It waits for a worker" in answer.content.decode()
    assert the_packet(world).state == "requested"
    assert "documents.build_packet" in waiting()


def test_a_built_packet_is_downloaded_with_its_manifest(world: World, built: Packet) -> None:
    client = world.read_only.client()
    answer: Any = client.get(packet_url("content", built))
    body = b"".join(answer.streaming_content)

    name = f"{built.case.reference}-packet-1.pdf"
    assert body.startswith(b"%PDF-") and len(body) == built.size
    assert answer.headers["Content-Disposition"] == (f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}")
    manifest = json.loads(client.get(packet_url("manifest", built)).content)
    assert (manifest["sha256"], manifest["parts"][0]["requirement"]) == (built.sha256, "passport")


def test_a_packet_is_sealed_once(world: World, built: Packet) -> None:
    client = world.manager.client()
    assert packet_url("seal", built) in client.get(packet_url("change", built)).content.decode()

    client.post(packet_url("seal", built))

    assert the_packet(world).state == "sealed"
    with world.scope():
        assert timeline(built.case)[-1] == "packet.sealed"
    again = client.post(packet_url("seal", built), follow=True)
    assert "Only a packet that is ready can be sealed" in again.content.decode()


def test_a_failed_packet_names_its_cure(world: World, built: Packet) -> None:
    with world.scope():
        failure = {"code": "x", "en": "Replace the damaged file.", "zh": "请更换损坏的文件。"}
        Packet.objects.update(state="failed", failure=failure)

    assert "Replace the damaged file." in world.manager.client().get(packet_url("change", built)).content.decode()
    assert "请更换损坏的文件。" in world.manager.client("zh-hans").get(packet_url("change", built)).content.decode()


def test_who_may_only_read_neither_builds_nor_seals(world: World, built: Packet) -> None:
    client = world.read_only.client()

    assert client.post(request_url(built.case)).status_code == 403
    assert client.post(packet_url("seal", built)).status_code == 403
    assert packet_url("seal", built) not in client.get(packet_url("change", built)).content.decode()
    assert the_packet(world).state == "ready"


def test_another_agencys_packet_is_as_unknown_as_none(other_world: World, built: Packet) -> None:
    client = other_world.administrator.client()
    for name in ("change", "content", "manifest"):
        assert client.get(packet_url(name, built)).status_code == 404
    assert client.post(packet_url("seal", built)).status_code == 404
    assert client.post(request_url(built.case)).status_code == 404
    assert Client().get(packet_url("content", built)).headers["Location"].startswith("/admin/login/")
