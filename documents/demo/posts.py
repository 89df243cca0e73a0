"""Sample consulates and visa centres. What they ask is invented and says so; two others show what their pages said.

Of Algiers and Manchester only what a page in cases/routes/sources.yaml says is written down, with the day it was read.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from cases.models import Post, PostEdition
from cases.routes.reading import shipped_sources
from cases.services.post_editions import NewPost, add_post, draft_edition, publish_edition, submit_edition
from documents.demo.facts import Facts
from documents.demo.office import SEEDER, Office
from relo.core.actors import Actor

ROUTE = "CN-K"
LOOK_AGAIN = timedelta(days=60)
PAGE = "https://example.org/sample-posts/"
KINDS = {
    "Visa centre in": ("visa_centre", "签证中心"),
    "Embassy in": ("embassy", "大使馆"),
    "Consulate in": ("consulate", "领事馆"),
}
CITIES = {
    "Accra": ("GH", "阿克拉", "Africa/Accra"),
    "Ankara": ("TR", "安卡拉", "Europe/Istanbul"),
    "Berlin": ("DE", "柏林", "Europe/Berlin"),
    "Buenos Aires": ("AR", "布宜诺斯艾利斯", "America/Argentina/Buenos_Aires"),
    "Dubai": ("AE", "迪拜", "Asia/Dubai"),
    "Gdańsk": ("PL", "格但斯克", "Europe/Warsaw"),
    "Istanbul": ("TR", "伊斯坦布尔", "Europe/Istanbul"),
    "Lahore": ("PK", "拉合尔", "Asia/Karachi"),
    "Lyon": ("FR", "里昂", "Europe/Paris"),
    "Nairobi": ("KE", "内罗毕", "Africa/Nairobi"),
    "Seoul": ("KR", "首尔", "Asia/Seoul"),
    "Singapore": ("SG", "新加坡", "Asia/Singapore"),
    "Toronto": ("CA", "多伦多", "America/Toronto"),
    "Zenith": ("UTO", "泽尼斯", "UTC"),
}


def sample_post(office: Office, told: Facts, today: date) -> Post:
    """The post of one story, read today by the rules editor and published by the administrator."""
    kind_words, city = _parted(told["name"])
    kind, kind_zh = KINDS[kind_words]
    country, city_zh, zone = CITIES[city]
    new = NewPost(kind, f"Sample: {told['name']}", f"样例：{city_zh}{kind_zh}", country, city, zone)
    post = add_post(new=new, actor=office.editor)
    read_again(office, post.pk, told, today)
    return post


def read_again(office: Office, post_id: UUID, told: Facts, today: date) -> PostEdition:
    sure = _sure("mission_practice", today)
    facts = {name: {"value": value, "evidence": sure} for name, value in told.items() if name != "name"}
    city = _parted(told["name"])[1]
    content = {
        "source_url": PAGE + city.lower().replace(" ", "-"),
        "read_on": str(today),
        "review_by": str(today + LOOK_AGAIN),
        "facts": facts,
        "appointment": {"answer": told["takes_fingerprints"], "evidence": sure},
        "proxy": {"answer": not told["takes_fingerprints"], "evidence": sure},
        "payment": {"when": "at_collection", "evidence": sure},
    }
    return _published(office, post_id, content)


def posts_with_a_source(office: Office) -> None:
    """What was read at two visa centres, and no more than that; by relo, for sample people read no real page."""
    algiers = add_post(
        new=NewPost("visa_centre", "Visa centre in Algiers", "阿尔及尔签证中心", "DZ", "Algiers", "Africa/Algiers"),
        actor=office.editor,
    )
    sure = _evidence_of("visa_centre_algiers")
    _published(
        office,
        algiers.pk,
        {
            **_page_of("visa_centre_algiers"),
            "facts": {"form_days": {"value": 15, "evidence": sure}},
            "form": {"counts_from": "confirmation", "evidence": sure},
            "appointment": {"answer": False, "evidence": sure},
            "interview": {
                "text": {
                    "en": "S, Q, X, Z and J must interview at the embassy; K is not named.",
                    "zh": "S、Q、X、Z和J字签证须到使馆面谈；未提及K字签证。",
                },
                "evidence": sure,
            },
            "payment": {"text": {"en": "Cash.", "zh": "现金。"}, "evidence": sure},
        },
        reader=SEEDER,
    )
    manchester = add_post(
        new=NewPost(
            "visa_centre", "Visa centre in Manchester", "曼彻斯特签证中心", "GB", "Manchester", "Europe/London"
        ),
        actor=office.editor,
    )
    sure, collection = _evidence_of("visa_centre_manchester"), _evidence_of("visa_centre_manchester_collection")
    months = {"en": "Three months from the submission of the form.", "zh": "自提交申请表起3个月。"}
    _published(
        office,
        manchester.pk,
        {
            **_page_of("visa_centre_manchester"),
            "form": {"counts_from": "submission", "text": months, "evidence": sure},
            "payment": {
                "when": "after_hand_in",
                "text": {"en": "At the counter.", "zh": "在窗口缴费。"},
                "evidence": collection,
            },
        },
        reader=SEEDER,
    )


def _published(office: Office, post_id: UUID, content: dict[str, Any], reader: Actor | None = None) -> PostEdition:
    draft = draft_edition(post_id=post_id, route_code=ROUTE, content=content, actor=reader or office.editor)
    submit_edition(edition_id=draft.pk, actor=reader or office.editor)
    return publish_edition(edition_id=draft.pk, seen=draft.content_sha256, actor=office.administrator)


def _parted(name: str) -> tuple[str, str]:
    """ "Visa centre in Dubai": what it is, and where."""
    words = next(words for words in KINDS if name.startswith(f"{words} "))
    return words, name.removeprefix(f"{words} ")


def _sure(level: str, day: date, source: str | None = None) -> dict[str, Any]:
    evidence = {"level": level, "checked_on": str(day), "review_by": str(day + LOOK_AGAIN)}
    return evidence | ({"source": source} if source else {})


def _evidence_of(key: str) -> dict[str, Any]:
    return _sure("mission_practice", shipped_sources()[key].read_on, key)


def _page_of(key: str) -> dict[str, Any]:
    source = shipped_sources()[key]
    return {
        "source_url": source.url,
        "read_on": str(source.read_on),
        "review_by": str(source.read_on + LOOK_AGAIN),
    }
