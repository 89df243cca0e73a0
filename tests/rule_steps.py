"""What rules editors and case managers do with editions and rule changes, step by step, by the services."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from cases.models import CaseChange, RouteVersion, RuleChange, VersionStatus
from cases.services.editing import draft_edition, replace_draft, save_part
from cases.services.publishing import publish_edition, send_to_review
from relo.accounts.roles import Role
from relo.accounts.services import actor_of_user, add_member
from relo.core.actors import Actor, system_actor
from relo.outbox import relay
from tests.conftest import PASSWORD, Member, World

THREE_MONTHS: Mapping[str, Any] = {"shelf_life": {"counts_from": "issued_on", "months": 3}}


@dataclass(frozen=True)
class Editors:
    first: Member
    second: Member


def editors_of(world: World) -> Editors:
    return Editors(*(_editor(world, name) for name in ("editor", "publisher")))


def _editor(world: World, name: str) -> Member:
    membership = add_member(
        agency_id=world.agency.pk,
        email=f"{name}@{world.agency.code.lower()}.example",
        full_name=f"{world.agency.code} {name}",
        role=Role.RULES_EDITOR,
        password=PASSWORD,
        actor=system_actor("tests"),
    )
    actor = actor_of_user(membership.user)
    assert actor is not None
    return Member(membership.user, actor)


def latest() -> RouteVersion:
    published = RouteVersion.objects.filter(code="CN-K", status=VersionStatus.PUBLISHED)
    return published.latest("published_at")


def drafted(actor: Actor, edition: str = "2026-12-01") -> RouteVersion:
    return draft_edition(based_on=latest().pk, edition=edition, actor=actor)


def part_of(version: RouteVersion, section: str, code: str) -> dict[str, Any]:
    return next(dict(part) for part in version.content[section] if part["code"] == code)


def edited(version: RouteVersion, section: str, code: str, actor: Actor, **changes: Any) -> RouteVersion:
    part = {**part_of(version, section, code), **changes}
    return save_part(
        version_id=version.pk, section=section, code=code, part=part, seen=version.content_sha256, actor=actor
    )


def rewritten(version: RouteVersion, actor: Actor, **values: Any) -> RouteVersion:
    """Several values at once: by file."""
    file = yaml.safe_dump({**version.content, **values}, allow_unicode=True, sort_keys=False)
    return replace_draft(
        version_id=version.pk, file=file.encode(), file_name="route.yaml", seen=version.content_sha256, actor=actor
    )


def published(version: RouteVersion, editors: Editors) -> RuleChange:
    """Sent in, put into force by the second person, and worked out."""
    send_to_review(version_id=version.pk, note="Please look at it", actor=editors.first.actor)
    change = publish_edition(version_id=version.pk, seen=version.content_sha256, actor=editors.second.actor)
    relay.drain("default")
    change.refresh_from_db()
    return change


def police_of_three_months(editors: Editors, edition: str = "2026-12-01") -> RuleChange:
    version = edited(
        drafted(editors.first.actor, edition), "requirements", "police", editors.first.actor, **THREE_MONTHS
    )
    return published(version, editors)


def effect_kinds(row: CaseChange) -> list[tuple[str, str]]:
    return [(effect["kind"], effect["subject"]) for effect in row.effects]
