"""What events of the evidence log are called: their subjects and what was done, in both languages.

Decides nothing; an event nobody worded is told by its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

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
    "answers": ("答案", "answers"), "binding": ("底账与报表的对应", "binding of a ledger to a form"),
    "breach": ("违约", "breach"), "catalogue": ("授权目录", "catalogue of an agreement"),
    "chain": ("审批链", "chain of approvals"), "comparison": ("比对", "comparison"),
    "delegation": ("委托", "delegation"), "deletion": ("删除证明", "proof of deletion"),
    "draft": ("报表草稿", "draft of a form"), "exchange": ("交易场所", "exchange"),
    "handout": ("交付件", "file handed out"), "identifier": ("标识代码", "identifier"),
    "income": ("收入账", "income"), "item": ("底账信息项", "item of a ledger"),
    "member": ("家庭成员", "member of a household"), "negative": ("负面清单", "negative list"),
    "note": ("批注", "note"), "party": ("当事方密钥", "key of a party"),
    "postings": ("召回线索", "leads of a recall"),
    "probe_destination": ("探测目的地", "destination of probes"),
    "result": ("比对结果", "result of a comparison"), "rows": ("交来的数据行", "rows handed in"),
    "search": ("人员召回查找", "search for a person"), "second_entry": ("二次录入", "second entry"),
    "stand_in": ("代班", "stand-in"), "standing": ("常设比对", "standing comparison"),
    "table": ("减负清单", "table of burdens"), "token_key": ("令牌密钥", "key of tokens"),
    "usage": ("用数日志", "log of use"), "use": ("填报用时", "use of a form"),
    "value": ("回流的值", "value sent back"), "workbook": ("工作簿", "workbook"),
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
    "agree": ("谈妥", "agreed"), "allow": ("准许", "allowed"),
    "amendment": ("申请更正", "amendment applied for"), "announce": ("公告", "announced"),
    "appeal": ("申诉", "appealed"), "approve": ("同意", "approved"), "archive": ("归档", "archived"),
    "assess": ("评估", "assessed"), "assign": ("指派", "assigned"),
    "at_once": ("即时同意", "given at once"), "breach": ("认定违约", "breach stated"),
    "cancel": ("取消", "cancelled"), "catalogue": ("编入目录", "catalogued"),
    "charge": ("记入预算", "charged"), "complete": ("补齐", "completed"), "contain": ("控制", "contained"),
    "contest": ("提出争议", "contested"), "counter": ("还价", "countered"),
    "countersign": ("会签", "countersigned"), "credential": ("发凭据", "credential given"),
    "credit": ("冲减", "credited"), "declare": ("申报", "declared"), "decline": ("谢绝", "declined"),
    "delete": ("删除", "deleted"), "deregistration": ("申请注销", "deregistration applied for"),
    "dismiss": ("认定不属实", "dismissed"), "dispute": ("提出争议", "disputed"), "done": ("办结", "done"),
    "edit": ("修改", "edited"), "enforce": ("启用", "enforced"), "escalate": ("升级", "escalated"),
    "exclude": ("排除", "left out"), "explain": ("说明", "explained"), "export": ("导出", "exported"),
    "extend": ("延期", "extended"), "fail": ("没有办成", "failed"),
    "feed": ("汇入底账", "fed into a ledger"), "file": ("提交", "filed"), "form": ("生成", "formed"),
    "freeze": ("冻结", "frozen"), "gap": ("发现缺口", "gap found"), "grant": ("授权", "granted"),
    "hand_in": ("交来", "handed in"), "hand_over": ("移交", "handed over"), "import": ("导入", "imported"),
    "include": ("纳入", "taken in"), "intend": ("拟供", "intended"), "join": ("加入", "joined"),
    "lapse": ("失效", "lapsed"), "leave": ("退出", "left"), "link": ("关联", "linked"),
    "look": ("查看", "looked at"), "lose": ("登记丢失", "loss stated"), "mark": ("标记", "marked"),
    "match": ("匹配", "matched"), "miss": ("逾期未办", "missed"), "moot": ("因故终结", "moot"),
    "notify": ("告知", "told"), "overrule": ("改判", "overruled"), "overturn": ("推翻", "overturned"),
    "owe": ("列入待报", "owed"), "package": ("打包", "packed"), "pause": ("暂停计时", "paused"),
    "place": ("落位", "placed"), "prevail": ("胜出", "prevailed"),
    "propose_lift": ("提议解除", "lifting proposed"), "prove": ("证明", "proved"),
    "pull": ("调取", "pulled"), "put_back": ("撤回交付", "put back"), "rate": ("计时", "timed"),
    "receipt": ("开具回执", "receipt given"), "recompute": ("重算", "recomputed"),
    "redraft": ("重新起草", "drafted anew"), "refer": ("移送", "referred"),
    "refuse_supplement": ("拒绝补正", "supplement refused"), "relax": ("停用", "relaxed"),
    "remove": ("移除", "removed"), "renewal": ("申请续展", "renewal applied for"),
    "reopen": ("重新开启", "reopened"), "replace": ("更换", "replaced"), "reply": ("回复", "replied to"),
    "resolve": ("处置完毕", "resolved"), "reveal": ("显示", "revealed"), "save": ("保存", "saved"),
    "set": ("设定", "set"), "shorten": ("缩短", "shortened"), "spend": ("使用", "spent"),
    "stop": ("停用", "stopped"), "takeback": ("收回", "taken back"), "tell": ("告知", "told"),
    "terminate": ("终止", "terminated"), "tie_releases": ("按版本挂接", "tied to releases"),
    "to_authority": ("转数据主管部门", "passed to the authority"),
    "to_region": ("转区域主管", "passed to the region"),
    "to_second": ("转复审", "passed to the second office"), "trigger": ("触发", "triggered"),
    "unlink": ("解除关联", "unlinked"), "unmask": ("去除遮盖", "unmasked"),
    "unsave": ("删去保存", "no longer saved"), "unsend": ("收回", "sent back for"),
    "uphold": ("维持", "upheld"), "upload": ("上传", "uploaded"), "yield": ("让与", "yielded"),
}  # fmt: skip


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


def about_called(one: Mapping[str, Any], say: Language) -> str:
    """What an event is about, by its names in the ledger; what has none by its kind.

    >>> about_called({"event": "catalog:places:enter", "about": ""}, Language.CHINESE)
    '区划地名'
    """
    kind = str(one["event"]).split(":")[1]
    return str(one["about"]) or (say(*SUBJECTS[kind]) if kind in SUBJECTS else str(one["subject"]))
