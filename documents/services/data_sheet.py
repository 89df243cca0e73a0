"""The candidate's data in the order of the China Online Visa Application, so that staff type without searching.

A field that relo does not know stands there empty, to be asked: leaving it out would hide the question.
"""

from typing import Any

from django.utils.translation import override

from cases.attempts import attempts_of
from cases.country_names import country_name
from cases.models import Case
from cases.packs import in_force
from cases.routes.fact_models import Work
from cases.selectors import facts_of

ENTRIES = {1: "1 一次", 2: "2 两次", 99: "multiple 多次"}
LEVELS = {0: "none 无", 1: "associate 大专", 2: "bachelor 学士", 3: "master 硕士", 4: "doctor 博士"}
YES_NO = {True: "yes 是", False: "no 否", None: ""}


def data_sheet(case: Case) -> list[dict[str, Any]]:
    facts, person = facts_of(case), case.candidate
    passport, visa_asked = facts.passport, attempts_of(case).filter(outcome="").last()
    degrees, work = facts.degrees or (), facts.work or ()
    post = in_force(case.post_edition_id).post_name if case.post_edition_id else None
    sections: list[tuple[str, str, list[tuple[str, str, Any]]]] = [
        ("1. Personal information", "一、个人信息", [
            ("Family name, as in the passport", "姓（与护照一致）", person.family_name),
            ("Given names, as in the passport", "名（与护照一致）", person.given_names),
            ("Name in Chinese", "中文姓名", person.chinese_name),
            ("Other or former names", "别名或曾用名", ""),
            ("Date of birth", "出生日期", person.date_of_birth),
            ("Sex", "性别", ""),
            ("Place of birth: country, province, city", "出生地点（国家、省、市）", ""),
            ("Marital status", "婚姻状况", ""),
            ("Nationality", "现国籍", _countries(person.nationalities)),
            ("Former Chinese national", "曾有中国国籍", YES_NO[facts.ex_chinese]),
            ("Passport number", "护照号码", person.passport_number),
            ("Issuing authority", "签发机关", passport.authority if passport else ""),
            ("Issued on", "签发日期", passport.issued_on if passport else None),
            ("Expires on", "有效期至", passport.expires_on if passport else None),
        ]),
        ("2. Type of visa", "二、申请签证信息", [
            ("Class asked for", "申请签证种类", visa_asked.asked_class if visa_asked else ""),
            ("Entries asked for", "申请入境次数", _entries(visa_asked.asked_entries if visa_asked else None)),
            ("Longest stay, in days", "最长停留天数", visa_asked.asked_stay_days if visa_asked else None),
            ("Handed in at", "递交地点", f"{post.zh} {post.en}" if post else ""),
            ("Normal, express or rush", "普通、加急或特急", ""),
        ]),
        ("3. Work", "三、工作情况", [
            row
            for number, job in enumerate(work, start=1)
            for row in (
                (f"Employer {number}", f"工作单位 {number}", job.employer),
                ("Country", "国家", _countries([job.country] if job.country else [])),
                ("Position", "职务", job.role),
                ("From, to", "起止时间", _span(job)),
            )
        ] or [("Employer, position, supervisor", "单位、职务、主管", "")]),
        ("4. Education", "四、教育经历", [
            row
            for number, degree in enumerate(degrees, start=1)
            for row in (
                (f"School {number}", f"学校 {number}", degree.institution),
                ("Country", "国家", _countries([degree.institution_country] if degree.institution_country else [])),
                ("Degree", "学位", LEVELS.get(degree.level, "") if degree.level is not None else ""),
                ("Conferred on", "授予日期", degree.conferred_on),
            )
        ] or [("School, degree, major", "学校、学位、专业", "")]),
        ("5. Family", "五、家庭情况", [
            ("Address, telephone", "现住址、电话", ""),
            ("E-mail", "电子邮箱", person.email),
            ("Spouse, father, mother, children", "配偶、父、母、子女", ""),
            ("Relatives in China", "在华亲属", ""),
        ]),
        ("6. Travel", "六、旅行信息", [
            ("Arrival", "抵达日期", facts.travel_on),
            ("City", "前往城市", facts.offer.city if facts.offer else ""),
            ("Inviting organisation", "邀请单位", facts.offer.employer if facts.offer else ""),
            ("Emergency contact", "紧急联系人", ""),
            ("Who pays", "费用承担方", ""),
        ]),
        ("7. Earlier travel", "七、以往旅行", [
            ("Been to China, in the last three years", "近三年来华情况", ""),
            ("Chinese visa before: number, place, year", "曾获中国签证", ""),
            ("Other countries in the last twelve months", "近十二个月到访国家", ""),
        ]),
        ("8. Other", "八、其他事项", [
            ("Refused a visa or entry; record; illness; military service", "拒签、拒入境、犯罪记录、疾病、服兵役", ""),
            ("Resident of", "居住国", _countries([person.residence_country] if person.residence_country else [])),
            ("Holds a permit there", "持居留许可", YES_NO[facts.legal_stay.held] if facts.legal_stay else ""),
        ]),
    ]  # fmt: skip
    return [
        {
            "en": en,
            "zh": zh,
            "rows": [{"en": label, "zh": label_zh, "value": _shown(value)} for label, label_zh, value in rows],
        }
        for en, zh, rows in sections
    ]


def _span(job: Work) -> str:
    return f"{job.started_on or ''} – {'now 至今' if job.current else job.ended_on or ''}"


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _entries(number: int | None) -> str:
    return "" if number is None else ENTRIES.get(number, str(number))


def _countries(codes: Any) -> str:
    said = []
    for code in codes:
        with override("en"):
            en = country_name(code)
        with override("zh-hans"):
            zh = country_name(code)
        said.append(en if en == zh else f"{en} {zh}")
    return ", ".join(said)
