"""Single acts on one sample case, each through its service, at whatever moment the clock says."""

from datetime import date, timedelta
from uuid import UUID

from cases.models import ChecklistItem
from cases.packs import pack_of_case
from cases.routes.schema import Move, Pack, Requirement
from cases.selectors import findings_of, visible_case
from cases.services.checklist import settle_item
from cases.services.deciding import decide_finding
from cases.services.moving import move_case
from cases.services.opening import open_case
from documents.demo.office import Office
from documents.demo.papers import Paper
from documents.demo.people import Person
from documents.demo.words import DECISIONS, HANDED_OVER, OTHER_DECISION, OTHER_STEP, PAPER_SEEN, STEP_NOTES
from documents.models import Document, DocumentState, Packet, PacketState
from documents.services.packets import request_packet
from documents.services.reviewing import accept_document
from documents.services.uploading import upload_document
from relo.accounts.roles import CANDIDATE_PERMISSIONS
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.outbox import relay
from relo.outbox.models import Queue

ROUTE = "CN-K"
USUAL_AGE = 12


class CaseActs:
    def __init__(self, office: Office, person: Person) -> None:
        self.office, self.person = office, person
        self._opened: tuple[UUID, UUID, Pack] | None = None  # the case, its candidate, its route's rules

    @property
    def case_id(self) -> UUID:
        return self._known[0]

    @property
    def pack(self) -> Pack:
        return self._known[2]

    @property
    def _known(self) -> tuple[UUID, UUID, Pack]:
        if self._opened is None:
            raise LookupError("this case is not opened yet")
        return self._opened

    def open(self, planned_hand_in: date | None, external_ref: str, manager: Actor) -> None:
        case = open_case(
            route_code=ROUTE,
            candidate=self.person.new,
            actor=self.office.manager,
            external_ref=external_ref,
            planned_hand_in=planned_hand_in,
            manager_id=int(manager.ref),
        )
        self._opened = (case.pk, case.candidate_id, pack_of_case(case))

    def codes(self, stage: str) -> list[str]:
        return [row.code for row in self.pack.requirements if row.stage == stage]

    def way_on(self, stage: str) -> Move:
        return next(move for move in self.pack.moves if move.source == stage and move.kind == "forward")

    def open_items(self, stage: str) -> list[ChecklistItem]:
        """Answers are left out: they are settled by the facts."""
        items = ChecklistItem.objects.filter(case_id=self.case_id, code__in=self.codes(stage)).order_by("position")
        return [item for item in items if not item.is_settled and item.kind != "answer"]

    def waiting(self, codes: list[str]) -> list[Document]:
        ready = Document.objects.filter(case_id=self.case_id, item__code__in=codes, state=DocumentState.READY)
        return list(ready.select_related("item").order_by("item__position", "version"))

    def upload(self, code: str, paper: Paper) -> None:
        case_id, candidate_id, _pack = self._known
        candidate = Actor(ActorKind.CANDIDATE, str(candidate_id), self.office.agency.pk, CANDIDATE_PERMISSIONS)
        with paper.open() as file:
            upload_document(case_id=case_id, code=code, file=file, file_name=paper.sent_as, actor=candidate)

    def accept(self, codes: list[str], days_old: int | None = None) -> None:
        """Accept what waits; `days_old`: the age of the document, where it is not that of the paper."""
        ages = {paper.sent_as: paper.days_old for papers in self.person.papers.values() for paper in papers}
        for document in self.waiting(codes):
            age = ages.get(document.file_name, USUAL_AGE) if days_old is None else days_old
            requirement = self.pack.requirement(document.item.code)
            issued_on, expires_on = self._dates(requirement, age)
            accept_document(
                document_id=document.pk,
                sha256=document.sha256,
                issued_on=issued_on,
                expires_on=expires_on,
                actor=self.office.manager if requirement.is_restricted else self.office.reviewer,
            )

    def settle(self, item: ChecklistItem) -> None:
        requirement = self.pack.requirement(item.code)
        issued_on, expires_on = self._dates(requirement, USUAL_AGE)
        settle_item(
            case_id=self.case_id,
            code=item.code,
            actor=self.office.manager,
            note=self._note(requirement),
            on=self._today() if "date" in requirement.asks_for else None,
            url=self.person.page if "url" in requirement.asks_for else "",
            issued_on=issued_on,
            expires_on=expires_on,
        )

    def decide(self) -> None:
        """Go ahead with every finding that stops the case and waits for a person."""
        case = visible_case(self.case_id, self.office.manager)
        for row in findings_of(case, self.pack):
            finding = row.finding
            if finding.result == "needs_review" and finding.severity == "blocks" and row.decision is None:
                decide_finding(
                    case_id=case.pk,
                    rule=finding.code,
                    go_ahead=True,
                    reason=DECISIONS.get(finding.code, OTHER_DECISION),
                    actor=self.office.manager,
                )

    def move(self, name: str, reason: str = "") -> None:
        move_case(case_id=self.case_id, move_name=name, reason=reason, actor=self.office.manager)

    def build_packet(self) -> None:
        packet: Packet = request_packet(case_id=self.case_id, actor=self.office.manager)
        relay.drain(Queue.PACKETS)
        packet.refresh_from_db()
        if packet.state != PacketState.READY:
            raise RuntimeError(f"the packet of {self.person.new.email} is {packet.state}: {packet.failure}")

    def _dates(self, requirement: Requirement, days_old: int) -> tuple[date | None, date | None]:
        """Issued on and expires on, as far as the validity of the requirement hangs on them."""
        life = requirement.shelf_life
        if life is None:
            return None, None
        if life.counts_from == "issued_on":
            return self._today() - timedelta(days=days_old), None
        return None, self.person.expiry_of(requirement.code)

    def _note(self, requirement: Requirement) -> str:
        if requirement.kind == "document":
            return PAPER_SEEN
        if requirement.kind == "physical":
            return HANDED_OVER
        return STEP_NOTES.get(requirement.code, OTHER_STEP)

    def _today(self) -> date:
        return clock.today(self.office.agency.time_zone)
