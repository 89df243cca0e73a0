import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from cases.models import Candidate, Case
from relo.accounts.models import Membership
from relo.outbox.service import put
from tests.conftest import PASSWORD, World
from tests.days import in_days


def test_a_member_signs_in_with_email_and_password(world: World) -> None:
    client = Client()
    answer = client.post("/admin/login/", {"username": "MANAGER@arc.example", "password": PASSWORD, "next": "/admin/"})

    assert answer.headers["Location"] == "/admin/"
    assert "Needs attention" in client.get("/admin/").content.decode()


@pytest.mark.parametrize("path", ["/admin/", "/admin/cases/case/", "/admin/cases/case/add/", "/admin/jsi18n/"])
def test_nobody_is_let_in_without_signing_in(world: World, path: str) -> None:
    assert Client().get(path).headers["Location"].startswith("/admin/login/")


def test_a_membership_that_ended_shuts_the_door_at_once(world: World) -> None:
    client = world.manager.client()
    assert client.get("/admin/").status_code == 200

    Membership.objects.filter(user=world.manager.user).update(ends_on=in_days(-2))

    assert client.get("/admin/").headers["Location"].startswith("/admin/login/")


def test_each_role_sees_its_places(world: World) -> None:
    manager, administrator = world.manager.client().get("/admin/"), world.administrator.client().get("/admin/")
    members = f'href="{reverse("admin:accounts_membership_changelist")}"'

    assert f'href="{reverse("admin:cases_case_changelist")}"' in manager.content.decode()
    assert members not in manager.content.decode()
    assert members in administrator.content.decode()
    assert world.manager.client().get(reverse("admin:accounts_membership_changelist")).status_code == 403


def test_every_list_is_headed_in_chinese(world: World, k_case: Case) -> None:
    client = world.administrator.client("zh-hans")
    Candidate.objects.update(nationalities=["BA", "DE"])
    with world.scope():
        put(handler="cases.plan_reminders", key="heading", payload={}, agency_id=world.agency.pk)
    lists = set(re.findall(r'<a href="(/admin/\w+/\w+/)"', client.get("/admin/").content.decode()))
    pages = [client.get(address).content.decode() for address in [*lists, "/admin/outbox/outboxmessage/?state=waiting"]]
    heads = [
        re.sub(r"<.*?>", "", head).strip() for page in pages for head in re.findall(r"<th scope.*?</th>", page, re.S)
    ]

    assert len(lists) >= 7 and len(heads) > 20
    assert [head for head in heads if not re.search("[\u4e00-\u9fff]", re.sub("<.*?>", "", head))] == []
    assert any("波斯尼亚和黑塞哥维那、德国" in page for page in pages)


def test_the_first_page_shows_what_waits_for_us(world: World, k_case: Case) -> None:
    with world.scope():
        Case.objects.update(whose_turn="agency", stage="screen")
    page = world.manager.client().get("/admin/").content.decode()

    assert page.count(k_case.reference) == 2  # our turn, and two rules to decide
    assert "2 rules" in page
    assert "To decide" not in world.read_only.client().get("/admin/").content.decode()


def test_the_first_page_shows_no_other_agency(other_world: World, k_case: Case) -> None:
    assert k_case.reference not in other_world.administrator.client().get("/admin/").content.decode()


def test_the_language_of_the_page_is_chosen_on_it(world: World) -> None:
    client = world.manager.client()
    client.post(reverse("set_language"), {"language": "zh-hans", "next": "/admin/"})

    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"
    assert 'lang="zh-hans"' in client.get("/admin/").content.decode()


@pytest.mark.parametrize("door", ["autocomplete/", "r/1/1/", "auth/user/", "auth/group/", "accounts/user/"])
def test_doors_of_the_stock_admin_that_are_not_used_are_not_there(world: World, door: str) -> None:
    assert world.administrator.client().get(f"/admin/{door}").status_code == 404


def test_a_page_carries_no_script_or_style_of_its_own(world: World, k_case: Case) -> None:
    client = world.administrator.client()
    pages = [
        "/admin/",
        "/admin/cases/case/",
        "/admin/cases/case/add/?route=CN-K",
        reverse("admin:cases_case_change", args=[k_case.pk]),
        reverse("admin:cases_case_facts", args=[k_case.pk]),
        reverse("admin:cases_routeversion_change", args=[k_case.route_version_id]),
        "/admin/password_change/",
    ]
    for path in pages:
        answer = client.get(path)
        assert answer.status_code == 200, path
        page = answer.content.decode()
        assert "<script>" not in page and "<style" not in page and ' style="' not in page and " onclick=" not in page
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
