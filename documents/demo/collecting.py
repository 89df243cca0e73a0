"""Cases in the middle: documents come in, are checked, are given back, are authenticated and translated."""

from datetime import date

from cases.services.candidates import NewCandidate
from documents.demo.case_work import CaseWork
from documents.demo.clockwork import Story
from documents.demo.facts import Calendar, degree, job, origin, passport, post
from documents.demo.office import Office
from documents.demo.papers import (
    BAD_PHOTO,
    CV,
    DEGREE,
    LETTER,
    PHOTO,
    POLICE,
    TRANSCRIPT,
    USUAL_IN_CHINESE,
    Paper,
)
from documents.demo.people import Person


def applies_elsewhere(office: Office, calendar: Calendar) -> Story:
    """An Indian national in the Emirates: her apostille does not count in China, three papers wait to be checked,
    and the police certificate will be too old on the planned day.
    """
    person = Person(
        NewCandidate(
            given_names="Priya",
            family_name="Raghunathan",
            email="priya.raghunathan@example.org",
            time_zone="Asia/Dubai",
            date_of_birth=date(1996, 9, 9),
            nationalities=("IN",),
            residence_country="AE",
            passport_number="Z6120934",
        ),
        answers={
            **origin(),
            "passport": passport(calendar, expires_in=1100, blank_pages=6),
            "legal_stay": {"held": True, "expires_on": calendar.day(400)},
            "degrees": [
                degree(
                    calendar, level=2, field="0716", institution="Coimbatore School of Automotive Engineering",
                    country="IN", conferred_in=-2900, tier="other", verified_by="apostille",
                )
            ],
            "work": [job(calendar, employer="Gulf Rail Systems", country="AE", since=-2600)],
            "has_offer": False,
        },
        post=post("Visa centre in Dubai", "degree_auth", "police", "plan", fingerprints=True),
    )  # fmt: skip
    work = CaseWork(office, person, calendar.today)
    yield from work.opened(33)
    yield from work.told(31)
    yield from work.through("intake", "screen", until=24, days=3)
    yield from work.post_known(23, hand_in_in=48)
    yield from work.through("post_check", until=21)
    yield from work.sent("police", 18, POLICE)
    yield from work.accepted("police", 16, days_old=152)
    yield from work.sent("photo_digital", 9)
    yield from work.accepted("photo_digital", 8)
    yield from work.sent("degree", 4, DEGREE)
    yield from work.sent("transcript", 3, TRANSCRIPT)
    yield from work.sent("cv", 2, CV)


def photo_given_back(office: Office, calendar: Calendar) -> Story:
    """His photo came back twice. Reads Chinese, and so does the reason he was given."""
    person = Person(
        NewCandidate(
            given_names="Wei Jie",
            family_name="Tan",
            chinese_name="陈伟杰",
            email="tan.weijie@example.org",
            language="zh-hans",
            time_zone="Asia/Singapore",
            date_of_birth=date(1998, 2, 17),
            nationalities=("SG",),
            residence_country="SG",
            passport_number="K2210784N",
        ),
        answers={
            **origin(),
            "passport": passport(calendar, expires_in=2300, blank_pages=30),
            "degrees": [
                degree(
                    calendar, level=3, field="0714", institution="Straits Institute of Electronics", country="SG",
                    conferred_in=-700, tier="well_known",
                )
            ],
            "work": [job(calendar, employer="Kallang Photonics", country="SG", since=-650)],
            "has_offer": False,
        },
        post=post("Visa centre in Singapore"),
        papers=USUAL_IN_CHINESE,
    )  # fmt: skip
    work = CaseWork(office, person, calendar.today)
    yield from work.opened(28)
    yield from work.told(26)
    yield from work.through("intake", "screen", until=20, days=3)
    yield from work.post_known(19, hand_in_in=39)
    yield from work.through("post_check", until=18)
    yield from work.sent("photo_digital", 13, BAD_PHOTO)
    yield from work.given_back("photo_digital", 12, reason="photo_rules", note="背景太暗，分辨率也不够。")
    yield from work.sent("degree", 11)
    yield from work.accepted("degree", 10)
    yield from work.sent("photo_digital", 7, Paper("photo-compliant.jpg", "签证照片-2.jpg"))
    yield from work.given_back("photo_digital", 5, reason="other", note="请取下眼镜后重新拍摄，镜片有反光。")
    yield from work.sent("cv", 3, Paper("cv.pdf", "个人简历.pdf"))


def work_ground(office: Office, calendar: Calendar) -> Story:
    """A researcher at an institute, without a degree: the work ground. He may go for 30 days without a visa."""
    person = Person(
        NewCandidate(
            given_names="Lukas",
            family_name="Brandt",
            email="lukas.brandt@example.org",
            time_zone="Europe/Berlin",
            date_of_birth=date(1993, 2, 28),
            nationalities=("DE",),
            residence_country="DE",
            passport_number="C01X00T47",
        ),
        answers={
            **origin(),
            "passport": passport(calendar, expires_in=1150, blank_pages=12),
            "degrees": [],
            "work": [
                job(
                    calendar, employer="Lusatia Institute for Battery Research", country="DE", since=-2400,
                    kind="institute", role="research",
                )
            ],
            "has_offer": True,
            "work_route_planned": False,
            "work_permit": {"points": 48, "category_a": False},
        },
        post=post("Visa centre in Berlin", "plan"),
    )  # fmt: skip
    work = CaseWork(office, person, calendar.today)
    yield from work.opened(24, reference="HR-2198", manager=office.administrator)
    yield from work.told(23)
    yield from work.through("intake", "screen", until=17, days=2)
    yield from work.post_known(16, hand_in_in=55)
    yield from work.through("post_check", until=15)
    yield from work.sent("work_letter", 10, LETTER)
    yield from work.given_back("work_letter", 9, reason="not_signed", note="Page 1 needs the institute's stamp.")
    yield from work.waived("institution_note", 8, "The institute's own English profile says it all; link in the file.")
    yield from work.sent("photo_digital", 6, PHOTO)
    yield from work.accepted("photo_digital", 5)


def withdrew(office: Office, calendar: Calendar) -> Story:
    """She took another offer while collecting documents."""
    person = Person(
        NewCandidate(
            given_names="Chloé",
            family_name="Lambert",
            email="chloe.lambert@example.org",
            time_zone="Europe/Paris",
            date_of_birth=date(1994, 7, 14),
            nationalities=("FR",),
            residence_country="FR",
            passport_number="19FV04410",
        ),
        answers={
            **origin(),
            "passport": passport(calendar, expires_in=1600),
            "degrees": [
                degree(
                    calendar, level=4, field="0511", institution="Institut de Biologie du Rhône", country="FR",
                    conferred_in=-900, language="fr",
                )
            ],
            "work": [],
            "has_offer": False,
        },
        post=post("Visa centre in Lyon", "translation"),
    )  # fmt: skip
    work = CaseWork(office, person, calendar.today)
    yield from work.opened(47)
    yield from work.told(45)
    yield from work.through("intake", "screen", until=38, days=3)
    yield from work.post_known(37, hand_in_in=30)
    yield from work.through("post_check", until=36)
    yield from work.moved("withdraw", 22, "She took another offer and will not go this year.")


def once_chinese(office: Office, calendar: Calendar) -> Story:
    """Born Chinese, naturalised, with a new name: everything is there but the authentication of two degrees."""
    person = Person(
        NewCandidate(
            given_names="Michael Minghao",
            family_name="Zhang",
            chinese_name="张明浩",
            email="minghao.zhang@example.org",
            language="zh-hans",
            time_zone="America/Toronto",
            date_of_birth=date(1994, 6, 30),
            nationalities=("CA",),
            residence_country="CA",
            passport_number="HN220817",
        ),
        answers={
            **origin(ex_chinese=True, chinese_parent=True, names_differ=True),
            "nationality_opinion": True,
            "passport": passport(calendar, expires_in=2500, blank_pages=30),
            "degrees": [
                degree(
                    calendar, level=4, field="0533", institution="Huainan Institute of Physics", country="CN",
                    conferred_in=-1600, language="zh", tier="well_known", verified_by="chsi",
                ),
                degree(
                    calendar, level=2, field="0533", institution="Prairie University", country="CA",
                    conferred_in=-3800, tier="well_known",
                ),
            ],
            "work": [],
            "has_offer": False,
        },
        post=post("Visa centre in Toronto", "degree_auth", "medical", "old_passport"),
        papers={
            "passport": (Paper("passport-data-page.jpg", "加拿大护照.jpg"),),
            "degree": (
                Paper("degree-certificate.pdf", "学位证书-博士.pdf"),
                Paper("degree-certificate-scan.pdf", "学位证书-学士.pdf"),
            ),
        },
    )  # fmt: skip
    work = CaseWork(office, person, calendar.today)
    yield from work.opened(58)
    yield from work.told(56)
    yield from work.through("intake", "screen", until=50, days=3)
    yield from work.post_known(49, hand_in_in=33)
    yield from work.through("post_check", until=47)
    yield from work.through("collect", until=12, days=35)
