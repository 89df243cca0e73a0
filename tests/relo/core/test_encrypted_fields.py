import base64
import os

import pytest
from django.db import connection

from cases.models import Candidate, Case
from cases.search import searched
from relo.core.crypto import CannotDecrypt

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate(in_scope):
    return Candidate.objects.create(given_names="Anna", email="anna@example.org", passport_number="L898902C3")


def column(candidate: Candidate, name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM cases_candidate WHERE email = %s", [candidate.email])
        return cursor.fetchone()[0]


def write(candidate: Candidate, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_candidate SET passport_number = %s WHERE email = %s", [value, candidate.email])


def test_the_number_reads_back_and_never_stands_in_the_table(candidate):
    assert Candidate.objects.get().passport_number == "L898902C3"
    assert "L898902C3" not in column(candidate, "passport_number")
    assert "L898902C3" not in column(candidate, "passport_index")


def test_a_value_copied_to_another_row_does_not_open(candidate):
    thief = Candidate.objects.create(given_names="Bo", email="bo@example.org", passport_number="X1")
    write(thief, column(candidate, "passport_number"))

    with pytest.raises(CannotDecrypt):
        _ = Candidate.objects.get(pk=thief.pk).passport_number


def test_saving_a_row_that_was_read_keeps_its_number(candidate):
    stored = Candidate.objects.get()
    stored.given_names = "Anna Maria"
    stored.save()

    assert Candidate.objects.get().passport_number == "L898902C3"


def test_an_update_that_would_write_it_in_the_clear_is_refused(candidate):
    with pytest.raises(TypeError):
        Candidate.objects.update(passport_number="L898902C3")


def test_a_number_typed_with_blanks_and_small_letters_finds_the_case(k_case):
    assert list(searched(Case.objects.all(), "l898 902-c3")) == [k_case]
    assert list(searched(Case.objects.all(), "L898902C")) == []


def test_after_a_key_change_old_values_open_and_are_found(candidate, settings):
    settings.FIELD_KEYS = {"k2": os.urandom(32), **settings.FIELD_KEYS}
    index = Candidate._meta.get_field("passport_index")

    stored = Candidate.objects.get()

    assert stored.passport_number == "L898902C3"
    assert Candidate.objects.filter(passport_index__in=index.matches("L898902C3")).exists()
    stored.save()
    assert column(candidate, "passport_number").startswith("k2:")  # what was read is written under the current key


def test_without_its_key_the_value_says_which_key_is_missing(candidate, settings):
    settings.FIELD_KEYS = {"k9": base64.b64decode("A" * 43 + "=")}

    with pytest.raises(CannotDecrypt, match="'k1'"):
        _ = Candidate.objects.get().passport_number
