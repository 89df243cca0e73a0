"""The pages of editions and rule changes: what a rules editor and a case manager do there, in both languages."""

from datetime import timedelta

import time_machine
from django.urls import reverse

from cases.models import CaseChange, Choice, Mail, RouteVersion, RuleChange
from cases.services.deciding_changes import decide_case
from relo.core import clock
from relo.outbox import relay
from tests.days import in_days
from tests.page_forms import posted_back
from tests.rule_steps import drafted, latest, part_of, police_of_three_months

CHANGE = "admin:cases_rulechange_change"
VERSION = "admin:cases_routeversion_change"


def test_every_part_of_the_shipped_route_can_be_opened_and_saved_unchanged(editors):
    """Nothing of a part is lost on its way through the form."""
    version, client = drafted(editors.first.actor), editors.first.client()
    before = version.content
    for section in ("requirements", "rules", "stages", "reminders", "fees", "open_questions"):
        for part in before[section][:: max(1, len(before[section]) // 6)]:
            url = reverse("admin:cases_routeversion_part", args=[version.pk, section, part["code"]])
            page = client.get(url)
            assert page.status_code == 200, url
            answer = client.post(url, posted_back(page.content.decode()))
            assert answer.status_code == 302, (section, part["code"], answer.content.decode())
            assert RouteVersion.objects.get(pk=version.pk).content == before, (section, part["code"])


def test_each_window_of_a_fee_is_changed_by_itself(editors):
    version, client = drafted(editors.first.actor), editors.first.client()
    now, later = (one for one in version.content["fees"] if one["code"] == "visa")
    url = reverse("admin:cases_routeversion_part", args=[version.pk, "fees", "visa-2027-01-01"])
    assert url in client.get(reverse(VERSION, args=[version.pk])).content.decode()

    values = posted_back(client.get(url).content.decode())
    assert client.post(url, values | {"name.en": "Visa fee of 2027"}).status_code == 302

    fees = [one for one in RouteVersion.objects.get(pk=version.pk).content["fees"] if one["code"] == "visa"]
    assert fees[0] == now and fees[1] == {**later, "name": {**later["name"], "en": "Visa fee of 2027"}}


def test_a_new_shelf_life_is_saved_by_the_form_and_told_in_words(editors):
    version, client = drafted(editors.first.actor), editors.first.client()
    url = reverse("admin:cases_routeversion_part", args=[version.pk, "requirements", "police"])
    values = posted_back(client.get(url).content.decode())
    answer = client.post(url, values | {"shelf_life.months": "3"}, follow=True)

    saved = RouteVersion.objects.get(pk=version.pk)
    assert part_of(saved, "requirements", "police")["shelf_life"]["months"] == 3
    page = answer.content.decode()
    assert "Stricter" in page and "6 months from the day of issue" in page and "3 months from the day of issue" in page
    chinese = editors.first.client("zh-hans").get(reverse(VERSION, args=[version.pk])).content.decode()
    assert "自签发日起3个月" in chinese and "How long" not in chinese


def test_a_fault_stands_at_its_field_and_nothing_is_saved(editors):
    version, client = drafted(editors.first.actor), editors.first.client()
    url = reverse("admin:cases_routeversion_part", args=[version.pk, "requirements", "police"])
    values = posted_back(client.get(url).content.decode())
    answer = client.post(url, values | {"when": "post.asks_polize", "evidence.source": "", "rest": "a: [1"})

    assert answer.status_code == 422 and b"YAML" in answer.content
    answer = client.post(url, values | {"when": "post.asks_polize", "name.zh": "Police"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "holds no Chinese character" in page and "Nothing has changed" in page
    assert RouteVersion.objects.get(pk=version.pk).content == version.content


def test_from_draft_to_the_affected_case_in_under_ten_clicks(policed, editors):
    """Each request below is one click; typing is none."""
    clicks, first, second = 0, editors.first.client(), editors.second.client()

    def click(client, method, url, **data):
        nonlocal clicks
        clicks += 1
        answer = getattr(client, method)(url, data, follow=True)
        assert answer.status_code == 200
        return answer

    base = latest()
    click(first, "get", "/admin/cases/routeversion/")
    click(first, "get", reverse(VERSION, args=[base.pk]))
    click(first, "post", reverse("admin:cases_routeversion_draft", args=[base.pk]))
    version = RouteVersion.objects.get(status="draft")
    url = reverse("admin:cases_routeversion_part", args=[version.pk, "requirements", "police"])
    values = posted_back(click(first, "get", url).content.decode())
    click(first, "post", url, **(values | {"shelf_life.months": "3"}))
    click(first, "post", reverse("admin:cases_routeversion_review", args=[version.pk]), note="The consulate said so")
    assert "Editions to publish" in second.get("/admin/").content.decode()
    click(second, "get", reverse(VERSION, args=[version.pk]))
    version.refresh_from_db()
    answer = click(
        second, "post", reverse("admin:cases_routeversion_publish", args=[version.pk]), seen=version.content_sha256
    )
    relay.drain("default")
    page = second.get(answer.request["PATH_INFO"]).content.decode()

    assert policed.reference in page and "will no longer serve at the hand-in" in page
    assert clicks < 10


def test_the_writer_cannot_publish_and_is_told_why(editors):
    version, client = drafted(editors.first.actor), editors.first.client()
    client.post(reverse("admin:cases_routeversion_review", args=[version.pk]), {"note": "Please"})
    page = client.get(reverse(VERSION, args=[version.pk])).content.decode()
    assert (
        "somebody else has to publish it" in page
        and reverse("admin:cases_routeversion_publish", args=[version.pk]) not in page
    )

    client.post(reverse("admin:cases_routeversion_publish", args=[version.pk]), {"seen": version.content_sha256})
    assert RouteVersion.objects.get(pk=version.pk).status == "in_review" and not RuleChange.objects.exists()


def test_a_group_is_decided_and_the_record_says_by_whom(policed, editors, in_scope):
    change = police_of_three_months(editors)
    key, client = CaseChange.objects.get().group_key, in_scope.manager.client()
    url = reverse("admin:cases_rulechange_group", args=[change.pk, key])
    assert policed.reference in client.get(url).content.decode()
    assert client.post(url, {"choice": "keep"}).status_code == 422
    page = client.post(url, {"choice": "migrate"}, follow=True).content.decode()

    policed.refresh_from_db()
    assert policed.route_version_id == change.route_version_id
    assert "Put on the new rules" in page and "ARC manager" in page and "1 case" in page


def test_one_case_is_decided_by_itself_and_an_old_page_is_refused_with_the_new_effect(policed, editors, in_scope):
    change, client = police_of_three_months(editors), in_scope.manager.client()
    url = reverse("admin:cases_rulechange_case", args=[change.pk, policed.pk])
    assert client.get(url).status_code == 200
    answer = client.post(url, {"choice": "migrate", "seen": "0" * 16}, follow=True).content.decode()
    assert "would do something else now" in answer and CaseChange.objects.get().state == "open"

    kept = {"choice": "keep", "keep_until": str(in_days(20)), "reason": "The consulate agreed"}
    client.post(url, kept | {"seen": CaseChange.objects.get().group_key})
    assert CaseChange.objects.get().state == "kept"


def test_the_page_of_a_case_tells_of_new_rules_until_somebody_decides(policed, editors, in_scope):
    client, url = in_scope.manager.client(), f"/admin/cases/case/{policed.pk}/change/"
    assert "new-rules" not in client.get(url).content.decode()
    change = police_of_three_months(editors)
    page = client.get(url).content.decode()
    assert "will no longer serve at the hand-in" in page and "2026-12-01" in page

    decide = reverse("admin:cases_rulechange_case", args=[change.pk, policed.pk])
    assert decide in page and decide not in in_scope.read_only.client().get(url).content.decode()
    client.post(decide, {"choice": "migrate", "seen": CaseChange.objects.get().group_key})
    assert "new-rules" not in client.get(url).content.decode()


def test_an_editor_sees_the_effects_and_cannot_decide(policed, editors):
    change, client = police_of_three_months(editors), editors.first.client()
    key = CaseChange.objects.get().group_key
    page = client.get(reverse(CHANGE, args=[change.pk])).content.decode()

    assert policed.reference in page and "Look and decide" not in page
    url = reverse("admin:cases_rulechange_group", args=[change.pk, key])
    assert client.get(url).status_code == 200 and client.post(url, {"choice": "migrate"}).status_code == 403
    assert CaseChange.objects.get().state == "open"


def test_the_message_is_sent_by_the_button_only(policed, editors, in_scope, mailoutbox):
    change, client = police_of_three_months(editors), in_scope.manager.client()
    url = reverse("admin:cases_rulechange_message", args=[change.pk, CaseChange.objects.get().group_key])
    page = client.get(url).content.decode()
    assert "One of your papers is affected" in page and not Mail.objects.filter(kind="change").exists()

    client.post(url, {"text_en": "Order a new one.", "text_zh": "请重新开具。"})
    relay.drain("mail")
    assert [mail.to for mail in mailoutbox if "Order a new one." in mail.body] == [["anna@example.org"]]


def test_another_agency_finds_neither_draft_nor_change(policed, editors, other_world):
    change, draft = police_of_three_months(editors), drafted(editors.first.actor, "2026-12-05")
    client = other_world.administrator.client()
    for url in (
        reverse(CHANGE, args=[change.pk]),
        reverse(VERSION, args=[draft.pk]),
        reverse("admin:cases_routeversion_file", args=[draft.pk]),
        reverse("admin:cases_routeversion_part", args=[draft.pk, "requirements", "police"]),
    ):
        assert client.get(url).status_code == 404, url


def test_the_file_goes_out_and_comes_back(editors):
    version, client = drafted(editors.first.actor), editors.first.client()
    file = client.get(reverse("admin:cases_routeversion_file", args=[version.pk]))
    assert file.headers["Content-Type"].startswith("application/yaml") and "attachment" in file["Content-Disposition"]

    from django.core.files.uploadedfile import SimpleUploadedFile

    changed = file.content.replace(b"months: 6", b"months: 5")
    url = reverse("admin:cases_routeversion_upload", args=[version.pk])
    upload = SimpleUploadedFile("k.yaml", changed)
    assert client.post(url, {"file": upload, "seen": version.content_sha256}).status_code == 302
    assert RouteVersion.objects.get(pk=version.pk).content != version.content


def test_the_work_list_names_new_rules_and_says_when_the_day_of_keeping_is_over(policed, editors, in_scope, staff):
    change = police_of_three_months(editors)
    row = CaseChange.objects.get(change=change, case=policed)
    client = in_scope.manager.client()

    def panel() -> str:
        return " ".join(client.get("/admin/").content.decode().split())

    assert "New rules to decide on" in panel() and reverse("admin:cases_rulechange_change", args=[change.pk]) in panel()
    decide_case(
        change_id=change.pk, case_id=policed.pk, group_key=row.group_key, choice=Choice.KEEP, actor=staff,
        reason="Handed in next week", keep_until=in_days(10),
    )  # fmt: skip
    assert "No new rules wait for a decision" in panel()
    with time_machine.travel(clock.now() + timedelta(days=11)):
        client = in_scope.manager.client()
        assert "1 was kept on the old rules until a day that is over" in panel()
    assert "New rules to decide on" not in editors.first.client().get("/admin/").content.decode()
