"""The vocabulary of facts in plain words, as in "tell us: date of birth". Every fact a pack may read stands here."""

from collections.abc import Mapping

from cases.routes.values import Text


def _t(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)


FACT_LABELS: Mapping[str, Text] = {
    "on": _t("the day the question is asked for", "判断所依据的日期"),
    "date_of_birth": _t("date of birth", "出生日期"),
    "nationalities": _t("all nationalities held", "所持全部国籍"),
    "residence_country": _t("country or region of residence", "居住国家（地区）"),
    "ex_chinese": _t("whether Chinese nationality was ever held", "是否曾有中国国籍"),
    "chinese_parent_at_birth": _t("whether a parent was Chinese at the time of birth", "出生时父母一方是否为中国公民"),
    "nationality_opinion": _t("whether an opinion on nationality has been recorded", "是否已有国籍认定意见记录在案"),
    "names_differ": _t("whether the name differs between papers", "各份材料上的姓名是否不一致"),
    "passport.issued_on": _t("passport: date of issue", "护照签发日期"),
    "passport.expires_on": _t("passport: date of expiry", "护照有效期届满日"),
    "passport.blank_pages": _t("passport: number of blank visa pages", "护照空白签证页数"),
    "passport.authority": _t("passport: issuing authority", "护照签发机关"),
    "legal_stay.held": _t(
        "whether a permit or visa of the country of residence is held", "是否持有居住国家（地区）的有效签证或居留许可"
    ),
    "legal_stay.expires_on": _t(
        "expiry of the permit or visa of the country of residence", "居住国家（地区）签证或居留许可的到期日"
    ),
    "degrees": _t("degrees", "学位情况"),
    "degrees[].level": _t("the level of each degree", "各学位的层次"),
    "degrees[].field_isced": _t("the field of study of each degree", "各学位的专业领域"),
    "degrees[].stem": _t(
        "a decision whether the field of each degree counts as science or technology",
        "各学位专业是否属于科学技术领域的判断",
    ),
    "degrees[].institution": _t("the institution of each degree", "各学位的授予院校"),
    "degrees[].institution_country": _t("the country of each institution", "各授予院校所在国家（地区）"),
    "degrees[].institution_tier": _t("the standing of each institution", "各授予院校的知名度"),
    "degrees[].conferred_on": _t("the date each degree was conferred", "各学位的授予日期"),
    "degrees[].taught_in_chinese": _t("whether each degree was taught in Chinese", "各学位是否以中文授课"),
    "degrees[].verified_by": _t("how each degree was authenticated", "各学位的认证方式"),
    "degrees[].language": _t("the language of each degree certificate", "各学位证书所用语言"),
    "work": _t("work history", "工作经历"),
    "work[].employer": _t("each employer", "各任职单位"),
    "work[].employer_kind": _t(
        "whether each employer is a university, a research institute or a company",
        "各任职单位属于高校、科研机构还是企业",
    ),
    "work[].role": _t("whether each job is teaching, research or other work", "各段工作属于教学、科研还是其他"),
    "work[].started_on": _t("the start of each job", "各段工作的开始日期"),
    "work[].ended_on": _t("the end of each job", "各段工作的结束日期"),
    "work[].current": _t("whether each job still continues", "各段工作是否仍在进行"),
    "work[].stem": _t("whether each job is in science or technology", "各段工作是否属于科学技术领域"),
    "work[].country": _t("the country of each job", "各段工作所在国家（地区）"),
    "research.papers": _t("number of papers published", "发表论文数"),
    "research.patents": _t("number of patents", "专利数"),
    "languages.hsk": _t("Chinese: HSK level", "汉语水平考试（HSK）等级"),
    "languages.de": _t("German: level", "德语水平"),
    "languages.en": _t("English: level", "英语水平"),
    "has_offer": _t("whether paid work in China is planned or offered", "是否计划或已获得在华有偿工作"),
    "offer.employer": _t("offer: employer", "录用单位"),
    "offer.city": _t("offer: city", "工作城市"),
    "offer.annual_pay": _t("offer: pay per year", "年薪"),
    "offer.currency": _t("offer: currency of the pay", "薪酬币种"),
    "offer.occupation": _t("offer: occupation", "拟任职业"),
    "offer.wage_level": _t("offer: wage level", "工资等级"),
    "offer.accredited": _t("offer: whether the employer is accredited", "雇主是否获认可"),
    "work_route_planned": _t(
        "whether a work permit (Z) or talent (R) route is planned", "是否已规划工作许可（Z字）或人才（R字）途径"
    ),
    "purpose_of_stay": _t("the purpose of the journey", "来华事由"),
    "planned_stay_days": _t("how many days the stay is to last", "计划停留天数"),
    "visa_free_entry": _t(
        "whether a passport held lets the person enter China without a visa", "所持护照是否可免签入境中国"
    ),
    "dependants": _t("members of the family", "家属情况"),
    "dependants[].relation": _t("how each member of the family is related", "各家属与申请人的关系"),
    "dependants[].date_of_birth": _t("the date of birth of each member of the family", "各家属的出生日期"),
    "dependants[].nationality": _t("the nationality each member of the family travels on", "各家属出行所用国籍"),
    "dependants[].comes_along": _t("whether each member of the family comes along", "各家属是否随行"),
    "dependants[].one_parent_stays": _t("whether a parent of each child stays behind", "各子女是否有一方父母不随行"),
    "dependants[].school_starts_on": _t("the day school begins for each child", "各子女的开学日期"),
    "work_permit.points": _t("points in the Chinese work-permit table", "外国人来华工作积分"),
    "work_permit.category_a": _t("whether category A of the work permit would be met", "是否符合外国人来华工作A类条件"),
    "post.name": _t("the consulate or visa centre to apply at", "递交申请的使领馆或签证中心"),
    "post.asks_degree_auth": _t("whether the consulate asks for an authenticated degree", "使领馆是否要求学历学位认证"),
    "post.asks_police": _t("whether the consulate asks for a police certificate", "使领馆是否要求无犯罪记录证明"),
    "post.asks_medical": _t("whether the consulate asks for a physical examination", "使领馆是否要求体检"),
    "post.asks_plan": _t("whether the consulate asks for an activity plan", "使领馆是否要求来华活动计划"),
    "post.asks_old_passport": _t("whether the consulate asks for the previous passport", "使领馆是否要求旧护照"),
    "post.asks_translation": _t("whether the consulate asks for Chinese translations", "使领馆是否要求中文翻译件"),
    "post.takes_fingerprints": _t("whether the consulate takes fingerprints", "使领馆是否采集指纹"),
    "post.form_days": _t("how many days the form stays usable at the consulate", "签证申请表在该使领馆的有效天数"),
    "pickup_on": _t("the day the passport can be collected", "可领取护照的日期"),
    "visa.visa_class": _t("class printed on the visa", "签证种类"),
    "visa.entries": _t("entries printed on the visa", "签证入境次数"),
    "visa.stay_days": _t("days of stay printed on the visa", "签证每次停留天数"),
    "visa.valid_to": _t("enter-before date printed on the visa", "签证入境有效期截止日"),
    "visa.rp_required": _t("whether the visa says that a residence permit is needed", "签证是否注明须办理居留证件"),
    "travel_on": _t("day of travel", "出行日期"),
    "entered_on": _t("day of entry", "入境日期"),
    "address_since": _t("day of moving to the present address", "入住现住址的日期"),
    "residence_permit.held": _t("whether a residence permit is held", "是否持有居留证件"),
    "residence_permit.expires_on": _t("expiry of the residence permit", "居留证件到期日"),
    "particulars_changed_on": _t(
        "day on which passport, name, address or purpose changed", "护照、姓名、住址或事由变更的日期"
    ),
    # Derived; what they are made from is in cases.routes.derived_facts.
    "age": _t("age", "年龄"),
    "arm.study": _t("whether the study ground is met", "是否符合学历途径"),
    "arm.work": _t("whether the teaching or research ground is met", "是否符合教学科研途径"),
    "highest_degree": _t("the highest degree", "最高学位"),
    "work_years": _t("years of work in science or technology", "科学技术领域工作年数"),
    "passport.months_left": _t("whole months left on the passport", "护照剩余有效月数"),
    "stay_ends_on": _t("the day the stay ends", "停留期届满日"),
    "dependants[].age": _t("the age of each member of the family", "各家属的年龄"),
    "dependants[].is_child": _t("whether each member of the family is a child", "各家属是否为子女"),
    "dependants[].comes_of_age_on": _t("the day each child who comes along turns 18", "各随行子女年满18周岁之日"),
}

# A rule reads the parts of these; a change is told of the whole.
GROUP_LABELS: Mapping[str, Text] = {
    "passport": _t("passport", "护照"),
    "legal_stay": _t("permit of the country of residence", "居住国家（地区）的签证或居留许可"),
    "research": _t("research", "科研成果"),
    "languages": _t("languages", "语言水平"),
    "offer": _t("offer of work", "录用情况"),
    "work_permit": _t("Chinese work permit", "外国人来华工作许可"),
    "post": _t("what the consulate or visa centre asks", "使领馆或签证中心的要求"),
    "visa": _t("visa", "签证"),
    "residence_permit": _t("residence permit", "居留证件"),
}
