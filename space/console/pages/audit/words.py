"""What stands in entries of the log, alerts and incidents, in words."""

from __future__ import annotations

from typing import Final

from space.console.language import Language

# What an entry says, under which name.
SAID: Final = {
    "reason": ("理由", "Reason"), "basis": ("依据", "Basis"), "dataset": ("数据集", "Dataset"),
    "field": ("数据项", "Item"), "office": ("以何身份", "In which office"), "state": ("状态", "State"),
    "revision": ("版次", "Revision"), "due_on": ("最后一天", "Last day"),
    "on_time": ("是否按期", "On time"), "role": ("角色", "Role"), "organisation": ("单位", "Organisation"),
    "department": ("部门", "Department"), "rule": ("规则", "Rule"), "digest": ("内容摘要", "Digest"),
    "release": ("版本", "Release"), "sources": ("来源", "Sources"), "items": ("数据项", "Items"),
    "grade": ("级别", "Grade"), "outcome": ("结果", "Outcome"), "number": ("编号", "Number"),
    "period": ("账期", "Period"), "actor": ("经办", "By"), "by": ("经办", "By"),
    "person": ("人员", "Person"), "title": ("名称", "Title"), "means": ("方式", "By what means"),
    "name": ("名称", "Name"), "code": ("代码", "Code"), "winner": ("以谁为准", "Source"),
    "element": ("数据元", "Data element"), "subject": ("对象", "Subject"),
    "first_day": ("第一天", "First day"), "last_day": ("最后一天", "Last day"), "form": ("报表", "Form"),
    "request": ("申请", "Request"), "grant": ("授权", "Grant"), "purpose": ("用途", "Purpose"),
}  # fmt: skip
OFFICES: Final = {
    "authority": ("数据主管部门", "data authority"), "steward": ("数据管理员", "data steward"),
    "head": ("部门负责人", "head"), "registrar": ("登记机构", "registrar"),
    "clock": ("系统按期限", "the clock"), "party": ("当事人", "party"),
    "operator": ("运营机构", "operator"), "body": ("实施机构", "implementing body"),
    "department": ("数源部门", "department"), "reporter": ("提出人", "reporter"),
    "first": ("初审", "first office"), "security": ("安全员", "security officer"),
}  # fmt: skip
# Where something stood after it: states and outcomes of what entries are about.
REACHED: Final = {
    "accepted": ("已采纳", "accepted"), "active": ("生效", "in force"), "adopted": ("已采纳", "adopted"),
    "agreed": ("已谈妥", "agreed"), "answered": ("已作答", "answered"),
    "approved": ("已同意", "approved"), "awaiting": ("等待中", "awaiting"),
    "carried": ("已更正入库", "carried into the data"), "checked": ("已核对", "checked"),
    "closed": ("已办结", "closed"), "compiled": ("已编目", "compiled"),
    "confirmed": ("已确认", "confirmed"), "decided": ("已裁定", "decided"),
    "drafted": ("已起草", "drafted"), "dropped": ("已放弃", "dropped"), "ended": ("已终止", "ended"),
    "failed": ("没有办成", "failed"), "first": ("一级审批中", "before the first stage"),
    "fulfilled": ("已落实", "fulfilled"), "in_force": ("有效", "in force"),
    "incomplete": ("待补正", "incomplete"), "not_carried": ("未更正入库", "not carried"),
    "offered": ("已送对方", "offered"), "open": ("在办", "open"), "permitted": ("已同意", "permitted"),
    "proposed": ("已提出", "proposed"), "published": ("已发布", "published"),
    "raised": ("已提出", "raised"), "refused": ("被拒绝", "refused"),
    "rejected": ("未采纳", "rejected"), "returned": ("已退回", "returned"),
    "reviewed": ("已审核", "reviewed"), "revoked": ("已撤销", "revoked"),
    "second": ("二级审批中", "before the second stage"), "signed": ("已签署", "signed"),
    "signed_off": ("负责人已签批", "signed off"), "submitted": ("已提交", "submitted"),
    "suspended": ("已暂停", "suspended"), "withdrawn": ("已撤回", "withdrawn"),
}  # fmt: skip
SIDES: Final = {
    "implementing-body": ("实施机构", "implementing body"),
    "operator": ("运营机构", "operator"),
}
# What raised an alert.
ALERTS: Final = {
    "refusal_burst": ("短时间内反复被拒", "many refusals in a short time"),
    "budget_racing": ("额度、预算用尽后仍反复提问", "asking on after budget or quota ended"),
    "small_queries": ("频繁查询很小的范围", "many queries of very little"),
    "small_verifications": ("频繁核验极少的记录", "many verifications of few records"),
    "off_hours": ("非工作时间用数", "use outside working hours"),
    "unknown_callers": ("未知来源反复尝试", "attempts by unknown callers"),
    "quota_near_end": ("授权次数将用完", "a grant's calls nearly used up"),
    "clock_overdue": ("事项逾期", "duties overdue"),
}  # fmt: skip
SEVERITIES: Final = {
    "low": ("calm", "低", "low"),
    "medium": ("warn", "中", "medium"),
    "high": ("bad", "高", "high"),
    "critical": ("bad", "严重", "critical"),
}
STATES: Final = {
    "open": ("warn", "待处置", "open"),
    "acknowledged": ("calm", "已接手", "acknowledged"),
    "assigned": ("calm", "已指派", "assigned"),
    "escalated": ("bad", "已转事件", "escalated"),
    "closed": ("good", "已关闭", "closed"),
    "contained": ("warn", "已控制", "contained"),
    "resolved": ("good", "已处置", "resolved"),
    "dismissed": ("calm", "不属实", "dismissed"),
}


def actor_called(by: str, say: Language) -> str:
    """Who acted, where no person did."""
    known = {
        "clock": ("系统（到期自动）", "the system, by a deadline"),
        "build": ("系统（加工）", "the system, by a build"),
        "root": ("系统管理（本机）", "on the machine itself"),
        "": ("系统", "the system"),
    }
    return say(*known[by]) if by in known else by


def worded(of: dict[str, tuple[str, str, str]], value: str, say: Language) -> tuple[str, str]:
    """Tone and words of a state."""
    tone, zh, en = of.get(value, ("calm", value, value))
    return tone, say(zh, en)
