"""`manage.py build_packet REF`."""

import io

import pytest
from django.core.management import CommandError, call_command

from cases.models import Case
from cases.services.opening import open_case
from documents.models import Packet
from tests.conftest import World, anna, everywhere


def build(reference: str, **options: str) -> str:
    said = io.StringIO()
    call_command("build_packet", reference, stdout=said, **options)
    return said.getvalue()


def test_the_packet_is_built_there_and_then(case_in_review: Case) -> None:
    said = build(case_in_review.reference.lower())

    packet = Packet.objects.get()
    assert packet.state == "ready"
    assert said.startswith(f"Packet 1 of {case_in_review.reference}: ready, {packet.pages} pages, ")
    assert packet.sha256 in said

    assert build(case_in_review.reference) == said  # the same documents are the same packet
    assert Packet.objects.count() == 1


def test_before_its_time_it_says_where_the_case_must_go(k_case: Case) -> None:
    with pytest.raises(CommandError, match="from the stage “Second check” on"):
        build(k_case.reference)

    assert not Packet.objects.exists()


def test_a_reference_nobody_has(world: World) -> None:
    with pytest.raises(CommandError, match="There is no case ARC-1999-0001"):
        build("arc-1999-0001")


def test_where_two_agencies_share_a_reference_it_asks_which(k_case: Case, other_world: World) -> None:
    with other_world.scope():
        other = open_case(route_code="CN-K", candidate=anna(), actor=other_world.manager.actor)
    with everywhere():
        Case.objects.filter(pk=other.pk).update(reference=k_case.reference)

    with pytest.raises(CommandError, match="add --agency with one of ARC, BEL"):
        build(k_case.reference)
    with pytest.raises(CommandError, match="Second check"):  # found: only too early
        build(k_case.reference, agency="bel")
