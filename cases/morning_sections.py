"""What of cases is told in the morning mail."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.attention import LOOKED_AT, editions_to_judge, told_to_staff, undecided, unsigned, waiting_for_us
from cases.changed_rules import title_of_change
from cases.mail import words_for_staff
from cases.models import (
    Appointment,
    AppointmentState,
    Case,
    ChecklistItem,
    ItemState,
    Mail,
    MailState,
    PostEdition,
    Reminder,
    ReminderAudience,
    ReminderState,
    SkipReason,
)
from cases.morning import LINES, MorningLine, MorningSection, Reader, line, section, waited
from cases.packs import in_force, pack_of_case
from cases.pauses import MOST_PER_ITEM, pause_on, pauses_about, pauses_of_agency
from cases.post_selectors import current_editions, days_kept
from cases.routes.overlays import fresh_until
from cases.rule_selectors import changes_waiting
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.languages import in_language, is_chinese
from relo.desk.wording import day_in_words
from relo.outbox.models import OutboxMessage

SOON = timedelta(days=7)
MANY = 3  # cases that want the same of the agency
LATELY = timedelta(days=3)  # a mail that failed is told over a weekend, and not for ever
WAITS = (ItemState.REQUESTED, ItemState.STARTED, ItemState.CHANGES_REQUESTED)


def by_rules(reader: Reader) -> MorningSection | None:
    """What the route asks of the agency."""
    if not reader.works_on_cases:
        return None
    rows = told_to_staff(reader.cases, ReminderAudience.MANAGER)
    return section(_("To do by the rules of the route"), _told(reader, rows, "agency"), _reminders())


def not_done(reader: Reader) -> MorningSection | None:
    """The candidate was reminded, and it is open still."""
    if not reader.works_on_cases:
        return None
    rows = told_to_staff(reader.cases, ReminderAudience.MANAGER)
    return section(_("Still not done, although reminded of"), _told(reader, rows, "candidate"), _reminders())


def not_done_for_long(reader: Reader) -> MorningSection | None:
    """The case manager was told, and it is open still: of all cases."""
    if not reader.is_administrator:
        return None
    rows = told_to_staff(reader.visible_cases, ReminderAudience.ADMINISTRATORS)
    title = _("Not done for long: the case manager was told before you")
    return section(title, _told(reader, rows, "agency", "candidate"), _reminders())


def deadlines(reader: Reader) -> MorningSection | None:
    """What ends within a week: the planned hand-in, papers that lapse before it, appointments."""
    if not reader.works_on_cases:
        return None
    last = reader.today + SOON
    days = [*_hand_ins(reader, last), *_lapses(reader, last), *_appointments(reader)]
    lines = [
        line(day_in_words(day), case.reference, what, path=_of(case)) for day, case, what in sorted(days, key=_day)
    ]
    return section(_("In the next seven days"), lines)


def to_decide(reader: Reader) -> MorningSection | None:
    if not reader.actor.may(Permission.DECIDE_FINDINGS):
        return None
    return section(
        _("To decide"),
        [
            line(
                case.reference,
                ngettext("%(count)s rule", "%(count)s rules", count) % {"count": count},
                path=_of(case, "findings"),
            )
            for case, count in undecided(reader.cases).cases
        ],
        reverse("admin:index"),
    )


def to_sign(reader: Reader) -> MorningSection | None:
    """Whoever signs is a second person: the cases need not be theirs."""
    if not reader.actor.may(Permission.SIGN_CASES):
        return None
    cases = unsigned(reader.visible_cases, reader.actor)[:LOOKED_AT]
    lines = [line(case.reference, waited(case.stage_entered_at), path=_of(case, "signature")) for case in cases]
    return section(_("To sign as the second person"), lines, reverse("admin:index"))


def new_rules(reader: Reader) -> MorningSection | None:
    if not (reader.works_on_cases and reader.actor.may(Permission.VIEW_ROUTES)):
        return None
    lines = [
        line(
            in_language(title_of_change(one.change)),
            ngettext("%(count)s case", "%(count)s cases", one.cases) % {"count": one.cases},
            path=reverse("admin:cases_rulechange_change", args=[one.change.pk]),
        )
        for one in changes_waiting(reader.actor, reader.today, reader.cases)
    ]
    return section(_("New rules to decide on"), lines, reverse("admin:cases_rulechange_changelist"))


def editions(reader: Reader) -> MorningSection | None:
    if not reader.actor.may(Permission.EDIT_ROUTES):
        return None
    lines = [
        MorningLine(str(version), reverse("admin:cases_routeversion_change", args=[version.pk]))
        for version in editions_to_judge(reader.actor)
    ]
    return section(_("Editions to publish"), lines, reverse("admin:index"))


def used_up(reader: Reader) -> MorningSection | None:
    """Asked for six times and still open: another mail will not help."""
    if not reader.works_on_cases:
        return None
    told = Q(reminders__state__in=[ReminderState.MAILED, ReminderState.UNKNOWN])
    items = ChecklistItem.objects.filter(case__in=reader.cases, state__in=WAITS)
    counted = items.annotate(told=Count("reminders", filter=told)).filter(told__gte=MOST_PER_ITEM)
    by_case: dict[Case, int] = {}
    for item in counted.select_related("case").order_by("case__updated_at", "id"):
        by_case[item.case] = by_case.get(item.case, 0) + 1
    of_no_item = Reminder.objects.filter(
        case__in=reader.cases, item=None, skip_reason=SkipReason.CAPPED, due_at__gt=clock.now() - SOON
    )
    for reminder in of_no_item.select_related("case").order_by("due_at", "id"):
        by_case.setdefault(reminder.case, 1)
    things = "%(count)s thing is still open", "%(count)s things are still open"
    lines = [
        line(case.reference, ngettext(*things, count) % {"count": count}, path=_of(case, "reminders"))
        for case, count in by_case.items()
    ]
    return section(_("Asked for six times, and no further by mail"), lines, _reminders())


def mails_in_trouble(reader: Reader) -> MorningSection | None:
    if not reader.works_on_cases:
        return None
    lately = Mail.objects.filter(candidate=OuterRef("candidate"), created_at__gt=clock.now() - LATELY)
    cases = reader.cases.annotate(
        has_failed=Exists(lately.filter(state__in=[MailState.FAILED, MailState.BOUNCED])),
        is_unsure=Exists(lately.filter(state=MailState.UNKNOWN)),
    ).filter(Q(has_failed=True) | Q(is_unsure=True) | Q(candidate__address_failed_at__isnull=False))
    lines = []
    for case in cases.order_by("updated_at", "id")[:LOOKED_AT]:
        if case.candidate.address_failed_at is not None:
            what = _("the e-mail address does not work")
        else:
            what = _("a mail failed") if case.has_failed else _("nobody knows whether a mail arrived")
        lines.append(line(case.reference, what, path=_of(case, "reminders")))
    return section(_("Mail that did not arrive"), lines, _reminders())


def stale_posts(reader: Reader) -> MorningSection | None:
    """Pages of consulates that cases in one's charge rely on, and that were read too long ago."""
    if not (reader.works_on_cases and reader.actor.may(Permission.VIEW_ROUTES)):
        return None
    in_use = reader.cases.filter(post_edition__isnull=False).order_by().values("post_edition__post")
    newest: dict[tuple[UUID, str], PostEdition] = {}
    for edition in current_editions().filter(post__in=in_use).select_related("post"):
        newest.setdefault((edition.post_id, edition.route_code), edition)
    kept, lines = days_kept(), []
    for edition in newest.values():
        until = fresh_until(in_force(edition.pk).overlay, kept.get(edition.route_code))
        if until < reader.today:
            counted = _("counted until %(day)s") % {"day": day_in_words(until)}
            name = edition.post.name_zh if is_chinese() else edition.post.name_en
            lines.append(line(name, counted, path=reverse("admin:cases_post_change", args=[edition.post_id])))
    return section(_("Pages of consulates to read again"), lines, reverse("admin:cases_post_changelist"))


def our_turn(reader: Reader) -> MorningSection | None:
    """The longest waiting first; what else is said of them stands in the sections above."""
    if not reader.works_on_cases:
        return None
    waiting = waiting_for_us(reader.cases)
    lines = [line(case.reference, waited(case.updated_at), path=_of(case)) for case in waiting[:LINES]]
    whole_list = f"{reverse('admin:cases_case_changelist')}?whose_turn=agency"
    return MorningSection(_("Our turn"), waiting.order_by().count(), lines, whole_list)


def work_given_up(reader: Reader) -> MorningSection | None:
    """What relo tried for hours and could not do."""
    if not reader.is_administrator:
        return None
    dead = OutboxMessage.objects.filter(agency_id=reader.agency.pk, dead_at__isnull=False)
    path = reverse("admin:outbox_outboxmessage_changelist")
    kinds = dead.order_by("handler").values_list("handler").annotate(count=Count("pk"))
    return section(
        _("Work in the background that failed for good"),
        [
            line(handler, ngettext("%(count)s time", "%(count)s times", n) % {"count": n}, path=path)
            for handler, n in kinds
        ],
        path,
    )


def _told(reader: Reader, rows: Iterable[Reminder], *wanted: str) -> list[MorningLine]:
    """One line a thing; what a rule asks of the agency in many cases is one line for all."""
    pauses, lines = pauses_of_agency(reader.today), []
    asked_of_us: dict[str, list[MorningLine]] = {}
    last_of_each = {(row.case_id, row.rule, row.item_id): row for row in rows}
    for row in last_of_each.values():
        pack = pack_of_case(row.case)
        rule = next((one for one in pack.reminders if one.code == row.rule), None)
        about = pauses_about(row.case.candidate_id, pauses)
        pause = pause_on(row.case_id, row.rule, about, reminder_id=row.pk)
        if rule is None or rule.to not in wanted or pause is not None:
            continue
        what = words_for_staff(rule, row.item.code if row.item else "", pack)
        one = line(row.case.reference, what, path=_of(row.case, "reminders"))
        if rule.to == "agency":
            asked_of_us.setdefault(what, []).append(one)
        else:
            lines.append(one)
    for what, same in asked_of_us.items():
        cases = ngettext("%(count)s case", "%(count)s cases", len(same)) % {"count": len(same)}
        lines += same if len(same) < MANY else [line(what, cases, path=_reminders())]
    return lines


Dated = tuple[date, Case, str]


def _day(dated: Dated) -> tuple[date, str]:
    return dated[0], dated[1].reference


def _hand_ins(reader: Reader, last: date) -> list[Dated]:
    cases = reader.cases.filter(planned_hand_in__range=(reader.today, last)).order_by("planned_hand_in", "id")
    found: list[Dated] = []
    for case in cases[:LOOKED_AT]:
        if case.planned_hand_in is not None and not _is_handed_in(case):
            found.append((case.planned_hand_in, case, _("planned hand-in")))
    return found


def _lapses(reader: Reader, last: date) -> list[Dated]:
    """Which paper it is stands on the page of the case."""
    items = ChecklistItem.objects.filter(
        case__in=reader.cases, state=ItemState.ACCEPTED, valid_until__range=(reader.today, last)
    )
    days = items.order_by("valid_until", "case").values_list("valid_until", "case").distinct()[:LOOKED_AT]
    cases = reader.cases.in_bulk({case_id for _day_, case_id in days})
    return [
        (day, cases[case_id], _("a paper lapses"))
        for day, case_id in days
        if day is not None and case_id in cases and not _is_handed_in(cases[case_id])
    ]


def _appointments(reader: Reader) -> list[Dated]:
    """The day is that of the place."""
    planned = Appointment.objects.filter(case__in=reader.cases, state=AppointmentState.PLANNED)
    soon = planned.filter(at__range=(clock.now(), clock.now() + SOON)).select_related("case").order_by("at", "id")
    return [
        (one.at.astimezone(ZoneInfo(one.time_zone)).date(), one.case, f"{_('appointment')}, {one.local_time}")
        for one in soon[:LOOKED_AT]
    ]


def _is_handed_in(case: Case) -> bool:
    codes = [stage.code for stage in pack_of_case(case).stages]
    return "hand_in" in codes and codes.index(case.stage) > codes.index("hand_in")


def _of(case: Case, anchor: str = "") -> str:
    url = reverse("admin:cases_case_change", args=[case.pk])
    return f"{url}#{anchor}" if anchor else url


def _reminders() -> str:
    return f"{reverse('admin:cases_reminder_changelist')}?which=staff"
