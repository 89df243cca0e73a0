"""The one history of a case, written in the transaction of the change it tells of."""

from collections.abc import Mapping

from django.conf import settings
from django.db import connection

from cases.models import Case, CaseEvent
from cases.routes.values import Text
from relo.core import clock
from relo.core.actors import Actor
from relo.outbox.service import put

# Every kind there is, as people read it.
EVENT_LABELS: Mapping[str, Text] = {
    "case.opened": Text(en="Case opened", zh="案件已建立"),
    "case.moved": Text(en="Case moved to another stage", zh="案件进入另一阶段"),
    "case.held": Text(en="Case put on hold", zh="案件已暂停"),
    "case.resumed": Text(en="Case taken up again after a hold", zh="案件已恢复办理"),
    "attempt.begun": Text(en="Another application begun", zh="开始再次申请"),
    "attempt.asked": Text(en="Visa asked for noted", zh="已登记所申请的签证"),
    "case.signed": Text(en="Signed by a second person", zh="第二人已签核"),
    "case.changed": Text(en="Case details changed", zh="案件信息已更改"),
    "case.post_chosen": Text(en="Consulate or visa centre chosen", zh="已选定使领馆或签证中心"),
    "case.post_removed": Text(en="Consulate or visa centre taken out", zh="已取消所选使领馆或签证中心"),
    "freshness.waived": Text(
        en="Going on with a page of the consulate read some time ago", zh="沿用较早查阅的使领馆要求，已说明理由"
    ),
    "facts.changed": Text(en="Facts about the candidate changed", zh="申请人情况已更新"),
    "passport.renewed": Text(en="Passport renewed", zh="护照已换发"),
    "passport.page_compared": Text(en="Passport page compared with the case", zh="已将护照资料页与案件信息比对"),
    "passport.proposal_dismissed": Text(
        en="Difference to the passport page left as it was", zh="与护照资料页的差异维持原状"
    ),
    "candidate.corrected": Text(en="Candidate's name or passport number corrected", zh="已更正申请人姓名或护照号码"),
    "finding.decided": Text(en="Open question decided by a person", zh="待定事项已由专人决定"),
    "item.added": Text(en="Requirement added", zh="新增一项要求"),
    "item.no_longer_needed": Text(en="Requirement no longer needed", zh="某项要求已不再需要"),
    "item.submitted": Text(en="Sent for checking", zh="已提交审核"),
    "item.accepted": Text(en="Accepted", zh="已接受"),
    "item.changes_requested": Text(en="Changes asked", zh="要求修改"),
    "item.waived": Text(en="Waived", zh="已豁免"),
    "item.reopened": Text(en="Opened again", zh="已重新打开"),
    "item.put_back": Text(en="State set by the documents that are there", zh="已按现有文件重新确定状态"),
    "document.uploaded": Text(en="Document uploaded", zh="文件已上传"),
    "document.checked": Text(en="Document checked and ready to be looked at", zh="文件已通过安全检查，可供审核"),
    "document.refused": Text(en="Document refused: no safe copy could be made", zh="文件被拒收：无法生成安全副本"),
    "document.accepted": Text(en="Document accepted", zh="文件已接受"),
    "document.accepted_first": Text(en="Document accepted by the first of two people", zh="两人审核：第一人已接受文件"),
    "document.taken_back": Text(en="Decision on a document taken back", zh="已撤回对文件的决定"),
    "document.refiled": Text(en="Document moved to another requirement", zh="文件已移至另一项要求"),
    "document.reused": Text(en="Document sent before used again", zh="再次使用以前提交的文件"),
    "document.linked": Text(en="Document linked to its original", zh="文件已关联到其原件"),
    "document.unlinked": Text(en="Link to an original removed", zh="已取消与原件的关联"),
    "document.changes_requested": Text(en="A better document asked for", zh="要求更换文件"),
    "packet.requested": Text(en="Packet requested", zh="已要求生成材料册"),
    "packet.built": Text(en="Packet built", zh="材料册已生成"),
    "packet.failed": Text(en="Packet could not be built", zh="材料册未能生成"),
    "packet.chosen": Text(en="Chosen what goes into the packet", zh="已调整材料册收录内容"),
    "packet.shown": Text(en="Packet shown to the candidate", zh="已请申请人核对材料册"),
    "packet.approved": Text(en="Packet approved by the candidate", zh="申请人已确认材料册"),
    "packet.error_reported": Text(en="Error in the packet reported by the candidate", zh="申请人指出材料册有误"),
    "packet.handed_in": Text(en="Packet handed in", zh="材料册已递交"),
    "paper.printed": Text(en="Paper made for printing", zh="已生成打印文件"),
    "packet.sealed": Text(en="Packet sealed", zh="材料册已封存"),
    "portal.link_issued": Text(en="Sign-in link made by the agency", zh="本机构生成了登录链接"),
    "member.assigned": Text(en="Member assigned to the case", zh="已指派成员"),
    "member.unassigned": Text(en="Member no longer assigned to the case", zh="已取消成员指派"),
    "access.withdrawn": Text(en="Access to the portal withdrawn", zh="已撤销门户访问权限"),
    "access.restored": Text(en="Access to the portal given again", zh="已恢复门户访问权限"),
    "process.noted": Text(en="Noted", zh="已登记"),
    "process.corrected": Text(en="Corrected", zh="已更正"),
    "process.removed": Text(en="Taken out", zh="已删除"),
    "rules.migrated": Text(en="Put on new rules", zh="已改用新规则"),
    "rules.kept": Text(en="Kept on the old rules", zh="继续适用原规则"),
    "rules.put_off": Text(en="Decision on new rules put off", zh="新规则事宜暂缓决定"),
    "reminders.paused": Text(en="Reminders paused", zh="提醒已暂停"),
    "reminder.put_off": Text(en="Reminder put off", zh="提醒已推迟"),
    "reminders.resumed": Text(en="Reminders resumed", zh="提醒已恢复"),
    "reminders.pace_changed": Text(en="Pace of reminders changed by the candidate", zh="申请人已更改提醒频率"),
    "address.failed": Text(en="E-mail address found not to work", zh="电子邮箱地址已确认无法送达"),
    "address.trusted": Text(en="E-mail address taken to work again", zh="电子邮箱地址已恢复使用"),
    "mail.sent": Text(en="E-mail sent to the candidate", zh="已向申请人发送邮件"),
    "mail.failed": Text(en="E-mail to the candidate failed", zh="发给申请人的邮件未能送达"),
    "mail.bounced": Text(en="E-mail to the candidate came back", zh="发给申请人的邮件被退回"),
    "mail.complained": Text(en="E-mail reported as spam by its reader", zh="收件人将邮件举报为垃圾邮件"),
}


def record(*, case: Case, kind: str, actor: Actor, **data: str) -> CaseEvent:
    """Write the event, and one outbox row per subscriber of its kind."""
    if not connection.in_atomic_block:
        raise RuntimeError("record() belongs inside the change it describes")
    if kind not in EVENT_LABELS:
        raise LookupError(f"event kind {kind} has no label")
    event = CaseEvent.objects.create(
        agency_id=case.agency_id,
        case=case,
        kind=kind,
        actor_kind=actor.kind,
        actor_ref=actor.ref,
        at=clock.now(),
        data=data,
    )
    for handler in settings.CASE_SUBSCRIBERS.get(kind, []):
        put(handler=handler, key=f"event:{event.pk}", payload={"event_id": event.pk}, agency_id=case.agency_id)
    return event
