"""What keeps a move shut, in words for people, each with its cure. Pure."""

from collections.abc import Mapping

from cases.gates import Blocker
from cases.routes.facts import label as fact_label
from cases.routes.schema import Pack
from cases.routes.values import Text

SENTENCES: Mapping[str, Text] = {
    "item_open": Text(
        en="“{name}” is still open. Settle it, or waive it with a reason.",
        zh="“{name}”尚未完成。请办结该项，或说明理由予以豁免。",
    ),
    "item_to_check": Text(
        en="“{name}” waits to be checked. Accept it, or ask for changes.",
        zh="“{name}”等待审核。请接受，或要求修改。",
    ),
    "item_undecided": Text(
        en="Whether “{name}” is needed is not known yet. Tell us: {missing}.",
        zh="尚不能确定是否需要“{name}”。请先补充：{missing}。",
    ),
    "item_lapses_before_hand_in": Text(
        en="“{name}” will no longer be valid on the day of the hand-in. Ask for a newer one, or plan an earlier day.",
        zh="到递交当日“{name}”将已失效。请索取较新的文件，或提前递交日期。",
    ),
    "finding_fails": Text(
        en="The rule “{name}” is not met. Correct the facts if they are wrong; a person cannot decide past it.",
        zh="不符合规则“{name}”。如情况有误请更正；此项不能由人工放行。",
    ),
    "finding_untold": Text(
        en="The rule “{name}” cannot be answered while facts are missing. Tell us: {missing}.",
        zh="因情况不全，尚不能判定规则“{name}”。请先补充：{missing}。",
    ),
    "finding_undecided": Text(
        en="The rule “{name}” cannot be answered from what is published. A person must decide, with a reason.",
        zh="根据已公布的信息，无法判定规则“{name}”。须由专人说明理由后作出决定。",
    ),
    "finding_decided_against": Text(
        en="A person decided not to go ahead on “{name}”. Decide anew if something has changed.",
        zh="专人已就“{name}”决定不予推进。如情况有变，请重新决定。",
    ),
    "case_on_hold": Text(
        en="The case is on hold. Take it up again first.",
        zh="案件处于暂停状态，请先恢复办理。",
    ),
    "signature_missing": Text(
        en="A second person has not signed yet.",
        zh="第二人尚未签核。",
    ),
    "signature_of_the_same_person": Text(
        en="Whoever sent the case to review cannot sign it as well. Ask somebody else.",
        zh="送审人不能同时签核，请由其他同事签核。",
    ),
    "packet_not_sealed": Text(
        en="There is no sealed packet. Build it, look at it, and seal it.",
        zh="尚无已封存的材料册。请生成、核对后封存。",
    ),
    "post_not_chosen": Text(
        en="No consulate or visa centre is chosen yet. Choose the one that takes the application.",
        zh="尚未选定受理使领馆或签证中心。请选定后再继续。",
    ),
    "post_stale": Text(
        en="What the consulate asks was read too long ago. Read its page again and publish what it says now, or go on"
        " with a reason.",
        zh="使领馆要求的查阅时间已过久。请重新查阅页面并发布新版本，或说明理由后继续。",
    ),
}


def explain(blocker: Blocker, pack: Pack) -> Text:
    """The sentence for a blocker; the names in it are those of the route."""
    name = _name_of(blocker, pack)
    missing = [fact_label(path) for path in blocker.missing]
    sentence = SENTENCES[blocker.code]
    return Text(
        en=sentence.en.format(name=name.en, missing=", ".join(label.en for label in missing)),
        zh=sentence.zh.format(name=name.zh, missing="、".join(label.zh for label in missing)),
    )


def _name_of(blocker: Blocker, pack: Pack) -> Text:
    if blocker.code.startswith("item_"):
        return pack.requirement(blocker.subject).name
    if blocker.code.startswith("finding_"):
        return next(rule.name for rule in pack.rules if rule.code == blocker.subject)
    return Text(en="-", zh="-")
