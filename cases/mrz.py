"""The two lines at the foot of a passport's data page (ICAO Doc 9303 part 4, TD3): read, and their digits checked.

Pure. A digit that is wrong tells that something was misread, and mostly what: letters and figures that look alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

LENGTH = 44
_WEIGHTS = (7, 3, 1)
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TO_FIGURE = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "G": "6", "B": "8"}
_TO_LETTER = {"0": "O", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B"}
_LOOK_ALIKE = {**_TO_FIGURE, **_TO_LETTER}

# Where each field of the second line lies, and where its check digit stands.
FIELDS: Mapping[str, tuple[int, int, int]] = {
    "number": (0, 9, 9),
    "date_of_birth": (13, 19, 19),
    "expires_on": (21, 27, 27),
    "personal_number": (28, 42, 42),
}
_COMPOSITE = 43
# ICAO Doc 9303 part 3, section 6: how letters that are not A to Z are written in these lines.
_WRITTEN: Mapping[str, tuple[str, ...]] = {
    "Ä": ("AE", "A"), "Ö": ("OE", "O"), "Ü": ("UE", "UXX", "U"), "Å": ("AA", "A"), "Æ": ("AE",), "Ø": ("OE", "O"),
    "Œ": ("OE",), "ß": ("SS",), "ẞ": ("SS",), "Þ": ("TH",), "Ð": ("D",), "Đ": ("D",), "Ł": ("L",), "Ñ": ("N", "NXX"),
    "Ħ": ("H",), "Ŧ": ("T",), "ı": ("I",), "Ŋ": ("N",), "Ĳ": ("IJ",), "ĸ": ("Q",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """`field`: of FIELDS, or composite, length_1, length_2, letters_1, letters_2, not_a_passport, no_name."""

    field: str
    found: str = ""
    wanted: str = ""
    guess: str = ""  # the field as it would be right, where one likely misreading explains it
    place: int = 0  # of the misread letter in its line, counted from 1


@dataclass(frozen=True, slots=True)
class Page:
    issuer: str
    family_name: str
    given_names: str
    number: str
    nationality: str
    date_of_birth: date | None  # None where the passport leaves a part of it open
    sex: str
    expires_on: date
    name_may_be_cut: bool  # the line was full: a name may go on beyond it


def normal(line: str) -> str:
    """As typed by a person: blanks dropped, upper case, and the signs that are used for the filler made one."""
    line = re.sub(r"\s+", "", unicodedata.normalize("NFKC", line)).upper()
    return re.sub(r"[‹«<＜〈]", lambda found: "<<" if found[0] == "«" else "<", line)


def check_digit(field: str) -> str:
    total = sum(_value(letter) * _WEIGHTS[place % 3] for place, letter in enumerate(field))
    return str(total % 10)


def read(first: str, second: str, today: date) -> tuple[Page | None, list[Fault]]:
    """What the two lines say, or why they cannot be right. Nothing is corrected: a guess is for a person to confirm."""
    first, second = normal(first), normal(second)
    faults = _faults_of_shape(first, second)
    if faults:
        return None, faults
    faults = [*_faults_of_first(first), *_faults_of_digits(second)]
    if faults:
        return None, faults
    birth, expires_on = _birth(second[13:19], today), _expiry(second[21:27], today)
    unreal = [
        Fault(name, found=field)
        for name, field, value in (("date_of_birth", second[13:19], birth), ("expires_on", second[21:27], expires_on))
        if value is None and "<" not in field
    ]
    if unreal or expires_on is None:
        return None, unreal or [Fault("expires_on", found=second[21:27])]
    family, _, given = first[5:].partition("<<")
    return (
        Page(
            issuer=first[2:5].rstrip("<"),
            family_name=_words(family if given.strip("<") else ""),
            given_names=_words(given if given.strip("<") else family),
            number=second[0:9].rstrip("<"),
            nationality=second[10:13].rstrip("<"),
            date_of_birth=birth,
            sex=second[20].replace("<", ""),
            expires_on=expires_on,
            name_may_be_cut=not first.endswith("<"),
        ),
        [],
    )


def same_name(printed: str, known: str, *, may_be_cut: bool = False) -> bool:
    """Whether a name as these lines write it can be the one that is known, by any of the ways a letter is written."""
    wanted = re.sub(r"[^A-Z]", "", printed.upper())
    ways = [_ways(letter) for letter in unicodedata.normalize("NFC", known).upper().replace("ẞ", "ß")]
    left = {wanted}
    for options in ways:
        if may_be_cut and "" in left:
            return True
        left = {
            rest.removeprefix(way)
            for rest in left
            for way in options
            if rest.startswith(way) or (may_be_cut and way.startswith(rest))
        }
        if not left:
            return False
    return "" in left


def _ways(letter: str) -> tuple[str, ...]:
    if letter in _WRITTEN:
        return _WRITTEN[letter]
    plain = "".join(part for part in unicodedata.normalize("NFD", letter) if part.isascii() and part.isalpha())
    return (plain,)


def _value(letter: str) -> int:
    return 0 if letter == "<" else _ALPHABET.index(letter)


def _words(field: str) -> str:
    return " ".join(part for part in field.split("<") if part)


def _faults_of_shape(first: str, second: str) -> list[Fault]:
    faults = []
    for name, line in (("1", first), ("2", second)):
        if len(line) != LENGTH:
            faults.append(Fault(f"length_{name}", found=str(len(line)), wanted=str(LENGTH)))
        elif wrong := re.search(r"[^A-Z0-9<]", line):
            faults.append(Fault(f"letters_{name}", found=wrong[0], place=wrong.start() + 1))
    return faults


def _faults_of_first(first: str) -> list[Fault]:
    if first[0] != "P":
        return [Fault("not_a_passport", found=first[0], wanted="P")]
    if wrong := re.search(r"\d", first[2:]):
        guess = _TO_LETTER.get(wrong[0], "")
        return [Fault("letters_1", found=wrong[0], wanted=guess, place=wrong.start() + 3)]
    return [] if first[5:].strip("<") else [Fault("no_name")]


def _faults_of_digits(second: str) -> list[Fault]:
    faults = []
    for name, (start, end, at) in FIELDS.items():
        field, digit = second[start:end], second[at]
        wanted = check_digit(field)
        if name == "personal_number" and not field.strip("<") and digit in "<0":
            continue
        if digit != wanted:
            guess, place = _likely(field, digit, start, at, is_date=name in ("date_of_birth", "expires_on"))
            faults.append(Fault(name, found=digit, wanted=wanted, guess=guess, place=place))
        elif name in ("date_of_birth", "expires_on") and (wrong := re.search(r"[A-Z]", field)):
            faults.append(
                Fault(name, found=wrong[0], guess=_TO_FIGURE.get(wrong[0], ""), place=start + wrong.start() + 1)
            )
    whole = second[0:10] + second[13:20] + second[21:43]
    if not faults and second[_COMPOSITE] != check_digit(whole):
        faults.append(Fault("composite", found=second[_COMPOSITE], wanted=check_digit(whole), place=_COMPOSITE + 1))
    return faults


def _likely(field: str, digit: str, start: int, at: int, *, is_date: bool) -> tuple[str, int]:
    """The one misread letter that would make the digit right; nothing where several would."""
    found = []
    if digit not in "0123456789":
        figure = _TO_FIGURE.get(digit, "")
        return (figure, at + 1) if figure == check_digit(field) else ("", 0)
    for place, letter in enumerate(field):
        other = _LOOK_ALIKE.get(letter)
        if other is None or (is_date and not other.isdigit()):
            continue
        changed = field[:place] + other + field[place + 1 :]
        if check_digit(changed) == digit:
            found.append((changed, start + place + 1))
    return found[0] if len(found) == 1 else ("", 0)


def _birth(field: str, today: date) -> date | None:
    """Of the two centuries the last that is not in the future."""
    if not field.isdigit():
        return None
    for century in (today.year // 100 * 100, today.year // 100 * 100 - 100):
        day = _day(century + int(field[:2]), field)
        if day is not None and day <= today:
            return day
    return None


def _expiry(field: str, today: date) -> date | None:
    """Passports last ten years and rarely more: the year nearest to this one, of two the later."""
    if not field.isdigit():
        return None
    century = today.year // 100 * 100
    years = (century - 100 + int(field[:2]), century + int(field[:2]), century + 100 + int(field[:2]))
    return _day(min(years, key=lambda year: (abs(year - today.year), -year)), field)


def _day(year: int, field: str) -> date | None:
    try:
        return date(year, int(field[2:4]), int(field[4:6]))
    except ValueError:
        return None
