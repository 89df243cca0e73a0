"""The two lines of a passport: the example of ICAO Doc 9303, misreadings, names, and what random lines do."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.mrz import FIELDS, check_digit, normal, read, same_name

FIRST = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
SECOND = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
TODAY = date(2026, 11, 26)


def second(number: str = "L898902C3", birth: str = "740812", expiry: str = "320415", personal: str = "") -> str:
    number, personal = number.ljust(9, "<"), personal.ljust(14, "<")
    parts = [number + check_digit(number), birth + check_digit(birth), expiry + check_digit(expiry)]
    parts.append(personal + (check_digit(personal) if personal.strip("<") else "<"))
    return f"{parts[0]}UTO{parts[1]}F{parts[2]}{parts[3]}{check_digit(''.join(parts))}"


def name_line(family: str, given_names: str = "") -> str:
    return f"P<UTO{family}{'<<' if given_names else ''}{given_names}".ljust(44, "<")[:44]


def test_the_example_of_the_standard() -> None:
    page, faults = read(FIRST, SECOND, date(2011, 1, 1))

    assert faults == []
    assert page is not None
    assert (page.family_name, page.given_names, page.number) == ("ERIKSSON", "ANNA MARIA", "L898902C3")
    assert (page.date_of_birth, page.expires_on, page.sex) == (date(1974, 8, 12), date(2012, 4, 15), "F")
    assert (page.issuer, page.nationality, page.name_may_be_cut) == ("UTO", "UTO", False)


@pytest.mark.parametrize(
    ("field", "digit"),
    [("520727", "3"), ("AB2134<<<", "5"), ("L898902C3", "6"), ("740812", "2"), ("ZE184226B<<<<<", "1")],
)
def test_check_digits_of_the_standard(field: str, digit: str) -> None:
    assert check_digit(field) == digit


def test_lines_as_a_person_types_them() -> None:
    assert normal(" p<uto eriksson‹‹anna<maria ") == "P<UTOERIKSSON<<ANNA<MARIA"
    page, faults = read(FIRST.lower(), " ".join(SECOND), TODAY)
    assert (page is not None, faults) == (True, [])


def test_a_zero_typed_as_o_is_named_with_its_place_and_the_right_reading() -> None:
    _, (fault, *others) = read(FIRST, SECOND.replace("L898902C3", "L8989O2C3"), TODAY)

    assert (fault.field, fault.guess, fault.place) == ("number", "L898902C3", 6)
    assert others == []  # the composite digit follows from it, and says nothing new


def test_a_letter_in_a_date_is_named_even_where_the_digit_agrees() -> None:
    birth = "7408I2"
    wrong = SECOND[:13] + birth + check_digit(birth) + SECOND[20:]
    _, faults = read(FIRST, wrong, TODAY)
    assert [(fault.field, fault.found, fault.guess) for fault in faults] == [("date_of_birth", "I", "1")]


def test_a_wrong_composite_digit_alone() -> None:
    _, faults = read(FIRST, SECOND[:-1] + "1", TODAY)
    assert [(fault.field, fault.found, fault.wanted) for fault in faults] == [("composite", "1", "0")]


@pytest.mark.parametrize(
    ("first", "line", "fields"),
    [
        (FIRST[:-1], SECOND, ["length_1"]),
        (FIRST, SECOND + "<", ["length_2"]),
        ("", "", ["length_1", "length_2"]),
        (FIRST.replace("ERIKSSON", "ERIK$SON"), SECOND, ["letters_1"]),
        (FIRST.replace("ERIKSSON", "ERIKSS0N"), SECOND, ["letters_1"]),
        ("I" + FIRST[1:], SECOND, ["not_a_passport"]),
        ("P<UTO" + "<" * 39, SECOND, ["no_name"]),
        (FIRST, second(birth="741312"), ["date_of_birth"]),
        (FIRST, second(expiry="320230"), ["expires_on"]),
    ],
)
def test_what_cannot_be_right_is_named(first: str, line: str, fields: list[str]) -> None:
    page, faults = read(first, line, TODAY)
    assert page is None
    assert [fault.field for fault in faults] == fields


@pytest.mark.parametrize(
    ("birth", "born"),
    [
        ("261126", date(2026, 11, 26)),
        ("261127", date(1926, 11, 27)),
        ("000229", date(2000, 2, 29)),
        ("990101", date(1999, 1, 1)),
    ],
)
def test_nobody_is_born_in_the_future(birth: str, born: date) -> None:
    page, _ = read(FIRST, second(birth=birth), TODAY)
    assert page is not None
    assert page.date_of_birth == born


@pytest.mark.parametrize(("expiry", "year"), [("991231", 1999), ("360101", 2036), ("760101", 2076), ("200101", 2020)])
def test_expiry_is_the_year_nearest_to_ours(expiry: str, year: int) -> None:
    page, _ = read(FIRST, second(expiry=expiry), TODAY)
    assert page is not None
    assert page.expires_on.year == year


def test_a_birth_date_that_the_passport_leaves_open_is_unknown_and_no_fault() -> None:
    page, faults = read(FIRST, second(birth="74<<<<"), TODAY)
    assert faults == []
    assert page is not None
    assert page.date_of_birth is None


def test_one_name_only_and_a_name_that_fills_its_line() -> None:
    page, _ = read(name_line("SUKARNO"), second(), TODAY)
    assert page is not None
    assert (page.family_name, page.given_names) == ("", "SUKARNO")
    page, _ = read(name_line("NILAVADHANANANDA", "CHAYAPA<DEJTHAMRONG<KRASUANGSUB"), second(), TODAY)
    assert page is not None
    assert page.name_may_be_cut


@pytest.mark.parametrize(
    ("printed", "known", "is_same"),
    [
        ("MUELLER", "Müller", True),
        ("MULLER", "Müller", True),
        ("MILLER", "Müller", False),
        ("GROSS", "Groß", True),
        ("OE CONNOR", "Ø'Connor", True),
        ("GARCIA LOPEZ", "García-López", True),
        ("LUKASZ", "Łukasz", True),
        ("ANNA", "Anna Maria", False),
        ("ANNA MARIA", "Anna", False),
        ("DZORDZEVIC", "Đorđević", False),
        ("DORDEVIC", "Đorđević", True),
    ],
)
def test_names_are_compared_as_the_lines_write_them(printed: str, known: str, *, is_same: bool) -> None:
    assert same_name(printed, known) is is_same


def test_a_name_cut_by_the_end_of_the_line_agrees_with_the_whole_one() -> None:
    assert same_name("CHAYAPA DEJTHAMRONG KRASUANG", "Chayapa Dejthamrong Krasuangsub", may_be_cut=True)
    assert not same_name("CHAYAPA DEJTHAMRONG KRASUANG", "Chayapa Dejthamrong Krasuangsub")
    assert not same_name("CHAYAPO", "Chayapa Dejthamrong", may_be_cut=True)


LETTERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=9)
DAYS = st.dates(date(1930, 1, 1), TODAY)


@given(
    number=LETTERS,
    born=DAYS,
    expires=st.dates(date(2000, 1, 1), date(2070, 1, 1)),
    personal=st.text("ABC123", max_size=14),
)
def test_right_lines_are_always_read(number: str, born: date, expires: date, personal: str) -> None:
    line = second(number, f"{born:%y%m%d}", f"{expires:%y%m%d}", personal)
    page, faults = read(FIRST, line, TODAY)
    assert faults == []
    assert page is not None
    assert (page.number, page.expires_on) == (number, expires)
    assert (page.date_of_birth.month, page.date_of_birth.day) == (born.month, born.day)  # type: ignore[union-attr]


@given(
    place=st.sampled_from([p for start, end, at in FIELDS.values() for p in (*range(start, end), at)]),
    by=st.integers(1, 9),
)
def test_one_wrong_figure_never_passes(place: int, by: int) -> None:
    line = second(personal="123456")
    if not line[place].isdigit():
        return
    wrong = line[:place] + str((int(line[place]) + by) % 10) + line[place + 1 :]
    page, faults = read(FIRST, wrong, TODAY)
    assert page is None
    assert faults


@given(first=st.text(max_size=60), line=st.text(max_size=60))
def test_anything_may_be_typed(first: str, line: str) -> None:
    page, faults = read(first, line, TODAY)
    assert (page is None) == bool(faults)


@given(first=st.text("AB<P0", min_size=44, max_size=44), line=st.text("AB<019", min_size=44, max_size=44))
def test_anything_of_the_right_length_may_be_typed(first: str, line: str) -> None:
    page, faults = read(first, line, TODAY)
    assert (page is None) == bool(faults)
