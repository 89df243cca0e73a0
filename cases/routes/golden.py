"""Golden cases: profiles that travel with a pack, and what its rules must make of them before it is published."""

from cases.applicability import applicable
from cases.eligibility import findings
from cases.routes.facts import FactsInvalid, facts_from
from cases.routes.faults import Fault, Place
from cases.routes.schema import GoldenCase, Pack


def golden_faults(pack: Pack) -> list[Fault]:
    """Every expectation that does not come true."""
    return [fault for at, case in enumerate(pack.golden_cases) for fault in _faults(pack, case, ("golden_cases", at))]


def _faults(pack: Pack, case: GoldenCase, at: Place) -> list[Fault]:
    try:
        facts = facts_from(case.facts, today=case.on)
    except FactsInvalid as refused:
        return [Fault("golden_facts_refused", (*at, "facts"), {"detail": str(refused)[:500]})]
    faults = []
    states = {one.code: one.state for one in applicable(pack, facts, case.on)}
    expected = case.expects_items
    for wanted, codes in (
        ("needed", expected.needed),
        ("unknown", expected.unknown),
        ("not_needed", expected.not_needed),
    ):
        for code in codes:
            if (found := states.get(code, "absent")) != wanted:
                params = {"code": code, "found": found, "wanted": wanted}
                faults.append(Fault("golden_item_differs", (*at, "expects_items", wanted), params))
    results: dict[str, str] = {one.code: one.result for one in findings(pack, facts, case.on)}
    for rule, result in case.expects_findings.items():
        if (answer := results.get(rule, "not_asked")) != result:
            params = {"code": rule, "found": answer, "wanted": result}
            faults.append(Fault("golden_finding_differs", (*at, "expects_findings", rule), params))
    return faults
