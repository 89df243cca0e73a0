"""Cases at their beginning: intake, screening, and reading the consulate's page."""

from datetime import date

from cases.services.candidates import NewCandidate
from documents.demo.case_work import CaseWork
from documents.demo.clockwork import Story
from documents.demo.facts import Calendar, degree, job, origin, passport, post
from documents.demo.office import Office
from documents.demo.papers import USUAL_IN_CHINESE
from documents.demo.people import Person


def one_name_only(office: Office, calendar: Calendar) -> Story:
    """Intake, hardly begun. His passport carries one name, and nothing may ask for a second."""
    person = Person(
        NewCandidate(
            given_names="Suharyanto",
            email="suharyanto@example.org",
            time_zone="Asia/Jakarta",
            date_of_birth=date(1997, 3, 2),
            nationalities=("ID",),
            residence_country="ID",
        )
    )
    work = CaseWork(office, person, calendar.today)
    yield from work.opened(3)
    yield from work.told(1, {"passport": passport(calendar, expires_in=2100)})


def papers_just_sent(office: Office, calendar: Calendar) -> Story:
    """Intake, everything told; the passport waits to be checked. Reads Chinese."""
    person = Person(
        NewCandidate(
            given_names="Yu Xuan",
            family_name="Lim",
            chinese_name="林雨萱",
            email="lim.yuxuan@example.org",
            language="zh-hans",
            time_zone="Asia/Kuala_Lumpur",
            date_of_birth=date(1999, 11, 23),
            nationalities=("MY",),
            residence_country="MY",
            passport_number="A51230987",
        ),
        answers={
            **origin(),
            "passport": passport(calendar, expires_in=1300, blank_pages=21),
            "degrees": [
                degree(
                    calendar, level=3, field="0541", institution="Penang Institute of Mathematics", country="MY",
                    conferred_in=-500,
                )
            ],
            "work": [],
            "has_offer": False,
        },
        papers=USUAL_IN_CHINESE,
    )  # fmt: skip
    work = CaseWork(office, person, calendar.today)
    yield from work.opened(6, manager=office.administrator)
    yield from work.told(4)
    yield from work.sent("passport", 2)


def neither_ground(office: Office, calendar: Calendar) -> Story:
    """Screening shows a plain no: an engineer in industry with a degree in law has neither of the two grounds."""
    person = Person(
        NewCandidate(
            given_names="Rafael",
            family_name="Costa Lima",
            email="rafael.costalima@example.org",
            time_zone="America/Sao_Paulo",
            date_of_birth=date(1990, 4, 4),
            nationalities=("BR",),
            residence_country="BR",
            passport_number="FZ204118",
        ),
        answers={
            **origin(),
            "passport": passport(calendar, expires_in=1800),
            "degrees": [
                degree(
                    calendar, level=2, field="0421", institution="Faculdade de Direito do Litoral", country="BR",
                    conferred_in=-4300, language="pt", tier="other",
                )
            ],
            "work": [job(calendar, employer="Ventos do Sul Energia", country="BR", since=-4200)],
            "has_offer": True,
            "work_route_planned": False,
        },
        papers={},
    )  # fmt: skip
    work = CaseWork(office, person, calendar.today)
    yield from work.opened(9, manager=office.administrator)
    yield from work.told(8)
    yield from work.through("intake", until=7)


def degree_not_conferred(office: Office, calendar: Calendar) -> Story:
    """Screening waits for a day: a finishing student, whose degree is conferred in five months."""
    person = Person(
        NewCandidate(
            given_names="Thi Mai",
            family_name="Nguyen",
            email="nguyen.thimai@example.org",
            time_zone="Asia/Ho_Chi_Minh",
            date_of_birth=date(2004, 11, 2),
            nationalities=("VN",),
            residence_country="VN",
            passport_number="C7712045",
        ),
        answers={
            **origin(),
            "passport": passport(calendar, expires_in=2900),
            "degrees": [
                degree(
                    calendar, level=2, field="0714", institution="Da Nang College of Engineering", country="VN",
                    conferred_in=150, language="vi",
                )
            ],
            "work": [],
            "has_offer": False,
        },
        papers={},
    )  # fmt: skip
    work = CaseWork(office, person, calendar.today)
    yield from work.opened(13)
    yield from work.told(12)
    yield from work.through("intake", until=10)
    yield from work.decided(9)
    yield from work.seen_on_paper("screening_explained", 9)


def field_left_open(office: Office, calendar: Calendar) -> Story:
    """Reading the consulate's page. Nobody has published whether medicine counts; a person decided to go on."""
    person = Person(
        NewCandidate(
            given_names="Amina",
            family_name="Wanjiru",
            email="amina.wanjiru@example.org",
            time_zone="Africa/Nairobi",
            date_of_birth=date(1995, 5, 5),
            nationalities=("KE",),
            residence_country="KE",
            passport_number="BK409921",
        ),
        answers={
            **origin(),
            "passport": passport(calendar, expires_in=1500),
            "degrees": [
                {
                    **degree(
                        calendar, level=3, field="0912", institution="Rift Valley Medical School", country="KE",
                        conferred_in=-1500,
                    ),
                    "stem": True,
                }
            ],
            "work": [
                job(
                    calendar, employer="Rift Valley Medical School", country="KE", since=-1400, kind="university",
                    role="research",
                )
            ],
            "has_offer": True,
            "work_route_planned": True,
        },
        post=post("Visa centre in Nairobi", "degree_auth", "plan"),
    )  # fmt: skip
    work = CaseWork(office, person, calendar.today)
    yield from work.opened(17, reference="HR-2207")
    yield from work.told(15)
    yield from work.through("intake", "screen", until=8, days=3)
    yield from work.post_known(5, hand_in_in=70)
