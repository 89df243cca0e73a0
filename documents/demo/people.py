"""Who the sample candidates are: what is typed in at the opening, and what they tell later."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cases.services.candidates import NewCandidate
from documents.demo.facts import Facts
from documents.demo.papers import USUAL, Papers

PAGE = "https://example.org/visa-centre/k"


@dataclass(frozen=True, slots=True)
class Person:
    """`answers`: facts told after the opening; `post`: where they apply; `papers`: what they will upload."""

    new: NewCandidate
    answers: Facts = field(default_factory=dict)
    post: Facts = field(default_factory=dict)
    papers: Papers = field(default_factory=lambda: USUAL)
    page: str = PAGE

    def expiry_of(self, code: str) -> date:
        """Of the passport, or of the permit of the country this person lives in."""
        holder: dict[str, Any] = self.answers["legal_stay" if code == "legal_stay" else "passport"]
        return date.fromisoformat(holder["expires_on"])
