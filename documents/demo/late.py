"""Cases from the second check on. Each of them has a packet."""

from datetime import date
from typing import Any

from cases.services.candidates import NewCandidate
from documents.demo.case_work import CaseWork
from documents.demo.clockwork import Story
from documents.demo.facts import Calendar, Facts, degree, job, origin, passport, post
from documents.demo.office import Office
from documents.demo.papers import ALL_OF_ANNAS
from documents.demo.people import Person


def ready_to_seal(office: Office, calendar: Calendar) -> Story:
    """Second check: signed, the packet is built, and somebody has to look at it and seal it.

    The sample papers are hers, so here everything fits.
    """
    person = Person(
        NewCandidate(
            given_names="Anna Maria",
            family_name="Eriksson",
            chinese_name="安娜·埃里克森",
            email="anna.eriksson@example.org",
            time_zone="Europe/Stockholm",
            date_of_birth=date(1998, 8, 12),
            nationalities=("UTO",),
            residence_country="UTO",
            passport_number="L898902C3",
        ),
        answers={
            **origin(),
            "passport": {**passport(calendar, expires_in=2690, blank_pages=20), "authority": "Passport Office"},
            "degrees": [
                degree(
                    calendar, level=3, field="0714", institution="Utopia Institute of Technology", country="UTO",
                    conferred_in=-1600, tier="well_known",
                )
            ],
            "work": [job(calendar, employer="Nordhaven Robotics Ltd.", country="UTO", since=-1580)],
            "research": {"papers": 1, "patents": 0},
            "languages": {"hsk": 3, "en": "C2"},
            "has_offer": False,
        },
        post=post("Embassy in Zenith", "police", "translation", fingerprints=True),
        papers=ALL_OF_ANNAS,
    )  # fmt: skip
    work = CaseWork(office, person, calendar.today)
    yield from work.opened(52, hand_in_in=25, reference="HR-2140")
    yield from work.told(51)
    yield from work.through("intake", "screen", until=44, days=3)
    yield from work.post_known(43, hand_in_in=25)
    yield from work.through("post_check", until=42)
    yield from work.through("collect", "authenticate", until=4, days=19)
    yield from work.signed(3)
    yield from work.packet_built(1)


def waits_for_signature(office: Office, calendar: Calendar) -> Story:
    """Second check: the packet is sealed, and the second person has not signed."""
    person = _graduate(
        calendar,
        NewCandidate(
            given_names="Olena",
            family_name="Koval",
            email="olena.koval@example.org",
            time_zone="Europe/Kyiv",
            date_of_birth=date(1996, 12, 1),
            nationalities=("UA",),
            residence_country="PL",
            passport_number="FE904417",
        ),
        "Lviv School of Applied Mathematics",
        language="uk",
        post=post("Consulate in Gdańsk"),
        legal_stay={"held": True, "expires_on": calendar.day(600)},
    )
    work = CaseWork(office, person, calendar.today)
    yield from _to_review(work, opened=64, left=5, hand_in_in=19)
    yield from work.packet_built(2)
    yield from work.packet_sealed(2)


def third_language(office: Office, calendar: Calendar) -> Story:
    """The online form: an Uzbek certificate, translated into Chinese, handed in in Turkey."""
    person = _graduate(
        calendar,
        NewCandidate(
            given_names="Dilnoza",
            family_name="Karimova",
            email="dilnoza.karimova@example.org",
            time_zone="Europe/Istanbul",
            date_of_birth=date(1997, 1, 19),
            nationalities=("UZ",),
            residence_country="TR",
            passport_number="FA1180264",
        ),
        "Tashkent Polytechnic School",
        language="uz",
        post=post("Visa centre in Ankara", "translation", "degree_auth"),
        legal_stay={"held": True, "expires_on": calendar.day(300)},
    )
    work = CaseWork(office, person, calendar.today)
    yield from _to_review(work, opened=72, left=6, hand_in_in=16)
    yield from work.released(4)


def in_preliminary_review(office: Office, calendar: Calendar) -> Story:
    person = _graduate(
        calendar,
        NewCandidate(
            given_names="Mateo",
            family_name="Fernández Ruiz",
            email="mateo.fernandez@example.org",
            time_zone="America/Argentina/Buenos_Aires",
            date_of_birth=date(1995, 10, 30),
            nationalities=("AR", "ES"),
            residence_country="AR",
            passport_number="AAF330981",
        ),
        "Instituto Austral de Geofísica",
        language="es",
        post=post("Embassy in Buenos Aires"),
    )
    work = CaseWork(office, person, calendar.today)
    yield from _to_review(work, opened=78, left=13, hand_in_in=9)
    yield from work.released(11)
    yield from work.through("online_form", until=8, days=2)


def about_to_hand_in(office: Office, calendar: Calendar) -> Story:
    """The passport was called for, and the printed form lasts thirty days."""
    person = _graduate(
        calendar,
        NewCandidate(
            given_names="Kwame",
            family_name="Mensah",
            email="kwame.mensah@example.org",
            time_zone="Africa/Accra",
            date_of_birth=date(1996, 4, 22),
            nationalities=("GH",),
            residence_country="GH",
            passport_number="G2204871",
        ),
        "Volta School of Engineering",
        post=post("Embassy in Accra", fingerprints=True),
    )
    work = CaseWork(office, person, calendar.today)
    yield from _to_review(work, opened=85, left=26, hand_in_in=3)
    yield from work.released(24)
    yield from work.through("online_form", "preliminary_review", until=6, days=8)


def waits_for_decision(office: Office, calendar: Calendar) -> Story:
    person = _graduate(
        calendar,
        NewCandidate(
            given_names="Ji-woo",
            family_name="Han",
            chinese_name="韩智友",
            email="han.jiwoo@example.org",
            language="zh-hans",
            time_zone="Asia/Seoul",
            date_of_birth=date(1997, 7, 7),
            nationalities=("KR",),
            residence_country="KR",
            passport_number="M70418829",
        ),
        "Daejeon Institute of Semiconductors",
        language="ko",
        post=post("Visa centre in Seoul"),
    )
    work = CaseWork(office, person, calendar.today)
    yield from _to_review(work, opened=90, left=28, hand_in_in=-4)
    yield from work.released(26)
    yield from work.through("online_form", "preliminary_review", until=8, days=8)
    yield from work.through("hand_in", until=4, days=3)


def granted_less(office: Office, calendar: Calendar) -> Story:
    """Before departure, with a visa for less than was asked."""
    person = _graduate(
        calendar,
        NewCandidate(
            given_names="Elif",
            family_name="Demir",
            email="elif.demir@example.org",
            time_zone="Europe/Istanbul",
            date_of_birth=date(1996, 3, 15),
            nationalities=("TR",),
            residence_country="TR",
            passport_number="U21904477",
        ),
        "Anatolia School of Chemistry",
        language="tr",
        post=post("Visa centre in Istanbul"),
    )
    visa = {
        "visa_class": "K", "entries": 1, "stay_days": 30, "valid_to": calendar.day(70), "rp_required": False,
    }  # fmt: skip
    work = CaseWork(office, person, calendar.today)
    yield from _to_review(work, opened=118, left=54, hand_in_in=-30)
    yield from work.released(52)
    yield from work.through("online_form", "preliminary_review", until=34, days=8)
    yield from work.through("hand_in", until=30, days=3)
    yield from work.through("decision", until=17, days=12)
    yield from work.told(13, {"pickup_on": calendar.day(-14), "visa": visa})
    yield from work.through("collect_passport", until=11)
    yield from work.told(6, {"travel_on": calendar.day(12)})


def refused(office: Office, calendar: Calendar) -> Story:
    person = _graduate(
        calendar,
        NewCandidate(
            given_names="Tariq",
            family_name="Mehmood",
            email="tariq.mehmood@example.org",
            time_zone="Asia/Karachi",
            date_of_birth=date(1994, 1, 9),
            nationalities=("PK",),
            residence_country="PK",
            passport_number="DM1180427",
        ),
        "Indus College of Computing",
        post=post("Visa centre in Lahore", "police"),
    )
    work = CaseWork(office, person, calendar.today)
    yield from _to_review(work, opened=112, left=50, hand_in_in=-27)
    yield from work.released(48)
    yield from work.through("online_form", "preliminary_review", until=31, days=8)
    yield from work.through("hand_in", until=27, days=3)
    yield from work.moved("record_refusal", 14, "No reason was given at the counter.")


def _graduate(
    calendar: Calendar, new: NewCandidate, institution: str, *, post: Facts, language: str = "en", **more: Any
) -> Person:
    country = new.nationalities[0]
    studied = degree(
        calendar, level=3, field="0533", institution=institution, country=country, conferred_in=-1100,
        language=language,
    )  # fmt: skip
    answers = {
        **origin(),
        "passport": passport(calendar, expires_in=1900),
        "degrees": [studied],
        "work": [job(calendar, employer=institution, country=country, since=-1000, kind="company")],
        "has_offer": False,
        **more,
    }
    return Person(new, answers=answers, post=post)


def _to_review(work: CaseWork, *, opened: int, left: int, hand_in_in: int) -> Story:
    """From the opening to the second check, entered `left` days ago."""
    yield from work.opened(opened, hand_in_in=hand_in_in)
    yield from work.told(opened - 1)
    yield from work.through("intake", "screen", until=opened - 9, days=4)
    yield from work.post_known(opened - 10, hand_in_in=hand_in_in)
    yield from work.through("post_check", until=opened - 11)
    days = (opened - 11 - left) // 2
    yield from work.through("collect", "authenticate", until=left, days=days)
