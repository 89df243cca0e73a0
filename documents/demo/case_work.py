"""The way of one sample case, in pieces that let time pass: each yields the moments at which it acts."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from cases.models import ChecklistItem
from cases.post_selectors import freshness_of
from cases.selectors import visible_case
from cases.services.changing import change_case
from cases.services.checklist import waive_item
from cases.services.deciding import sign_case
from cases.services.posts import choose_post
from documents.demo.acts import CaseActs
from documents.demo.clockwork import Story
from documents.demo.office import Office
from documents.demo.papers import Paper
from documents.demo.people import Person
from documents.demo.posts import read_again, sample_post
from documents.models import Packet, PacketState
from documents.services.packets import seal_packet
from documents.services.reviewing import request_changes
from relo.core import clock
from relo.core.actors import Actor


class CaseWork:
    """Days are counted back from today, and today itself is left alone: it is not over."""

    def __init__(self, office: Office, person: Person, today: date) -> None:
        self.office, self.person, self._today = office, person, today
        self.acts = CaseActs(office, person)
        self._zone = ZoneInfo(office.agency.time_zone)
        self._post_id: UUID | None = None

    def at(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        if days_ago < 1:
            raise ValueError("today is not over yet")
        return datetime.combine(self._today - timedelta(days=days_ago), time(hour, minute), self._zone)

    # Opening, and what becomes known

    def opened(
        self, days_ago: int, *, hand_in_in: int | None = None, reference: str = "", manager: Actor | None = None
    ) -> Story:
        """`hand_in_in`: days from today to the planned hand-in; negative where that is over."""
        yield self.at(days_ago, 9, 20)
        hand_in = None if hand_in_in is None else self._today + timedelta(days=hand_in_in)
        self.acts.open(hand_in, reference, manager or self.office.manager)

    def told(self, days_ago: int, facts: dict[str, Any] | None = None) -> Story:
        """The candidate wrote, and the case manager enters it; without `facts`, all that this person has to tell."""
        yield self.at(days_ago, 11, 5)
        told = self.person.answers if facts is None else facts
        change_case(case_id=self.acts.case_id, actor=self.office.manager, facts=told)

    def post_known(self, days_ago: int, *, hand_in_in: int) -> Story:
        yield self.at(days_ago, 11, 30)
        hand_in = self._today + timedelta(days=hand_in_in)
        self._post_id = sample_post(self.office, self.person.post, self._day()).pk
        change_case(
            case_id=self.acts.case_id, actor=self.office.manager, planned_hand_in=hand_in, post_id=self._post_id
        )

    # Single items

    def sent(self, code: str, days_ago: int, *papers: Paper, hour: int = 20) -> Story:
        """The candidate uploads; without `papers`, what this person has for it."""
        for minute, paper in enumerate(papers or self.person.papers[code], start=1):
            yield self.at(days_ago, hour, 7 * minute)
            self.acts.upload(code, paper)

    def accepted(self, code: str, days_ago: int, *, days_old: int | None = None) -> Story:
        yield self.at(days_ago, 10, 25)
        self.acts.accept([code], days_old)

    def given_back(self, code: str, days_ago: int, *, reason: str, note: str = "") -> Story:
        yield self.at(days_ago, 15, 40)
        document = self.acts.waiting([code])[0]
        request_changes(
            document_id=document.pk, reason=reason, note=note, sha256=document.sha256, actor=self.office.reviewer
        )

    def seen_on_paper(self, code: str, days_ago: int) -> Story:
        yield self.at(days_ago, 16, 10)
        self.acts.settle(ChecklistItem.objects.get(case_id=self.acts.case_id, code=code))

    def waived(self, code: str, days_ago: int, reason: str) -> Story:
        yield self.at(days_ago, 16, 30)
        waive_item(case_id=self.acts.case_id, code=code, reason=reason, actor=self.office.manager)

    # Stages

    def through(self, *stages: str, until: int, days: int = 1) -> Story:
        """Finish these stages, `days` each, so that the last is left `until` days ago."""
        left = until + days * len(stages)
        for stage in stages:
            yield from self._through(stage, since=left, until=left - days)
            left -= days

    def _through(self, stage: str, *, since: int, until: int) -> Story:
        """Papers come in the evening of the first day; everything else happens on the last."""
        minute = 0
        for code in self.acts.codes(stage):
            for paper in self.person.papers.get(code, ()):
                yield self.at(since, 19 + minute // 60, minute % 60)
                self.acts.upload(code, paper)
                minute += 6
        yield self.at(until, 10, 30)
        self.acts.accept(self.acts.codes(stage))
        yield self.at(until, 13, 50)
        while left := self.acts.open_items(stage):
            self.acts.settle(left[0])  # which may make others needless
        way_on = self.acts.way_on(stage)
        if "findings_decided" in way_on.gates:
            self.acts.decide()
        yield from self.moved(way_on.name, until)

    def decided(self, days_ago: int) -> Story:
        yield self.at(days_ago, 14, 15)
        self.acts.decide()

    def moved(self, move: str, days_ago: int, reason: str = "") -> Story:
        yield self.at(days_ago, 16, 45)
        if any(one.name == move and "post_is_fresh" in one.gates for one in self.acts.pack.moves):
            self._read_the_page_again()
        self.acts.move(move, reason)

    def _read_the_page_again(self) -> None:
        """Where it was read too long ago to hand in by it."""
        case = visible_case(self.acts.case_id, self.office.manager)
        freshness = freshness_of(case, self.acts.pack)
        if self._post_id is not None and freshness is not None and freshness.is_stale:
            read_again(self.office, self._post_id, self.person.post, self._day())
            choose_post(case_id=case.pk, post_id=self._post_id, actor=self.office.manager)

    def _day(self) -> date:
        return clock.today(self.office.agency.time_zone)

    # The second check

    def packet_built(self, days_ago: int) -> Story:
        yield self.at(days_ago, 11, 35)
        self.acts.build_packet()

    def packet_sealed(self, days_ago: int) -> Story:
        yield self.at(days_ago, 11, 50)
        packet = Packet.objects.get(case_id=self.acts.case_id, state=PacketState.READY)
        seal_packet(packet_id=packet.pk, actor=self.office.manager)

    def signed(self, days_ago: int) -> Story:
        yield self.at(days_ago, 15, 5)
        note = "Went through every page against the list and the planned day."
        sign_case(case_id=self.acts.case_id, actor=self.office.reviewer, note=note)

    def released(self, days_ago: int) -> Story:
        """Through the second check in one day."""
        yield from self.packet_built(days_ago)
        yield from self.packet_sealed(days_ago)
        yield from self.signed(days_ago)
        yield from self.moved("fill_online_form", days_ago)
