"""One thing that was measured of a file, in words."""

from dataclasses import dataclass
from typing import Literal

from documents.intake.verdicts import Text
from relo.core.languages import in_language

BLURRED = 12  # sharpness below which writing, or a face, cannot be made out


@dataclass(frozen=True, slots=True)
class Hint:
    """`look`: something may be wrong."""

    code: str
    result: Literal["good", "look", "cannot_tell"]
    text: Text

    @property
    def words(self) -> str:
        return in_language(self.text)
