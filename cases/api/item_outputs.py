"""A checklist item as the API shows it."""

from typing import Any

from rest_framework import serializers

from cases.api.texts import EvidenceOut, TextOut, evidence_out, text_out
from cases.asked import instead_of, states_of
from cases.chains import Link, chain_of
from cases.models import Case, ChecklistItem
from cases.packs import pack_of_case
from cases.routes.facts import label
from cases.routes.schema import Pack
from cases.selectors import HandIn, facts_of, hand_in_of, items_of, note_for
from cases.wording import staff_label, state_of, validity_words
from relo.core.actors import Actor


class IssuedOut(serializers.Serializer[Any]):
    country = serializers.CharField()
    way = serializers.CharField(allow_null=True, help_text="apostille, legalisation, none, ask; null: nothing is known")
    text = TextOut(allow_null=True)


class ChainLinkOut(serializers.Serializer[Any]):
    step = serializers.CharField(help_text="notarial, authentication, translation")
    item = serializers.CharField()
    state = serializers.CharField(help_text="needed, unknown")
    issued = IssuedOut(many=True)


class ItemOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField(help_text="stored, or derived: lapsing, not_published, may_be_needed")
    label = TextOut()  # type: ignore[assignment]
    name = TextOut()
    why = TextOut()
    stage = serializers.CharField()
    provider = serializers.CharField()
    accepts = serializers.ListField(child=serializers.CharField())
    asks_for = serializers.ListField(child=serializers.CharField())
    needs_to_know = TextOut(many=True)
    good_enough = TextOut(many=True)
    common_mistakes = TextOut(many=True)
    instead = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="other ways of the same choice, each of which is enough: codes of requirements",
    )
    chain = ChainLinkOut(many=True, help_text="what is done to the original, in this order")
    note = serializers.CharField(allow_blank=True)
    settled_on = serializers.DateField(allow_null=True)
    url = serializers.CharField(allow_blank=True)
    issued_on = serializers.DateField(allow_null=True)
    expires_on = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True)
    validity = TextOut(allow_null=True, help_text="how long it is good, measured against the hand-in")
    evidence = EvidenceOut()


def _chain_link_out(link: Link) -> dict[str, Any]:
    return {
        "step": link.step,
        "item": link.item,
        "state": link.state,
        "issued": [
            {
                "country": issued.country,
                "way": issued.by.way if issued.by else None,
                "text": text_out(issued.by.text) if issued.by else None,
            }
            for issued in link.issued
        ],
    }


def items_out(case: Case, actor: Actor, only: str | None = None) -> list[dict[str, Any]]:
    """Every item of the case, or that of one requirement."""
    pack, items, facts = pack_of_case(case), list(items_of(case)), facts_of(case)
    hand_in, states = hand_in_of(case, pack), states_of(items)
    return [
        _item_out(item, pack, hand_in, actor, chain_of(pack, pack.requirement(item.code), states, facts, hand_in.on))
        for item in items
        if only in (None, item.code)
    ]


def _item_out(item: ChecklistItem, pack: Pack, hand_in: HandIn, actor: Actor, chain: list[Link]) -> dict[str, Any]:
    requirement = pack.requirement(item.code)
    state, validity = state_of(item, requirement, hand_in.on), validity_words(item, hand_in, whose="your")
    return {
        "code": item.code,
        "kind": item.kind,
        "state": state,
        "label": text_out(staff_label(state)),
        "name": text_out(requirement.name),
        "why": text_out(requirement.why),
        "stage": requirement.stage,
        "provider": requirement.provider,
        "accepts": list(requirement.accepts),
        "asks_for": list(requirement.asks_for),
        "needs_to_know": [text_out(label(path)) for path in item.missing_facts],
        "good_enough": [text_out(text) for text in requirement.good_enough],
        "common_mistakes": [text_out(text) for text in requirement.common_mistakes],
        "instead": instead_of(pack, item.code),
        "chain": [_chain_link_out(link) for link in chain],
        "note": note_for(item, requirement, actor),
        "settled_on": item.settled_on,
        "url": item.url,
        "issued_on": item.issued_on,
        "expires_on": item.expires_on,
        "valid_until": item.valid_until,
        "validity": text_out(validity) if validity else None,
        "evidence": evidence_out(requirement.evidence),
    }
