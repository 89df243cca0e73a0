"""Why a document is given back: a short library in both languages; the reviewer's own words come on top."""

from collections.abc import Mapping

from cases.routes.values import Text
from documents.intake.verdicts import LIMIT_WORDS, REFUSALS
from documents.intake.verdicts import Text as Words
from relo.core.languages import in_language

REASONS: Mapping[str, Text] = {
    "illegible": Text(
        en="Parts cannot be read. Please scan or photograph it again in good light.",
        zh="部分内容无法辨认，请在光线充足处重新扫描或拍摄。",
    ),
    "cut_off": Text(
        en="An edge or a page is missing. Please send the whole document.",
        zh="边缘被裁掉或缺页，请提交完整文件。",
    ),
    "wrong_document": Text(
        en="This is a different document from the one asked for.",
        zh="这不是所要求的文件。",
    ),
    "out_of_date": Text(
        en="It will be too old, or will have expired, on the day of the hand-in. Please get a newer one.",
        zh="到递交当日该文件将超过有效期，请提供较新的文件。",
    ),
    "names_differ": Text(
        en="The name is not the same as in the passport. Please send a corrected one, or proof of the change of name.",
        zh="姓名与护照不一致，请提交更正后的文件或改名证明。",
    ),
    "not_signed": Text(
        en="A signature or a stamp is missing.",
        zh="缺少签名或盖章。",
    ),
    "translation_missing": Text(
        en="A translation into Chinese is needed as well.",
        zh="还需要中文翻译件。",
    ),
    "photo_rules": Text(
        en="The photo does not follow the visa photo rules.",
        zh="照片不符合签证照片要求。",
    ),
    "other": Text(
        en="Please see the note.",
        zh="请见备注。",
    ),
}


def refused_for(code: str) -> str:
    """Why no working copy could be made of a file, in the reader's language."""
    words = words_of_refusal(code)
    return in_language(words) if words is not None else ""


def words_of_refusal(code: str) -> Words | None:
    known = REFUSALS.get(code)
    return known.detail.filled({**LIMIT_WORDS, "found": Words("", ""), "type": Words("", "")}) if known else None
