"""An integration drives a case from its opening to a packet, over the API alone, with real documents."""

import io
import json
import subprocess

import pytest

from cases.models import Case, CaseEvent
from documents.models import Document, Packet
from relo.outbox import relay
from tests.api import Program, anna_json
from tests.case_steps import SAMPLES
from tests.days import in_days

DOCUMENTS = {
    "passport": "passport-data-page.jpg",
    "consent": "employer-letter.pdf",
    "photo_digital": "photo-compliant.jpg",
    "cv": "cv.pdf",
    "degree": "degree-certificate.pdf",
    "transcript": "transcript.pdf",
    "research": "translation-zh.pdf",
    "institution_note": "employer-letter.pdf",
}
POST = {
    "name": "Utopia",
    **dict.fromkeys(
        (
            "asks_degree_auth",
            "asks_police",
            "asks_medical",
            "asks_plan",
            "asks_old_passport",
            "asks_translation",
            "takes_fingerprints",
        ),
        False,
    ),
    "form_days": 30,
}


@pytest.fixture
def program(world) -> Program:
    return Program(world)


def ok(answer, status: int = 200) -> dict:
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def settle_stage(program: Program, path: str, stage: str) -> None:
    """Everything the stage asks for: upload and accept documents, settle steps, waive the rest with a reason."""
    day = str(in_days(0))
    for row in ok(program.get(f"{path}checklist/")):
        if row["stage"] != stage or row["state"] in ("accepted", "waived", "no_longer_needed"):
            continue
        item = f"{path}checklist/{row['code']}/"
        if row["kind"] == "document" and row["code"] in DOCUMENTS:
            with (SAMPLES / DOCUMENTS[row["code"]]).open("rb") as file:
                document = ok(program.upload(f"{item}documents/", file), 201)
            dates = {"issued_on": day, "expires_on": str(in_days(1500))}
            accepted = ok(program.post(f"documents/{document['id']}/accept/", {"sha256": document["sha256"], **dates}))
            assert accepted["state"] == "accepted"
        elif row["kind"] in ("step", "fee"):
            ok(program.post(f"{item}settle/", {"note": "Done", "date": day, "url": "https://example.org/k"}))
        else:
            ok(program.post(f"{item}waive/", {"reason": "Seen by hand at the office"}))


def decide_findings(program: Program, path: str) -> None:
    for row in ok(program.get(f"{path}eligibility/")):
        if row["result"] == "needs_review" and row["decision"] is None:
            body = {"go_ahead": True, "reason": "The post told us by telephone that it accepts the case"}
            ok(program.post(f"{path}eligibility/{row['code']}/decide/", body))


def test_from_opening_to_a_packet(program, world, tmp_path):
    case = ok(
        program.post(
            "cases/",
            {
                "route": "CN-K",
                "candidate": anna_json(),
                "external_ref": "HR-77",
                "planned_hand_in": str(in_days(60)),
            },
        ),
        201,
    )
    path = f"cases/{case['id']}/"
    assert program.post(f"{path}packets/").status_code == 409  # too early
    ok(program.patch(path, {"facts": {"post": POST}}))
    for stage, move in (
        ("intake", "start_screening"),
        ("screen", "confirm_post"),
        ("post_check", "start_collecting"),
        ("collect", "authenticate"),
        ("authenticate", "send_to_review"),
    ):
        settle_stage(program, path, stage)
        decide_findings(program, path)
        assert ok(program.post(f"{path}moves/", {"move": move}))["stage"] != stage

    packet = ok(program.post(f"{path}packets/"), 202)
    assert packet["state"] == "requested"
    assert program.get(f"packets/{packet['id']}/content/").status_code == 409
    assert relay.drain("packets") == 1
    packet = ok(program.get(f"packets/{packet['id']}/"))
    assert packet["state"] == "ready", packet

    answer = program.get(f"packets/{packet['id']}/content/")
    file = tmp_path / "packet.pdf"
    file.write_bytes(b"".join(answer.streaming_content))
    assert answer["Content-Disposition"].startswith("attachment")
    assert subprocess.run(["qpdf", "--check", file], capture_output=True).returncode == 0
    manifest = ok(program.get(f"packets/{packet['id']}/manifest/"))
    assert manifest["sha256"] == packet["sha256"] and manifest["pages"] == packet["pages"]
    for part in manifest["parts"]:
        page = subprocess.run(
            ["pdftotext", "-f", str(part["first_page"]), "-l", str(part["first_page"]), file, "-"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert f"{part['first_page']} of {packet['pages']}" in page or f"{part['first_page']}/{packet['pages']}" in page

    # Asking again for the same documents gives the same packet; its number and bytes stay.
    assert ok(program.post(f"{path}packets/"), 202)["id"] == packet["id"]
    with world.scope():
        kinds = list(CaseEvent.objects.order_by("id").values_list("kind", flat=True))
        assert kinds[0] == "case.opened" and kinds[-2:] == ["packet.requested", "packet.built"]
        assert kinds.count("case.moved") == 5
        assert Packet.objects.count() == 1
        assert Case.objects.get().stage == "review"
        assert Document.objects.filter(state="accepted").count() == len(manifest["parts"]) + 1  # the consent stays out


def test_the_same_row_gives_the_same_bytes(program, world):
    from cases.services.checklist import waive_item
    from documents.models import PacketState
    from documents.services.packets import build_packet

    case = ok(program.post("cases/", {"route": "CN-K", "candidate": anna_json()}), 201)
    with world.scope():
        row = Case.objects.get(pk=case["id"])
        path = f"cases/{case['id']}/"
        ok(program.patch(path, {"facts": {"post": POST}, "planned_hand_in": str(in_days(60))}))
        settle_stage(program, path, "collect")
        for item in row.items.exclude(state__in=["accepted", "no_longer_needed"]):
            waive_item(case_id=row.pk, code=item.code, reason="Not in this test", actor=world.manager.actor)
        for move in ("start_screening", "confirm_post", "start_collecting", "authenticate", "send_to_review"):
            decide_findings(program, path)
            ok(program.post(f"{path}moves/", {"move": move}))
        packet_id = ok(program.post(f"{path}packets/"), 202)["id"]
        build_packet(packet_id=packet_id)
        first = Packet.objects.get(pk=packet_id)
        Packet.objects.filter(pk=packet_id).update(state=PacketState.REQUESTED)
        build_packet(packet_id=packet_id)
        second = Packet.objects.get(pk=packet_id)

    assert first.sha256 == second.sha256 and first.blob_key != second.blob_key
    assert json.dumps(first.manifest) == json.dumps(second.manifest)


BAD = {
    "empty": ("passport.pdf", b"", 422, "file_empty"),
    "text called .pdf": ("passport.pdf", b"I am not a PDF at all, only text.\n", 415, "name_and_content_differ"),
    "Word": ("cv.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, 415, "office_file"),
    "30 MB": ("big.pdf", b"%PDF-1.7\n" + b"0" * (30 * 1024 * 1024), 413, "too_large"),
}


@pytest.mark.parametrize(("name", "content", "status", "code"), BAD.values(), ids=BAD.keys())
def test_a_file_that_cannot_be_used_is_refused_and_nothing_is_stored(program, world, name, content, status, code):
    case = ok(program.post("cases/", {"route": "CN-K", "candidate": anna_json()}), 201)
    file = io.BytesIO(content)
    file.name = name

    answer = program.upload(f"cases/{case['id']}/checklist/passport/documents/", file)

    assert answer.status_code == status, answer.content
    assert answer.json()["code"] == code and answer.json()["detail"]
    with world.scope():
        assert not Document.objects.exists()
        assert Case.objects.get().items.get(code="passport").state == "requested"
        assert list(CaseEvent.objects.values_list("kind", flat=True)) == ["case.opened"]


def test_an_upload_to_a_settled_item_is_a_conflict(program, world):
    case = ok(program.post("cases/", {"route": "CN-K", "candidate": anna_json()}), 201)
    path = f"cases/{case['id']}/checklist/passport/"
    ok(program.post(f"{path}waive/", {"reason": "Seen at the office"}))

    with (SAMPLES / "cv.pdf").open("rb") as file:
        answer = program.upload(f"{path}documents/", file)

    assert answer.status_code == 409 and answer.json()["code"] == "item_settled"
    with world.scope():
        assert not Document.objects.exists()


def test_the_same_bytes_twice_are_one_document(program, world):
    case = ok(program.post("cases/", {"route": "CN-K", "candidate": anna_json()}), 201)
    answers = []
    for _ in range(2):
        with (SAMPLES / "cv.pdf").open("rb") as file:
            answers.append(ok(program.upload(f"cases/{case['id']}/checklist/cv/documents/", file), 201)["id"])

    assert answers[0] == answers[1]
    with world.scope():
        assert Document.objects.count() == 1
