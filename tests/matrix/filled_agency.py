"""An agency with a row of everything, each text of it marked: whoever sees a mark sees where it came from."""

import io
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from cases.models import (
    Attempt,
    BounceKind,
    Case,
    CaseChange,
    ChangeDecision,
    ChangeMessage,
    FreshnessWaiver,
    Mail,
    MailBounce,
    MorningMail,
    Outcome,
    PageField,
    PassportProposal,
    Post,
    PostEdition,
    Reminder,
    ReminderPause,
    RouteVersion,
    RuleChange,
    Signature,
)
from cases.models.mail import MailKind
from cases.packs import pack_of_case
from cases.records import KINDS, records_of
from cases.services import post_editions
from cases.services.assigning import assign_member
from cases.services.attempting import ask_visa
from cases.services.checklist import settle_item, waive_item
from cases.services.deciding import decide_finding
from cases.services.editing import draft_edition
from cases.services.holding import hold_case
from cases.services.opening import open_case
from cases.services.passports import renew_passport
from cases.services.pausing import pause_reminders
from cases.services.post_editions import NewPost, add_post, publish_edition, submit_edition
from cases.services.posts import choose_post
from cases.services.process import add_record
from cases.services.publishing import send_back, send_to_review
from cases.services.putting_off import put_off_reminder
from cases.services.reminding import plan_reminders
from documents.models import Answer, Document, DocumentAccess, Packet, PacketState, PacketVolume, PostCopy, Purpose
from documents.services.packet_choices import choose_for_packet
from documents.services.packet_inputs import packet_inputs
from documents.services.reviewing import request_changes
from documents.services.uploading import upload_document
from relo.accounts.models import Agency, ApiToken, Membership, StaffSession
from relo.accounts.roles import Role, TokenScope, Visibility
from relo.accounts.services import actor_of_user, add_member, issue_token
from relo.api.models import IdempotentReply
from relo.core import clock, storage
from relo.core.actors import Actor, system_actor
from relo.core.scoping import agency_scope
from relo.outbox.models import OutboxMessage
from relo.portal.models import PortalSession
from relo.portal.sessions import start_session
from tests.case_steps import of_page, page_says, records_with
from tests.conftest import PASSWORD, Member, anna
from tests.days import in_days

SAMPLES = Path(__file__).resolve().parents[2] / "documents" / "samples"


@dataclass(frozen=True)
class Filled:
    """`mark` stands in every text of the agency, `person_mark` in every text about its first candidate."""

    mark: str
    person_mark: str
    agency: Agency
    members: dict[str, Member]
    case: Case
    other_case: Case
    document: Document
    packet: Packet
    post: Post
    edition: PostEdition
    copy: PostCopy
    token: ApiToken
    secrets: dict[str, str]
    message: OutboxMessage
    records: dict[str, str]
    change: RuleChange
    draft: RouteVersion
    portal_session: int
    staff_session: int

    def ids(self) -> dict[str, str]:
        """What stands in addresses, by the name of the placeholder; `object_id` by the model's name."""
        return {
            "case_id": str(self.case.pk),
            "document_id": str(self.document.pk),
            "packet_id": str(self.packet.pk),
            "post_id": str(self.post.pk),
            "edition_id": str(self.edition.pk),
            "copy_id": str(self.copy.pk),
            "page": "1",
            "token_id": str(self.token.pk),
            "membership_id": str(Membership.objects.get(user=self.members["second"].user).pk),
            "message_id": str(self.message.pk),
            "candidate_id": str(self.case.candidate_id),
            "user_id": str(self.members["reviewer"].user.pk),
            "session_id": str(self.portal_session),
            "staff_session": str(self.staff_session),
            "passkey_id": "99999999",  # nobody here has one
            "code": "cv",
            "paper": "data-sheet",
            "rule": "K-AGE",
            "token": "x" * 43,
            "candidate": str(self.case.candidate_id),
            "case": str(self.case.pk),
            "document": str(self.document.pk),
            "packet": str(self.packet.pk),
            "post": str(self.post.pk),
            "apitoken": str(self.token.pk),
            "membership": str(Membership.objects.get(user=self.members["second"].user).pk),
            "outboxmessage": str(self.message.pk),
            "routeversion": str(self.case.route_version_id),
            "kind": "status",
            "move_name": "withdraw",
            "record_id": self.records["status"],
            **{f"{kind}_id": record_id for kind, record_id in self.records.items()},
            "rulechange": str(self.change.pk),
            "change_id": str(self.change.pk),
            "group_key": GROUP,
            "version_id": str(self.draft.pk),
            "section": "requirements",
            "part": "cv",
        }


def missing_ids(present: dict[str, str]) -> dict[str, str]:
    """The same shapes, of rows that nobody has."""
    numbers = {name for name, value in present.items() if value.isdigit()}
    uuids = {name for name, value in present.items() if _is_uuid(value)}
    return present | dict.fromkeys(numbers, "99999999") | {name: str(uuid4()) for name in uuids}


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


ROLES = {
    "administrator": Role.ADMINISTRATOR,
    "manager": Role.CASE_MANAGER,
    "second": Role.CASE_MANAGER,
    "reviewer": Role.REVIEWER,
    "rules_editor": Role.RULES_EDITOR,
    "read_only": Role.READ_ONLY,
    "employer_contact": Role.EMPLOYER_CONTACT,
    "guest": Role.GUEST,
    "disabled": Role.ADMINISTRATOR,
    "ended": Role.GUEST,
}


ASSIGNED = ("reviewer", "rules_editor", "read_only", "guest")


def fill_agency(code: str) -> Filled:
    mark, person = f"{code}MARK", f"{code}PERSON"
    agency = Agency.objects.create(
        name=f"{mark} Ltd", code=code, contact_email=f"{mark}@example.org", requires_second_factor=False
    )
    members = {name: _member(agency, mark, name, role) for name, role in ROLES.items()}
    _end(members)
    with agency_scope(agency.pk):
        actor = members["manager"].actor
        case = _open(person, actor, members["manager"])
        other = _open(f"{mark}OTHER", actor, members["manager"])
        for name in ASSIGNED:
            assign_member(case_id=case.pk, user_id=members[name].user.pk, actor=actor)
        post, edition = _post(mark, members)
        copy = _copy(edition, mark)
        choose_post(case_id=case.pk, post_id=post.pk, actor=actor)
        case.refresh_from_db()
        document = _upload(case, person, actor)
        _write_everything(case, person, actor)
        packet = _packet(case, person)
        _around(packet, document, person, actor)
        _write_what_follows(case, document, person, members["manager"])
        tokens = {name: _token(agency, mark, name, *may) for name, may in TOKENS.items()}
        secrets = {name: secret for name, (_row, secret) in tokens.items()}
        _end_tokens({name: row for name, (row, _secret) in tokens.items()})
        row = tokens["write"][0]
        IdempotentReply.objects.create(
            token=row, key=mark, request_sha256="0", status=201, body={"note": person}, created_at=clock.now()
        )
        change = _rule_change(case, person, mark, actor)
        draft = _draft(case, mark, members["rules_editor"].actor)
        now = clock.now()
        message = OutboxMessage.objects.create(
            agency=agency, queue="mail", handler=mark, key=mark, due_at=now, dead_at=now, last_error=mark
        )
        MorningMail.objects.create(
            user=members["manager"].user, local_day=now.date(), state="failed", error=mark, created_at=now
        )
        records = {kind.code: str(records_of(case, kind).get().pk) for kind in KINDS.values()}
        records["proposal"] = str(PassportProposal.objects.get(case=case).pk)
        records["pause"] = str(ReminderPause.objects.get(case=case, reminder=None).pk)
        records["reminder"] = str(Reminder.objects.filter(case=case, state="planned").earliest("due_at").pk)
    # From now on a case is shown to those who work on it: the "second" manager is not among them.
    Agency.objects.filter(pk=agency.pk).update(visibility=Visibility.ASSIGNED)
    return Filled(
        mark,
        person,
        agency,
        members,
        case,
        other,
        document,
        packet,
        post,
        edition,
        copy,
        row,
        secrets,
        message,
        records,
        change,
        draft,
        *_signed_in(case, members["manager"]),
    )


def _signed_in(case: Case, manager: Member) -> tuple[int, int]:
    """A session of the candidate, and one of the manager."""
    start_session(agency_id=case.agency_id, candidate_id=case.candidate_id)
    manager.client().get("/admin/")
    return PortalSession.objects.latest("pk").pk, StaffSession.objects.latest("pk").pk


def _member(agency: Agency, mark: str, name: str, role: Role) -> Member:
    membership = add_member(
        agency_id=agency.pk,
        email=f"{name}@{mark.lower()}.example",
        full_name=f"{mark} {name}",
        role=role,
        password=PASSWORD,
        ends_on=in_days(30) if role == Role.GUEST else None,
        actor=system_actor("tests"),
    )
    actor = actor_of_user(membership.user)
    assert actor is not None
    return Member(membership.user, actor)


def _end(members: dict[str, Member]) -> None:
    Membership.objects.filter(user=members["disabled"].user).update(is_active=False)
    Membership.objects.filter(user=members["ended"].user).update(ends_on=in_days(-2))


def _post(mark: str, members: dict[str, Member]) -> tuple[Post, PostEdition]:
    """One edition in force, and one that is being written."""
    editor, administrator = members["rules_editor"].actor, members["administrator"].actor
    new = NewPost("consulate", f"{mark} consulate", f"{mark} 领事馆", "UTO", f"{mark} City", "UTC")
    post = add_post(new=new, actor=editor)
    words = of_page(answer=True, text={"en": f"{mark} by post", "zh": f"{mark} 预约"})
    content = page_says("police", source_url=f"https://example.org/{mark}", appointment=words)
    first = post_editions.draft_edition(post_id=post.pk, route_code="CN-K", content=content, actor=editor)
    submit_edition(edition_id=first.pk, actor=editor)
    publish_edition(edition_id=first.pk, seen=first.content_sha256, actor=administrator)
    return post, post_editions.draft_edition(post_id=post.pk, route_code="CN-K", content=content, actor=editor)


def _copy(edition: PostEdition, mark: str) -> PostCopy:
    blob = storage.put(io.BytesIO(f"%PDF-1.7 {mark}".encode()))
    return PostCopy.objects.create(
        post_edition=edition,
        file_name=f"{mark}.pdf",
        kind="pdf",
        blob_key=blob.key,
        sha256=blob.sha256,
        size=blob.size,
        pages=1,
        uploaded_by=f"staff:{mark}",
        uploaded_at=clock.now(),
    )


def _open(mark: str, actor: Actor, manager: Member) -> Case:
    known = anna().facts
    person = anna(
        given_names=f"{mark} given",
        family_name=f"{mark} family",
        chinese_name=f"{mark} 名",
        email=f"{mark}@example.org",
        passport_number=f"{mark[:12]}9",
        facts={**known, "passport": {**known["passport"], "authority": f"{mark} office"}},
    )
    return open_case(
        route_code="CN-K", candidate=person, actor=actor, external_ref=f"{mark} ref", manager_id=manager.user.pk
    )


def _upload(case: Case, mark: str, actor: Actor) -> Document:
    """Two documents: one given back with a note, one that waits."""
    with (SAMPLES / "passport-data-page.jpg").open("rb") as file:
        first = upload_document(case_id=case.pk, code="passport", file=file, file_name=f"{mark}.jpg", actor=actor)
    request_changes(document_id=first.pk, reason="illegible", note=f"{mark} given back", actor=actor)
    with (SAMPLES / "cv.pdf").open("rb") as file:
        return upload_document(case_id=case.pk, code="cv", file=file, file_name=f"{mark}.pdf", actor=actor)


def _write_everything(case: Case, mark: str, actor: Actor) -> None:
    settle_item(
        case_id=case.pk,
        code="post_page_read",
        note=f"{mark} settled",
        on=clock.today(case.agency.time_zone),
        url=f"https://example.org/{mark}",
        actor=actor,
    )
    waive_item(case_id=case.pk, code="photo_paper", reason=f"{mark} waived for a reason", actor=actor)
    decide_finding(case_id=case.pk, rule="K-AGE", go_ahead=True, reason=f"{mark} decided", actor=actor)
    Attempt.objects.create(
        case=case, number=1, outcome=Outcome.REFUSED, ended_on=in_days(0), ended_at=clock.now(),
        post=f"{mark} post", reason=f"{mark} refused", papers=[{"code": f"{mark} paper"}],
        facts=json.dumps({"offer": {"employer": f"{mark} employer"}}),
    )  # fmt: skip
    Attempt.objects.create(case=case, number=2)
    ask_visa(case_id=case.pk, visa_class="K", entries=2, stay_days=30, actor=actor)
    renew_passport(
        case_id=case.pk, number=f"{mark[:12]}8", issued_on=in_days(0), expires_on=in_days(3000),
        authority=f"{mark} office", actor=actor,
    )  # fmt: skip
    PassportProposal.objects.create(
        case=case, field=PageField.FAMILY_NAME, told=f"{mark} in the passport", known=f"{mark} in the case",
        proposed_by="staff:0", proposed_at=clock.now(),
    )  # fmt: skip
    hold_case(case_id=case.pk, reason=f"{mark} rests for a reason", actor=actor)
    for kind, values in records_with(mark, clock.today(case.agency.time_zone)).items():
        add_record(case_id=case.pk, kind=kind, values=values, actor=actor)


def _write_what_follows(case: Case, document: Document, mark: str, manager: Member) -> None:
    """What other acts and the workers leave behind."""
    now = clock.now()
    plan_reminders(case_id=case.pk, actor=system_actor("tests"))
    pause_reminders(case_id=case.pk, rule="R-PHOTO", reason=f"{mark} rests for a while", actor=manager.actor)
    put_off_reminder(
        case_id=case.pk,
        reminder_id=Reminder.objects.filter(case=case, state="planned").latest("due_at").pk,
        days=3,
        reason=f"{mark} is put off for a while",
        actor=manager.actor,
    )
    Signature.objects.create(
        case=case, stage_entered_at=now, signed_by=manager.user, signed_at=now, note=f"{mark} signed"
    )
    FreshnessWaiver.objects.create(
        case=case,
        post_edition=PostEdition.objects.get(cases=case),
        stage_entered_at=now,
        reason=f"{mark} went on",
        waived_by=manager.user,
        waived_at=now,
    )
    mail = Mail.objects.create(
        candidate=case.candidate, case=case, kind=MailKind.REMINDER, language="en", local_day=now.date(), created_at=now
    )
    MailBounce.objects.create(candidate=case.candidate, mail=mail, kind=BounceKind.SOFT, at=now, heard_at=now)
    DocumentAccess.objects.create(
        case=case,
        document=document,
        actor_kind="staff",
        actor_ref=str(manager.user.pk),
        purpose=Purpose.VIEW,
        at=now,
        reason=f"{mark} reason",
    )


GROUP = "abcdef0123456789"


def _rule_change(case: Case, person: str, mark: str, actor: Actor) -> RuleChange:
    """Decided for this case with a reason, and told of."""
    now = clock.now()
    change = RuleChange.objects.create(route_version=case.route_version, made_at=now, computed_at=now, cases_done=1)
    decision = ChangeDecision.objects.create(
        change=change, group_key=GROUP, case=case, choice="keep", reason=f"{person} kept", keep_until=in_days(0),
        decided_by=f"staff:{actor.ref}", decided_at=now, done_at=now,
    )  # fmt: skip
    CaseChange.objects.create(
        change=change, case=case, from_version=case.route_version, group_key=GROUP, state="kept", decision=decision,
        effects=[{"kind": "item_added", "subject": f"{mark}", "detail": []}], computed_at=now,
    )  # fmt: skip
    ChangeMessage.objects.create(
        change=change, group_key=GROUP, text_en=f"{mark} told", text_zh=f"{mark} 告知", sent_by=f"staff:{actor.ref}",
        sent_at=now,
    )  # fmt: skip
    return change


def _draft(case: Case, mark: str, actor: Actor) -> RouteVersion:
    """Sent on and back, so that somebody wrote to it; it can be edited again."""
    draft = draft_edition(based_on=case.route_version_id, edition="2026-12-01", actor=actor)
    send_to_review(version_id=draft.pk, note=f"{mark} sent on", actor=actor)
    return send_back(version_id=draft.pk, reason=f"{mark} sent back", actor=actor)


def _around(packet: Packet, document: Document, mark: str, actor: Actor) -> None:
    """What was chosen for the packet, and a further part of it."""
    choose_for_packet(document_id=document.pk, printed_name=f"{mark} printed", actor=actor)
    given_back = Document.objects.get(case=document.case_id, item__code="passport")
    choose_for_packet(document_id=given_back.pk, left_out_reason=f"{mark} left out for a reason", actor=actor)
    PacketVolume.objects.create(
        packet=packet, number=2, blob_key=packet.blob_key, sha256="0", size=1, pages=1, manifest={"candidate": mark}
    )


def _packet(case: Case, mark: str) -> Packet:
    blob = storage.put(io.BytesIO(f"%PDF-1.7 {mark}".encode()))
    return Packet.objects.create(
        case=case,
        number=1,
        state=PacketState.READY,
        inputs=packet_inputs(
            case, pack_of_case(case), number=1, printed_on=in_days(0), most_pages=None, most_bytes=None
        ).to_json(),
        fingerprint="0",
        blob_key=blob.key,
        sha256=blob.sha256,
        size=blob.size,
        pages=1,
        manifest={"candidate": mark, "parts": []},
        warnings=[{"code": "x", "document_id": None, "en": f"{mark} warning", "zh": f"{mark} warning"}],
        copy_key=blob.key,
        copy_size=blob.size,
        asked_at=clock.now(),
        answer=Answer.ERROR,
        answer_note=f"{mark} answer",
        sealed_despite=f"{mark} despite",
        answered_at=clock.now(),
        handed_in_on=in_days(0),
        handed_in_by=f"staff:{mark}",
        handed_in_where=f"{mark} where",
        receipt=f"{mark} receipt",
        requested_by=f"staff:{mark}",
        requested_at=clock.now(),
        built_at=clock.now(),
    )


EVERYTHING = tuple(TokenScope)
TOKENS = {
    "write": (Role.CASE_MANAGER, EVERYTHING),
    "read": (Role.CASE_MANAGER, (TokenScope.READ,)),
    "nothing": (Role.EMPLOYER_CONTACT, EVERYTHING),
    "expired": (Role.CASE_MANAGER, EVERYTHING),
    "revoked": (Role.CASE_MANAGER, EVERYTHING),
}


def _token(agency: Agency, mark: str, name: str, role: Role, scopes: tuple[TokenScope, ...]) -> tuple[ApiToken, str]:
    return issue_token(
        agency_id=agency.pk,
        name=f"{mark} {name}",
        role=role,
        scopes=scopes,
        expires_at=clock.now() + timedelta(days=30),
        actor=system_actor("tests"),
    )


def _end_tokens(rows: dict[str, ApiToken]) -> None:
    now = clock.now()
    ApiToken.objects.filter(pk=rows["expired"].pk).update(expires_at=now - timedelta(seconds=1))
    ApiToken.objects.filter(pk=rows["revoked"].pk).update(revoked_at=now)
