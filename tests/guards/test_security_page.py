""".github/SECURITY.md against the code: each limit it names is the one in force."""

from datetime import timedelta

import pytest
from django.conf import settings

from cases.services import slowing_down
from documents.intake.pdf_streams import MOST_CONTENT_BYTES
from documents.intake.sandbox import WHILE_SOMEONE_WAITS
from documents.intake.verdicts import KINDS, MAX_BYTES, MAX_PAGES, MAX_PIXELS
from documents.packets.limits import BuildLimits
from relo.accounts import guessing, mail_limits
from relo.accounts import sessions as of_staff
from relo.accounts.services import LONGEST_TOKEN
from relo.api.pagination import CursorPages
from relo.outbox import relay
from relo.portal import sessions as of_candidates
from relo.portal import signing_in
from tests.guards.test_house import ROOT

PAGE = " ".join((ROOT / ".github" / "SECURITY.md").read_text().split())
MB, GB = 1024**2, 1024**3


def minutes(span: timedelta) -> str:
    return f"{span // timedelta(minutes=1)} minutes"


def hours(span: timedelta) -> str:
    return f"{span // timedelta(hours=1)} hours"


BUILD = BuildLimits()
SAID = {
    "a file": f"{MAX_BYTES // MB} MB, {MAX_PAGES} pages, {MAX_PIXELS // 10**6} million pixels a picture",
    "a stream": f"{MOST_CONTENT_BYTES // MB} MB a stream",
    "a candidate": f"{settings.MAX_FILES_OF_CANDIDATE} files and {settings.MAX_BYTES_OF_CANDIDATE // GB} GB",
    "a request": f"| a request that is no upload | {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // MB} MB |",
    "a list": f"| {CursorPages.max_page_size} rows |",
    "mails": f"an hour: {mail_limits.OF_AN_ADDRESS_FROM_A_NETWORK} for an address from one network, "
    f"{mail_limits.OF_AN_ADDRESS} for an address, {mail_limits.OF_A_NETWORK} from a network",
    "slowing down": f"half a year, nothing else; an hour: {slowing_down.OF_A_PERSON} changes a person, "
    f"{slowing_down.REFUSED_OF_A_NETWORK} false links from a network",
    "a link": f"{minutes(signing_in.LASTS)}, one use, the browser that asked; {signing_in.MOST_TRIES} wrong codes",
    "guesses": f"{guessing.FREE_TRIES}, then a wait that doubles from {guessing.FIRST_WAIT // timedelta(minutes=1)} "
    f"to {minutes(guessing.LONGEST_WAIT)}",
    "guesses of many": f"{guessing.OF_AN_ACCOUNT} for an account from wherever, {guessing.OF_A_NETWORK} from a network",
    "staff": f"{minutes(of_staff.IDLE)} without a page, {hours(of_staff.LONGEST)} in all; "
    f"{minutes(of_staff.CONFIRMED_FOR)} for what must be confirmed",
    "candidates": f"{minutes(of_candidates.IDLE)} without a page, {hours(of_candidates.LONGEST)} in all",
    "tokens": f"| {LONGEST_TOKEN.days} days;",
    "types": f"{', '.join(kind.upper() for kind in KINDS[:-1])} and {KINDS[-1].upper()} are taken",
    "looking": f"{WHILE_SOMEONE_WAITS.cpu_seconds} seconds of CPU and {WHILE_SOMEONE_WAITS.memory // GB} GB",
    "waiting": f"{WHILE_SOMEONE_WAITS.wall_seconds:.0f} seconds at most",
    "building": f"{BUILD.cpu_seconds} seconds of CPU, {BUILD.wall_seconds:.0f} in all, {BUILD.memory // GB} GB",
    "messages": f"fails {relay.MAX_ATTEMPTS} times",
}


@pytest.mark.parametrize("what", SAID)
def test_the_page_says_what_is_in_force(what: str):
    assert SAID[what] in PAGE, SAID[what]


def test_the_page_names_every_server_that_the_settings_name():
    servers = {name for name in type(settings.ENVIRONMENT).model_fields if name.endswith("_URL")}

    assert servers - {"PUBLIC_URL", "MIGRATE_DATABASE_URL"} == {
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_URL",
        "STORAGE_URL",
    } | {"CLAMD_URL"}
    assert all(f"`{name}`" in PAGE for name in servers - {"MIGRATE_DATABASE_URL"})
