"""Countries and regions by name, in the language of the page."""

from collections.abc import Mapping
from functools import lru_cache

from django.utils.translation import get_language
from django_countries import countries

from cases.routes.countries import KNOWN
from relo.core.languages import is_chinese

# Where the Chinese of django-countries is cut off, misspelt, out of date, or the name of another place.
IN_CHINESE: Mapping[str, str] = {
    "BA": "波斯尼亚和黑塞哥维那",
    "BW": "博茨瓦纳",
    "CC": "科科斯（基林）群岛",
    "KG": "吉尔吉斯斯坦",
    "KM": "科摩罗",
    "MK": "北马其顿",
    "NP": "尼泊尔",
    "SJ": "斯瓦尔巴群岛和扬马延岛",
    "TJ": "塔吉克斯坦",
    "WS": "萨摩亚",
}


def country_name(code: str) -> str:
    return _names(get_language() or "").get(code, code)


def country_choices(without: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    return [(code, name) for code, name in _names(get_language() or "").items() if code not in without]


@lru_cache(maxsize=4)
def _names(language: str) -> Mapping[str, str]:
    """Sorted by name, which takes longer than all the rest of the page; so once for each language."""
    corrected = IN_CHINESE if is_chinese(language) else {}
    return {code: corrected.get(code, str(name)) for code, name in countries if code in KNOWN}
