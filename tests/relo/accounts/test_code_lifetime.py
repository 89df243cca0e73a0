"""A code of an authenticator app is good while the app shows it, and no longer."""

from datetime import timedelta

import time_machine

from relo.core import clock
from tests.conftest import World
from tests.relo.accounts.signing_in import SECOND_STEP, code_of, is_in, set_up_app, sign_in


def test_a_code_of_the_app_is_good_for_its_thirty_seconds(world: World) -> None:
    begins = clock.now().replace(second=0, microsecond=0)
    with time_machine.travel(begins, tick=False) as travel:
        client, _answer = sign_in(world.manager)
        secret, _codes = set_up_app(client)
        travel.shift(timedelta(minutes=1))
        late, _answer = sign_in(world.manager)
        code = code_of(secret)

        travel.shift(timedelta(seconds=30))
        late.post(SECOND_STEP, {"code": code})
        assert not is_in(late)

        code = code_of(secret)
        travel.shift(timedelta(seconds=29))
        late.post(SECOND_STEP, {"code": code})
        assert is_in(late)
