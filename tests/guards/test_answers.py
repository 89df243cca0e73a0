"""What no answer may hold, at any address of the matrix: what is for relo alone, and the passport number for most."""

from typing import Any

import pytest
from django.test import Client

from cases.models import Candidate, Case
from documents.models import Document
from relo.accounts.models import ApiToken
from tests.conftest import World
from tests.guards.test_headers import COMERS, READ, path_to
from tests.guards.test_matrix import stored

__all__ = ["stored"]  # a fixture

NUMBER = "L898902C3"
WHOLE_NUMBER_ON = {"/admin/cases/candidate/<uuid:object_id>/change/"}


def body_of(answer: Any) -> str:
    whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(whole.decode("utf-8", "replace")) + repr(answer.headers)


def for_relo_alone(world: World) -> list[str]:
    document, candidate, token = Document.objects.get(), Candidate.objects.get(), ApiToken.objects.get()
    return [document.blob_key, candidate.passport_index, token.digest, world.manager.user.password, world.token]


def answers_to(client: Client, ids: dict[str, str]) -> dict[str, str]:
    return {address: body_of(client.get(path_to(address, ids))) for address in READ}


@pytest.mark.parametrize("who", COMERS)
def test_what_is_for_relo_alone_is_shown_to_nobody(in_scope: World, stored: dict[str, str], who: str):
    hidden = for_relo_alone(in_scope)
    assert all(len(value) > 20 for value in hidden)

    answers = answers_to(COMERS[who](in_scope), stored)

    assert Case.objects.get().reference in str(answers) or who == "anyone"
    assert [address for address, text in answers.items() if any(value in text for value in hidden)] == []


READERS = {
    "who may only read": lambda world: world.read_only.client(),
    "a reviewer": lambda world: world.reviewer.client(),
    "a program": COMERS["token"],
    "the candidate": COMERS["candidate"],
}


@pytest.mark.parametrize("who", READERS)
def test_the_passport_number_is_shown_to_none_of_these(in_scope: World, stored: dict[str, str], who: str):
    answers = answers_to(READERS[who](in_scope), stored)

    assert [address for address, text in answers.items() if NUMBER in text] == []


def test_who_works_with_the_passport_number_sees_it_on_one_page(in_scope: World, stored: dict[str, str]):
    answers = answers_to(in_scope.manager.client(), stored)

    assert {address for address, text in answers.items() if NUMBER in text} == WHOLE_NUMBER_ON
