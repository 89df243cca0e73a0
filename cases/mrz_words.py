"""What is wrong with the two lines of a passport, in words, and at which of the two."""

from collections.abc import Mapping

from cases.mrz import Fault
from cases.routes.values import Text

_FIELDS: Mapping[str, Text] = {
    "number": Text(en="passport number", zh="护照号码"),
    "date_of_birth": Text(en="date of birth", zh="出生日期"),
    "expires_on": Text(en="date of expiry", zh="有效期至"),
    "personal_number": Text(en="personal number", zh="个人号码"),
    "composite": Text(en="whole second line", zh="第二行整行"),
}
_SAYINGS: Mapping[str, Text] = {
    "length": Text(
        en="This line has {found} signs and must have 44. Type every < as well, up to the end of the line.",
        zh="此行有{found}个字符，应为44个。请将所有“<”一并键入，直至行末。",
    ),
    "letters": Text(
        en="Sign {place} cannot stand here: {found}. There are only A to Z, 0 to 9 and <; names hold no figures.",
        zh="第{place}个字符不应为{found}。此处仅有A至Z、0至9和“<”，姓名中没有数字。",
    ),
    "not_a_passport": Text(
        en="The line of a passport begins with P. Type the line that begins with P<.",
        zh="护照机读码以P开头，请键入以“P<”开头的一行。",
    ),
    "no_name": Text(
        en="There is no name in this line. Type it as it is printed.", zh="此行没有姓名，请按印刷内容键入。"
    ),
    "digit": Text(
        en="The check digit of the {field} does not fit: it reads {found}, and what you typed gives {wanted}."
        " Compare it sign by sign.",
        zh="{field}的校验位不符：现为{found}，按所键入内容应为{wanted}。请逐个核对。",
    ),
    "digit_guess": Text(
        en="The check digit of the {field} does not fit. Look at sign {place}: O and 0, I and 1, Z and 2, S and 5,"
        " B and 8 look alike; with {guess} it would be right.",
        zh="{field}的校验位不符。请查看第{place}个字符：O与0、I与1、Z与2、S与5、B与8容易混淆；若为{guess}则相符。",
    ),
    "no_day": Text(en="The {field} is no day of the calendar: {found}.", zh="{field}不是有效日期：{found}。"),
}


def fault_words(fault: Fault) -> tuple[str, Text]:
    """The line it belongs to, `first` or `second`, and the sentence with the cure."""
    if fault.field.startswith(("length_", "letters_")):
        kind, _, line = fault.field.partition("_")
        return ("first" if line == "1" else "second"), _filled(_SAYINGS[kind], fault)
    if fault.field in ("not_a_passport", "no_name"):
        return "first", _SAYINGS[fault.field]
    if fault.guess:
        return "second", _filled(_SAYINGS["digit_guess"], fault)
    return "second", _filled(_SAYINGS["digit" if fault.wanted else "no_day"], fault)


def _filled(text: Text, fault: Fault) -> Text:
    field = _FIELDS.get(fault.field, _FIELDS["composite"])
    values = {"found": fault.found, "wanted": fault.wanted, "guess": fault.guess, "place": str(fault.place)}
    return Text(en=text.en.format(field=field.en, **values), zh=text.zh.format(field=field.zh, **values))
