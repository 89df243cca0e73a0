"""Evidence of a pack: a claim may not be surer than its source."""

from collections.abc import Iterator, Mapping

from cases.routes.faults import Fault, Place
from cases.routes.schema import Pack
from cases.routes.sources import Sources
from cases.routes.values import Evidence

NEEDS_SOURCE = frozenset({"official", "mission_practice", "observed", "reported"})
PARTS = ("stages", "requirements", "choices", "authentications", "rules", "reminders", "fees", "open_questions")
CARRIED_BY: Mapping[str, tuple[str, ...]] = {"official": ("law", "official"), "mission_practice": ("official",)}


def evidence_faults(pack: Pack, sources: Sources) -> Iterator[Fault]:
    for place, evidence in evidence_of(pack):
        level, source = evidence.level, evidence.source
        if source is None:
            if level in NEEDS_SOURCE:
                yield Fault("source_missing", (*place, "level"), {"level": level})
            if evidence.quote:
                yield Fault("source_missing", (*place, "quote"), {"level": level})
            continue
        if source not in sources:
            yield Fault("source_unknown", (*place, "source"), {"code": source})
            continue
        kind = sources[source].kind
        if kind not in CARRIED_BY.get(level, (kind,)):
            yield Fault("source_too_weak", (*place, "level"), {"code": source, "kind": kind, "level": level})
        if evidence.quote and evidence.quote not in sources[source].quotes:
            yield Fault("quote_unknown", (*place, "quote"), {"code": source})


def evidence_of(pack: Pack) -> Iterator[tuple[Place, Evidence]]:
    yield ("legal_basis", "evidence"), pack.legal_basis.evidence
    yield ("right_to_work", "evidence"), pack.right_to_work.evidence
    for name in PARTS:
        for at, one in enumerate(getattr(pack, name)):
            yield (name, at, "evidence"), one.evidence
