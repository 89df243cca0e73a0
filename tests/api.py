"""A program that talks to the API as an integration would: bearer token, JSON, problem documents."""

from typing import Any

from django.test import Client

from tests.conftest import World


class Program:
    def __init__(self, world: World | None, token: str = "") -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token or (world.token if world else '')}"})

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", params)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(f"/api/v1/{path}", body, content_type="application/json")

    def upload(self, path: str, file: Any) -> Any:
        return self.client.post(f"/api/v1/{path}", {"file": file})


def anna_json(**changes: Any) -> dict[str, Any]:
    """What tests.conftest.anna() is, as a program sends it."""
    from tests.conftest import anna

    new = anna()
    return {
        "given_names": new.given_names,
        "family_name": new.family_name,
        "email": new.email,
        "date_of_birth": str(new.date_of_birth),
        "nationalities": list(new.nationalities),
        "residence_country": new.residence_country,
        "passport_number": new.passport_number,
        **new.facts,
        **changes,
    }


# What a whole body of each call looks like, where one is needed.
BODIES: dict[str, dict[str, Any]] = {
    "/api/v1/mail/bounces/": {"address": "anna@example.org", "kind": "soft"},
    "/api/v1/cases/": {"route": "CN-K", "candidate": anna_json(email="second@example.org")},
    "/api/v1/cases/<uuid:case_id>/": {"external_ref": "X"},
    "/api/v1/cases/<uuid:case_id>/checklist/<str:code>/settle/": {"note": "x"},
    "/api/v1/cases/<uuid:case_id>/checklist/<str:code>/waive/": {"reason": "Not in this test."},
    "/api/v1/cases/<uuid:case_id>/eligibility/<str:rule>/decide/": {"go_ahead": True, "reason": "Not in this test."},
    "/api/v1/cases/<uuid:case_id>/hand-in-preview/": {"planned_hand_in": None},
    "/api/v1/cases/<uuid:case_id>/statuses/": {"on": "2026-01-02", "status": "x"},
    "/api/v1/cases/<uuid:case_id>/application-numbers/": {"kind": "visa", "number": "x"},
    "/api/v1/cases/<uuid:case_id>/appointments/": {
        "kind": "interview",
        "at": "2026-01-02T09:00:00Z",
        "time_zone": "Asia/Shanghai",
    },
    "/api/v1/cases/<uuid:case_id>/authority-decisions/": {"outcome": "issued", "on": "2026-01-02"},
    "/api/v1/cases/<uuid:case_id>/entries/": {"entered_on": "2026-01-02"},
    "/api/v1/cases/<uuid:case_id>/addresses/": {"line": "x", "since": "2026-01-02"},
    "/api/v1/cases/<uuid:case_id>/moves/": {"move": "withdraw", "reason": "Not in this test."},
    "/api/v1/cases/<uuid:case_id>/hold/": {"reason": "Not in this test."},
    "/api/v1/cases/<uuid:case_id>/asked-visa/": {"entries": 2},
    "/api/v1/documents/<uuid:document_id>/request-changes/": {"reason": "illegible"},
    "/api/v1/documents/<uuid:document_id>/refile/": {"item": "degree"},
    "/api/v1/documents/<uuid:document_id>/original/": {"original": None},
    "/api/v1/cases/<uuid:case_id>/checklist/<str:code>/reuse/": {"document": "00000000-0000-4000-8000-000000000000"},
}
