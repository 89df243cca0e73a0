"""Run as a process of its own, with the settings of an installation on https: what it answers, as JSON.

The names of cookies and the headers are settled when the settings are read, so no test of the suite can switch them.
"""

import base64
import json
import os
import secrets
import sys
from typing import Any

import django
import pyrage
from django.test import Client
from django.test.utils import setup_test_environment

HOST = "cases.example.org"
PASSWORD = secrets.token_urlsafe(16)


class SecureClient(Client):
    def generic(self, *args: Any, **kwargs: Any) -> Any:
        return super().generic(*args, **{**kwargs, "secure": True})


def set_up(folder: str) -> None:
    os.environ.clear()
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "relo.settings",
            "DATABASE_URL": f"sqlite:///{folder}/relo.sqlite3",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "PUBLIC_URL": f"https://{HOST}",
            "EMAIL_URL": "memorymail://",
            "STORAGE_URL": f"file://{folder}/files",
            "FIELD_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
            "FILE_KEYS": str(pyrage.x25519.Identity.generate()),
        }
    )
    django.setup()
    setup_test_environment()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, serialize=False)


def told(client: Client, answer: Any) -> dict[str, Any]:
    cookies = {
        name: {key: value for key, value in morsel.items() if key not in ("expires", "max-age", "comment", "version")}
        for name, morsel in answer.cookies.items()
    }
    return {
        "path": answer.request["PATH_INFO"],
        "status": answer.status_code,
        "headers": dict(answer.headers.items()),
        "cookies": cookies,
    }


def member_and_candidate() -> None:
    from cases.models import Candidate
    from relo.accounts.models import Agency
    from relo.accounts.roles import Role
    from relo.accounts.services import add_member
    from relo.core.actors import system_actor
    from relo.core.scoping import agency_scope

    agency = Agency.objects.create(name="Arc", code="ARC", requires_second_factor=False)
    add_member(
        agency_id=agency.pk,
        email="administrator@arc.example",
        full_name="A",
        role=Role.ADMINISTRATOR,
        password=PASSWORD,
        actor=system_actor("tests"),
    )
    with agency_scope(agency.pk):
        Candidate.objects.create(given_names="Anna", email="anna@example.org", language="zh-hans")


def answers() -> list[dict[str, Any]]:
    from django.core import mail
    from django.urls import reverse

    from relo.outbox import relay

    member_and_candidate()
    staff, person = SecureClient(headers={"Host": HOST}), SecureClient(headers={"Host": HOST})
    heard = [told(staff, staff.get(path)) for path in ("/", "/admin/login/", "/api/docs/", "/no-such-page/")]
    heard += [told(staff, staff.get(path)) for path in ("/static/portal.css", "/api/v1/cases/")]
    heard.append(told(staff, staff.get("/health/live/")))
    login = {"username": "administrator@arc.example", "password": PASSWORD}
    heard.append(told(staff, staff.post("/admin/login/", login)))
    heard.append(told(staff, staff.get("/admin/")))
    chosen = {"language": "zh-hans", "next": "/admin/"}
    heard.append(told(staff, staff.post("/language/", chosen)))

    heard.append(told(person, person.get(reverse("portal:sign_in"))))
    asked = {"email": "anna@example.org"}
    heard.append(told(person, person.post(reverse("portal:sign_in"), asked)))
    relay.drain("mail")
    relay.drain("mail")
    body = str(mail.outbox[0].body)
    link = next(word for word in body.split() if word.startswith(f"https://{HOST}/")).removeprefix(f"https://{HOST}")
    heard.append(told(person, person.post(link)))
    heard.append(told(person, person.get("/portal/")))
    return heard


def in_the_clear() -> list[dict[str, Any]]:
    client = Client(headers={"Host": HOST})
    paths = ("/", "/admin/", "/portal/", "/api/v1/cases/", "/static/portal.css", "/health/live/")
    return [told(client, client.get(path)) for path in paths]


if __name__ == "__main__":
    set_up(sys.argv[1])
    from django.conf import settings
    from django.contrib.auth.hashers import get_hasher
    from django.template import Engine

    hasher: Any = get_hasher()
    print(  # noqa: T201
        json.dumps(
            {
                "https": answers(),
                "http": in_the_clear(),
                "debug": [settings.DEBUG, Engine.get_default().debug],
                "hash": hasher.decode(hasher.encode("word", hasher.salt())),
            },
            default=str,
        )
    )
