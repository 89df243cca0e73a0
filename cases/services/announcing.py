"""Telling the candidates of a group what changes for them: a draft in both languages, sent by a person's click."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.mail import OPEN_TO_ALL
from cases.models import Case, CaseChange, ChangeMessage, ChangeState, Mail, MailKind, MailState, RuleChange
from cases.routes.former import every_requirement
from cases.routes.impact import Effect
from cases.routes.impact_words import effect_in_words
from cases.routes.schema import Pack
from cases.routes.values import Text
from cases.selectors import cases_visible_to
from cases.services.gathering import SEND
from cases.services.locking import name_of
from cases.snapshots import effect_from
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from relo.outbox.service import put
from relo.portal.access import withdrawn_among

AT_MOST = 500  # by one click; the next click takes the next ones
LONGEST = 4000
# What a candidate notices; findings and reminders are the agency's business.
_TOLD = ("item_", "document_", "accepted_")

OPENING = Text(
    en="The rules for your application have changed. For you this means:",
    zh="您所申请签证的相关规定有变化。对您而言：",
)
CLOSING = Text(
    en="Sign in to see your list as it stands now. If anything is unclear, write to us.",
    zh="请登录查看最新清单。如有疑问，请与我们联系。",
)
UNNAMED = Text(en="One of your papers is affected.", zh="您的一份材料受到影响。")
NOTHING = Text(en="Nothing is asked of you for now.", zh="目前无需您办理任何事项。")


def draft_message(row: CaseChange, old: Pack, new: Pack) -> Text:
    """From the effect that the group shares. A paper that is not open to all is not named."""
    told = [effect_from(stored) for stored in row.effects]
    lines = [_line(effect, old, new) for effect in told if effect.kind.startswith(_TOLD)]
    lines = [line for at, line in enumerate(lines) if line not in lines[:at]] or [NOTHING]
    en = "\n".join([OPENING.en, "", *(f"– {line.en}" for line in lines), "", CLOSING.en])
    zh = "\n".join([OPENING.zh, "", *(f"– {line.zh}" for line in lines), "", CLOSING.zh])
    return Text.model_construct(en=en, zh=zh)


@transaction.atomic
def send_change_message(
    *, change_id: UUID, group_key: str, text_en: str, text_zh: str, actor: Actor
) -> tuple[int, int]:
    """Queue a mail for each candidate of the group that has none about this change yet. How many, and how many wait."""
    actor.require(Permission.MOVE_CASES)
    if actor.kind is not ActorKind.STAFF:
        raise NotPermitted("person_needed", _("Only a person can send this. Do it in the admin."))
    change = RuleChange.objects.select_for_update().filter(pk=change_id).first()
    if change is None:
        raise NotFound("not_found", _("There is no such rule change."))
    _refuse_missing_words(text_en, text_zh)
    cases = _without_mail(change, group_key, actor)
    chosen = list(cases.select_related("candidate")[:AT_MOST])
    if not chosen:
        raise Conflict(
            "nobody_to_tell",
            _("Nobody is left to write to: all have a mail, stay on the old rules, may not sign in, or are closed."),
        )
    now = clock.now()
    message = ChangeMessage.objects.create(
        agency_id=change.agency_id, change=change, group_key=group_key, text_en=text_en.strip(),
        text_zh=text_zh.strip(), sent_by=name_of(actor), sent_at=now,
    )  # fmt: skip
    for case in chosen:
        mail = Mail.objects.create(
            candidate=case.candidate,
            case=case,
            change_message=message,
            kind=MailKind.CHANGE,
            language=case.candidate.language,
            local_day=clock.today(case.candidate.time_zone),
            created_at=now,
        )
        put(handler=SEND, key=f"mail:{mail.pk}", payload={"mail_id": str(mail.pk)})
    return len(chosen), cases.count()


def _without_mail(change: RuleChange, group_key: str, actor: Actor) -> QuerySet[Case]:
    """Those whom the change concerns and reaches: not who stays on the old rules, nor who may not sign in any more."""
    rows = CaseChange.objects.filter(change=change, group_key=group_key)
    rows = rows.exclude(state__in=[ChangeState.OVERTAKEN, ChangeState.KEPT])
    told = (
        Mail.objects.filter(change_message__change=change)
        .exclude(state__in=[MailState.FAILED, MailState.BOUNCED])
        .values("case")
    )
    cases = cases_visible_to(actor).filter(pk__in=rows.values("case"), closed_at=None).exclude(pk__in=told)
    shut_out = withdrawn_among(cases.values_list("candidate_id", flat=True))
    return cases.exclude(candidate__in=shut_out).order_by("pk")


def _line(effect: Effect, old: Pack, new: Pack) -> Text:
    about = [one for pack in (old, new) for one in every_requirement(pack) if one.code == effect.subject]
    is_open = bool(about) and all(one.sensitivity == OPEN_TO_ALL for one in about)
    return effect_in_words(effect, old, new) if is_open else UNNAMED


def _refuse_missing_words(text_en: str, text_zh: str) -> None:
    errors = {
        name: _("Write the message in both languages.") if not words.strip() else _("Shorten the message.")
        for name, words in (("text_en", text_en), ("text_zh", text_zh))
        if not words.strip() or len(words) > LONGEST
    }
    if errors:
        raise Invalid("message_incomplete", _("The message is not complete."), errors=errors)
