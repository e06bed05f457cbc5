"""What stands in events, alerts and incidents, in words."""

from __future__ import annotations

from typing import Final

from space.console.language import Language

# What an event ``source:subject:action`` is about: the word in its middle.
SUBJECTS: Final = {
    "request": ("用数申请", "request"), "case": ("申请的答复", "answer to a request"),
    "grant": ("授权", "grant"), "query": ("提问", "query"), "budget": ("隐私预算", "privacy budget"),
    "release": ("数据发版", "release"), "dataset": ("数据集", "dataset"), "entry": ("目录条目", "entry"),
    "edition": ("账期", "edition"), "challenge": ("校核", "challenge"),
    "notice": ("召回通知", "recall notice"), "delivery": ("回流", "delivery"),
    "subscription": ("回流订阅", "subscription"), "claim": ("认领", "claim"), "form": ("报表", "form"),
    "sheet": ("报表预填", "prefilled sheet"), "submission": ("报表填报", "submission"),
    "account": ("账号", "account"), "membership": ("任职", "membership"), "person": ("人员", "person"),
    "session": ("登录", "session"), "organisation": ("机构", "organisation"), "body": ("基层单位", "body"),
    "administrator": ("管理员", "administrator"), "agreement": ("授权运营协议", "agreement"),
    "scenario": ("应用场景", "scenario"), "contract": ("使用合约", "contract"),
    "receipt": ("回执", "receipt"), "stop": ("停用", "stop"), "incident": ("安全事件", "incident"),
    "alert": ("告警", "alert"), "verification": ("核验", "verification"), "supply": ("供数", "supply"),
    "key": ("密钥", "key"), "signing": ("签名密钥", "signing key"), "statement": ("账单", "statement"),
    "invoice": ("账单", "invoice"), "registration": ("登记", "registration"),
    "registered": ("登记", "registration"), "registrar": ("登记机构", "registrar"),
    "objection": ("异议", "objection"), "classification": ("分类分级", "classification"),
    "merge_review": ("汇聚审查", "review of a merge"), "authority": ("数源", "source"),
    "clock": ("时限", "deadline"), "demand": ("数据需求", "demand"), "opening": ("数据开放", "opening"),
    "places": ("区划地名", "places"), "token": ("令牌", "token"),
    "signature": ("第二人签字", "second signature"), "disclosure": ("年度披露", "disclosure"),
    "inventory": ("数据资源清查", "inventory"), "checkpoint": ("账头", "head"), "log": ("存证日志", "log"),
    "backup": ("备份", "backup"), "evaluation": ("评价", "evaluation"), "library": ("专题库", "library"),
    "task": ("任务", "task"), "record": ("记录", "record"), "duty": ("值守", "duty"),
    "job": ("后台任务", "job"), "client": ("程序客户端", "client"), "webhook": ("推送", "webhook"),
    "rules": ("规则", "rules"), "workspace": ("工作区", "workspace"), "access": ("数据库权限", "access"),
    "walls": ("防护", "walls"), "bond": ("保证", "bond"), "voucher": ("数据券", "voucher"),
    "authorisation": ("授权运营", "authorisation"), "report": ("报告", "report"), "list": ("清单", "list"),
    "standard": ("标准", "standard"), "installation": ("安装", "installation"),
    "division": ("区划", "division"), "link": ("挂接", "link"),
    "evidence": ("校核证据", "evidence of a challenge"), "noise": ("加噪", "noise"),
    "answers": ("答案", "answers"),
}  # fmt: skip
# What was done: the last word of an event.
ACTIONS: Final = {
    "accept": ("同意", "accepted"), "acknowledge": ("签收", "acknowledged"), "add": ("新增", "added"),
    "admit": ("准入", "admitted"), "adopt": ("采纳", "adopted"), "answer": ("答复", "answered"),
    "apply": ("申请", "applied"), "ask": ("提出", "asked"), "attach": ("附上", "attached"),
    "begin": ("开始", "begun"), "carry": ("更正已发版", "carried"), "check": ("核对", "checked"),
    "choose": ("选定", "chosen"), "claim": ("申明", "claimed"), "close": ("关闭", "closed"),
    "compile": ("编目", "compiled"), "confirm": ("确认", "confirmed"),
    "conflict": ("发生争议", "in conflict"), "consent": ("第二人同意", "consented to"),
    "correct": ("更正", "corrected"), "decide": ("裁定", "decided"), "draft": ("起草", "drafted"),
    "drop": ("撤下", "dropped"), "end": ("结束", "ended"), "enter": ("录入", "entered"),
    "first": ("设立第一人", "set up first"), "issue": ("签发", "issued"), "keep": ("保存", "kept"),
    "keep_signature": ("保存签名", "signature kept"), "lift": ("解除", "lifted"),
    "lower": ("调低", "lowered"), "make": ("作出", "made"), "name": ("指定", "named"),
    "note": ("记录", "noted"), "notice": ("公示", "noticed"), "offer": ("提交对方", "offered"),
    "open": ("开启", "opened"), "order": ("安排", "ordered"), "override": ("否定", "overridden"),
    "password": ("设密码", "password set"), "permit": ("准予", "permitted"), "pin": ("定版", "pinned"),
    "prefill": ("预填", "prefilled"), "propose": ("提出", "proposed"), "publish": ("发布", "published"),
    "raise": ("提出", "raised"), "read": ("查看", "read"), "record": ("记录", "recorded"),
    "refuse": ("不同意", "refused"), "register": ("登记", "registered"), "reject": ("不采纳", "rejected"),
    "release": ("放行", "released"), "repeat": ("重发", "repeated"), "reserve": ("预留", "reserved"),
    "reset": ("重置", "reset"), "resume": ("恢复", "resumed"), "retract": ("撤回", "retracted"),
    "return": ("退回", "returned"), "review": ("审核", "reviewed"), "revoke": ("撤销", "revoked"),
    "rotate": ("更换", "rotated"), "run": ("执行", "run"), "send": ("发送", "sent"),
    "settle": ("结清", "settled"), "sign": ("签署", "signed"), "sign_off": ("负责人签批", "signed off"),
    "start": ("开始", "started"), "state": ("写明", "stated"), "state_terms": ("写明条款", "terms stated"),
    "submit": ("提交", "submitted"), "supplement": ("补正", "supplemented"), "supply": ("供数", "supplied"),
    "suspend": ("暂停", "suspended"), "take": ("领取", "taken"),
    "to_first": ("转初审", "passed to the first office"), "write": ("写入", "written"),
    "withdraw": ("撤回", "withdrawn"), "impose": ("实施", "imposed"), "change": ("变更", "changed"),
    "anchor": ("交存他处", "kept elsewhere"), "tie": ("挂接", "tied"), "probe": ("探测", "probed"),
    "object": ("提出异议", "objected to"), "code": ("赋码", "coded"), "expire": ("过期", "expired"),
}  # fmt: skip
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
SIDES: Final = {
    "implementing-body": ("实施机构", "implementing body"),
    "operator": ("运营机构", "operator"),
}
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


def event_called(name: str, say: Language) -> str:
    """An event in words: what it is about and what was done; its own name where nobody worded it.

    >>> event_called("catalog:merge_review:accept", Language.CHINESE)
    '汇聚审查 · 同意'
    """
    _, _, rest = name.partition(":")
    subject, _, action = rest.partition(":")
    if subject not in SUBJECTS:
        return name
    done = say(*ACTIONS[action]) if action in ACTIONS else action.replace("_", " ")
    return f"{say(*SUBJECTS[subject])} · {done}"


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
