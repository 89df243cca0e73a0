"""What can be wrong with a pack: where, what, and the cure, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cases.routes.values import Text

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """`place` leads through the pack to the value: ("rules", 3, "expression"). `line` is 0 where there is none."""

    code: str
    place: Place
    params: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    line: int = 0

    @property
    def text(self) -> Text:
        problem = FAULTS[self.code]
        return Text(en=problem.en.format(**self.params), zh=problem.zh.format(**self.params))

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.file else ""
        return f"{where}{'.'.join(str(step) for step in self.place)}: {self.text.en}"


class PackInvalid(ValueError):
    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


def _t(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)


FAULTS: Mapping[str, Text] = {
    "file_unreadable": _t(
        "The file cannot be read as YAML: {detail}. Correct this line.", "文件无法按 YAML 读取：{detail}。请更正此行。"
    ),
    "file_too_large": _t(
        "The file holds more than {most} values. Split it, or take out aliases that repeat whole blocks.",
        "文件内容超过{most}项。请拆分，或删去整段重复的别名引用。",
    ),
    "file_empty": _t("The file holds no pack. Begin with `code:`.", "文件中没有途径包。请从 `code:` 开始填写。"),
    "key_twice": _t("“{key}” stands here twice. Take one of them out.", "“{key}”在此重复出现。请删去其中一处。"),
    "value_missing": _t("“{key}” is missing. Add it.", "缺少“{key}”。请补充。"),
    "key_unknown": _t(
        "“{key}” is not known here. Check the spelling, or take it out.", "此处没有“{key}”这一项。请核对拼写或删去。"
    ),
    "value_refused": _t(
        "“{key}” is not accepted: {detail}. Correct the value.", "“{key}”的值不被接受：{detail}。请更正。"
    ),
    "not_chinese": _t(
        "The Chinese text holds no Chinese character. Write it in Simplified Chinese.",
        "中文文本中没有汉字。请用简体中文填写。",
    ),
    "code_twice": _t(
        "The code “{code}” is used twice. Give one of them another.", "代码“{code}”重复。请更换其中一个。"
    ),
    "stage_unknown": _t(
        "There is no stage “{code}”. Use a code listed under stages.", "没有阶段“{code}”。请使用 stages 中已有的代码。"
    ),
    "days_too_far": _t(
        "“{key}” lies more than {most} days away, which is five years. Correct the number.",
        "“{key}”超过{most}天（五年）。请更正数字。",
    ),
    "stage_unreachable": _t(
        "No chain of moves leads from the first stage to “{code}”. Add a move into it.",
        "从起始阶段无法到达“{code}”。请增加通往该阶段的流转。",
    ),
    "stage_without_end": _t(
        "No chain of moves leads from “{code}” to a closing stage. Add a move out of it.",
        "从“{code}”无法到达任何结束阶段。请增加离开该阶段的流转。",
    ),
    "stage_closes_with_items": _t(
        "“{code}” is a closing stage, which is never left. Attach the requirement to an earlier stage.",
        "“{code}”为结束阶段，不再离开。请将该要求置于更早的阶段。",
    ),
    "gate_unknown": _t("There is no gate “{code}”. Use one of: {known}.", "没有关口“{code}”。可用的有：{known}。"),
    "source_unknown": _t(
        "There is no source “{code}” in sources.yaml. Add it there, or correct the key.",
        "sources.yaml 中没有来源“{code}”。请补充该来源或更正键名。",
    ),
    "source_missing": _t(
        "The level “{level}” needs a source. Name one, or choose a level that claims less.",
        "可信度“{level}”须注明来源。请注明来源，或改用较低的可信度。",
    ),
    "source_too_weak": _t(
        "The source “{code}” is of kind “{kind}”, which does not carry the level “{level}”. Use “reported”.",
        "来源“{code}”属“{kind}”类，不足以支持可信度“{level}”。请改用 reported。",
    ),
    "quote_unknown": _t(
        "These words do not stand among the quotes of the source “{code}”. Quote only what was read there.",
        "来源“{code}”的引文中没有这段文字。只能引用实际读到的原文。",
    ),
    "expression_too_long": _t(
        "The condition is longer than 1000 characters. Split it.", "条件超过1000个字符。请拆分。"
    ),
    "kinds_differ": _t(
        "“{left}” is compared with “{right}”, which is of another kind: the answer would always be the same. Compare"
        " a text with a text, a number with a number, a day with a day.",
        "“{left}”与“{right}”类型不同，比较结果恒定不变。请用文字与文字、数字与数字、日期与日期比较。",
    ),
    "expression_too_deep": _t(
        "The condition puts a list inside a list, or walks through lists more than two deep. Simplify it.",
        "条件中列表套列表，或列表遍历嵌套超过两层。请简化。",
    ),
    "expression_asks_has": _t(
        "The condition uses has(), which takes unknown for no. Read the fact itself and declare it in reads.",
        "条件使用了 has()，会把未知当作“否”。请直接读取该项信息，并在 reads 中声明。",
    ),
    "expression_does_not_parse": _t(
        "The condition cannot be read: {detail}. Correct the expression.", "条件无法解析：{detail}。请更正表达式。"
    ),
    "expression_not_yes_or_no": _t(
        "On a full set of facts the condition answers neither yes nor no. Check the names and types of the facts.",
        "在信息齐全时，条件仍不能得出是或否。请核对所读信息的名称和类型。",
    ),
    "fact_unknown": _t(
        "There is no fact “{path}”. Use a path of the documented fact set.",
        "没有信息项“{path}”。请使用已登记的信息路径。",
    ),
    "fact_undeclared": _t(
        "The condition reads more than the facts it declares. Add what is missing to reads.",
        "条件读取了未声明的信息。请在 reads 中补全。",
    ),
    "fact_not_read": _t(
        "The condition declares “{path}” and never needs it. Take it out of reads.",
        "条件声明了“{path}”却从不使用。请从 reads 中删去。",
    ),
    "fact_is_no_day": _t("The fact “{path}” is not a date. Choose another.", "信息项“{path}”不是日期。请另选。"),
    "fact_is_no_number": _t("The fact “{path}” is not a number. Choose another.", "信息项“{path}”不是数字。请另选。"),
    "fact_is_no_country": _t("The fact “{path}” is not a country. Choose another.", "信息项“{path}”不是国家。请另选。"),
    "country_unknown": _t("“{code}” is no two-letter country code. Correct it.", "“{code}”不是两位国家代码。请更正。"),
    "windows_overlap": _t(
        "Two values of “{code}” hold on the same day. End the earlier one before the later one begins.",
        "“{code}”有两个值在同一天有效。请使前者在后者生效前终止。",
    ),
    "chosen_twice": _t(
        "“{code}” stands in two choices. Keep it in one of them.", "“{code}”出现在两个选项组中。请只保留一处。"
    ),
    "choice_across_stages": _t(
        "The ways of “{code}” belong to different stages. Put their requirements into one stage.",
        "“{code}”的各种办法分属不同阶段。请将相关要求置于同一阶段。",
    ),
    "file_too_big": _t("The file is larger than {most} KB. Split it.", "文件大于 {most} KB。请拆分。"),
    "reads_without_condition": _t(
        "reads is filled, yet there is no condition. Add the condition, or take reads out.",
        "填写了 reads 却没有条件。请补充条件，或删去 reads。",
    ),
    "question_unknown": _t(
        "There is no open question “{code}”. Add it to open_questions, or correct the code.",
        "没有待定问题“{code}”。请在 open_questions 中补充，或更正代码。",
    ),
    "unpublished_yet_decides": _t(
        "No limit is published, so the rule must answer needs_review either way and name its open question.",
        "官方未公布标准，该规则无论真假都须为 needs_review，并注明对应的待定问题。",
    ),
    "assumed_yet_blocks": _t(
        "What is assumed may not fail and block. Let it warn, or answer needs_review.",
        "推定的内容不得判为不符合并阻止推进。请改为提醒，或改为 needs_review。",
    ),
    "saying_missing": _t(
        "The rule can answer “{result}” and has no words for it. Add them under says.",
        "该规则可能得出“{result}”，却没有相应文字。请在 says 中补充。",
    ),
    "does_not_fit_kind": _t(
        "“{key}” does not go with the kind “{kind}”. Take it out, or change the kind.",
        "“{key}”不适用于“{kind}”类要求。请删去，或更改类别。",
    ),
    "wanted_by_kind": _t("The kind “{kind}” needs “{key}”. Add it.", "“{kind}”类要求须有“{key}”。请补充。"),
    "repeat_without_step": _t(
        "An end is given, and nothing is repeated. Add repeat_every_days, or take the end out.",
        "填写了重复的终止条件，却没有重复间隔。请补充 repeat_every_days，或删去终止条件。",
    ),
    "repeat_step": _t(
        "It cannot be repeated every {days} days. Choose from 1 to {most}.",
        "不能每{days}天重复一次。请在1至{most}天之间选择。",
    ),
    "repeat_without_end": _t(
        "It would be repeated without an end. Say how often (repeat_times), or up to which day (repeat_until_days).",
        "该提醒会无休止地重复。请填写重复次数（repeat_times）或截止日（repeat_until_days）。",
    ),
    "repeat_with_two_ends": _t(
        "It has two ends. Keep either repeat_times or repeat_until_days.",
        "填写了两个终止条件。请只保留 repeat_times 或 repeat_until_days。",
    ),
    "repeat_never": _t(
        "It ends before it is repeated once: the first repeat would be on day {first}. Choose a later end, or take the"
        " repeat out.",
        "尚未重复即已终止：首次重复应在第{first}日。请改为更晚的终止日，或删去重复设置。",
    ),
    "repeat_too_often": _t(
        "It would be repeated {count} times. With this step, {most} times are the most.",
        "该提醒会重复{count}次。按此间隔最多{most}次。",
    ),
    "manager_reminded_anyway": _t(
        "The rule is for the agency, so the case manager is reminded by it already. Take manager_after_days out.",
        "该规则的提醒对象是机构，案件负责人本就会收到提醒。请删去 manager_after_days。",
    ),
    "escalated_too_early": _t(
        "Day {days} is not after day {earlier}, on which somebody before them is reminded first. The candidate comes"
        " first, then the case manager, then the administrators: choose a later day.",
        "第{days}日不晚于前一对象首次收到提醒的第{earlier}日。应依次提醒申请人、案件负责人、管理员，请改为更晚的日子。",
    ),
    "escalated_too_late": _t(
        "Day {days} lies more than a year after the reminder before it. Choose a day up to {most}.",
        "第{days}日距前一提醒超过一年。请改为不晚于第{most}日。",
    ),
    "item_unknown": _t(
        "There is no requirement “{code}”. Use a code listed under requirements.",
        "没有要求“{code}”。请使用 requirements 中已有的代码。",
    ),
    "rule_unknown": _t(
        "There is no rule “{code}”. Use a code listed under rules.", "没有规则“{code}”。请使用 rules 中已有的代码。"
    ),
    "golden_case_missing": _t(
        "The pack brings no golden case. Add at least one profile with what must come out.",
        "途径包没有样例。请至少增加一个样例及其应得结果。",
    ),
    "golden_facts_refused": _t(
        "The facts of this golden case are not accepted: {detail}", "样例中的信息不被接受：{detail}"
    ),
    "golden_item_differs": _t(
        "“{code}” comes out as “{found}”, expected “{wanted}”. Correct the rule, or the expectation.",
        "“{code}”得出“{found}”，预期为“{wanted}”。请更正规则或预期。",
    ),
    "golden_finding_differs": _t(
        "The rule “{code}” answers “{found}”, expected “{wanted}”. Correct the rule, or the expectation.",
        "规则“{code}”得出“{found}”，预期为“{wanted}”。请更正规则或预期。",
    ),
}
