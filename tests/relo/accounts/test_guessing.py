"""Many guesses at once are no more than one after another."""

import threading

import pytest
from django.db import connection

from relo.accounts.guessing import FREE_TRIES, TooManyTries, take_try

pytestmark = pytest.mark.django_db(transaction=True)


def test_ten_guesses_at_once_are_five() -> None:
    together, outcomes = threading.Barrier(10), []

    def guess() -> None:
        together.wait()
        try:
            take_try("somebody")
            outcomes.append("judged")
        except TooManyTries:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["judged"] * FREE_TRIES + ["refused"] * (10 - FREE_TRIES)
