"""What codes and states of requests, grants and supplies are called on the pages of a department.

Decides words only: zh, en. A code nobody worded is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from space.console.language import Language

Pairs = Mapping[str, tuple[str, str]]

REQUESTS: Final[Pairs] = {
    "incomplete": ("待补齐", "To be completed"),
    "submitted": ("审批中", "Being decided"),
    "permitted": ("已同意", "Permitted"),
    "refused": ("不予共享", "Refused"),
    "withdrawn": ("已撤回", "Withdrawn"),
}
CASES: Final[Pairs] = {
    **REQUESTS,
    "first": ("一级审批", "First approval"),
    "second": ("二级审批", "Second approval"),
    "region": ("区域主管审批", "Regional approval"),
    "authority": ("数据主管部门审批", "Authority's approval"),
    "returned": ("退回补正", "Returned"),
    "negotiating": ("争议协商中", "Dispute: negotiating"),
    "before_authority": ("争议：待数据主管部门裁定", "Dispute: before the authority"),
    "upheld_by_authority": ("数据主管部门维持", "Upheld by the authority"),
    "before_superior": ("争议：待共同上级裁定", "Dispute: before the superior"),
    "upheld_by_superior": ("共同上级维持", "Upheld by the superior"),
    "before_government": ("争议：待本级政府决定", "Dispute: before the government"),
    "settled": ("争议已了结", "Dispute settled"),
}
TONES: Final[Mapping[str, str]] = {
    "incomplete": "warn", "permitted": "good", "refused": "bad", "returned": "warn", "negotiating": "warn",
    "before_authority": "warn", "before_superior": "warn", "before_government": "warn", "in_force": "good",
    "revoked": "bad", "suspended": "warn", "acknowledged": "good", "disputed": "bad", "ready": "warn",
    "match": "good", "mismatch": "bad", "not_found": "warn",
}  # fmt: skip
STAGES: Final[Pairs] = {
    "first": ("一级审批", "first stage"),
    "second": ("二级审批", "second stage"),
    "region": ("区域主管", "region"),
    "authority": ("数据主管部门", "data authority"),
}
STEPS: Final[Pairs] = {
    "file": ("提出申请", "filed"),
    "return": ("一次性告知缺项", "told what is missing"),
    "supplement": ("补齐申请", "completed the request"),
    "withdraw": ("撤回", "withdrew"),
    "to_first": ("转一级审批", "routed to the first stage"),
    "to_second": ("同意，转二级审批", "consented; on to the second stage"),
    "to_region": ("同意，转区域主管", "consented; on to the region"),
    "to_authority": ("同意，转数据主管部门", "consented; on to the authority"),
    "at_once": ("即时同意", "given at once"),
    "permit": ("同意", "permitted"),
    "refuse": ("不予共享", "refused"),
    "extend": ("延长答复期限", "extended"),
    "complete": ("补正", "gave what was missing"),
    "dispute": ("提出争议", "disputed"),
    "yield": ("提供方改为同意", "provider yielded"),
    "escalate": ("提请上一级", "escalated"),
    "accept": ("接受结果", "accepted"),
    "overrule": ("裁定共享", "overruled"),
    "uphold": ("裁定维持", "upheld"),
    "refer": ("移送共同上级", "referred"),
    "supply": ("签发授权，数据可用", "signed a grant: it can be used"),
}
OFFICES: Final[Pairs] = {
    "applicant": ("申请方", "applicant"),
    "first": ("提供方一级", "provider, first stage"),
    "second": ("提供方二级", "provider, second stage"),
    "region": ("区域主管", "region"),
    "authority": ("数据主管部门", "data authority"),
    "superior": ("共同上级", "common superior"),
    "government": ("本级政府", "government"),
    "clock": ("系统", "by itself"),
}
SHARES: Final[Pairs] = {
    "unconditional": ("无条件共享", "Unconditional"),
    "conditional": ("有条件共享", "Conditional"),
    "withheld": ("不予共享", "Not shared"),
    "open": ("依申请开放", "Open on request"),
}
SHARE_TONES: Final[Mapping[str, str]] = {"unconditional": "good", "conditional": "warn", "withheld": "bad"}
ANSWERS: Final[Pairs] = {
    "permitted": ("同意", "permitted"),
    "refused": ("不予共享", "refused"),
    "withdrawn": ("已撤回", "withdrawn"),
}
METHODS: Final[Pairs] = {
    "query": ("查询服务（可用不可见）", "Queries; the data stays where it is"),
    "verification": ("核验服务", "Verification"),
    "api": ("服务接口", "Service interface"),
    "exchange": ("批量交换", "Batch exchange"),
    "file": ("文件下载", "File"),
}
# What a way of delivery means for whoever asks.
MEANT: Final[Pairs] = {
    "query": (
        "数据不出库：在“授权运营”里写查询，只得到统计结果",
        "the data stays where it is: ask in the room Operator, and get figures",
    ),
    "verification": (
        "在“核验”里填一条或一批记录，只回答一致、不一致、查无此记录，不给出数据",
        "records you have are compared: match, mismatch or not found; no data is given",
    ),
    "api": (
        "本单位的程序凭令牌调用接口，不经页面",
        "a program of yours calls the interface with a token",
    ),
    "exchange": (
        "按批领取文件，或者放进登记的交换库",
        "in batches, as files or into a registered exchange database",
    ),
    "file": (
        "在“收到的数据”里生成文件下载；有水印和回执，要对账，用完要删除并出具证明",
        "a file to download, marked, with a receipt; counted back, and deleted in the end with a proof",
    ),
}
RULES: Final[Pairs] = {
    "answer_unconditional": ("无条件共享答复", "answer, unconditional"),
    "answer_conditional": ("有条件共享答复", "answer, conditional"),
    "answer_open": ("依申请开放答复", "answer, open data"),
    "answer_extension": ("答复延期", "extension of an answer"),
    "answer_open_extension": ("依申请开放延期", "extension, open data"),
    "supply": ("同意后供数", "supply after consent"),
    "dispute_negotiation": ("争议协商", "negotiation of a dispute"),
    "dispute_authority": ("主管部门裁定争议", "authority decides a dispute"),
    "dispute_superior": ("共同上级裁定争议", "superior decides a dispute"),
    "dispute_government": ("本级政府决定争议", "government decides a dispute"),
}
GRANTS: Final[Pairs] = {
    "in_force": ("有效", "In force"),
    "suspended": ("已暂停", "Suspended"),
    "revoked": ("已撤销", "Revoked"),
    "ended": ("已结束", "Ended"),
}
ANALYSES: Final[Pairs] = {
    "aggregate": ("统计", "figures"),
    "list": ("明细清单", "rows"),
    "masked_list": ("脱敏清单", "masked rows"),
    "verify": ("核验", "verification"),
}
MODES: Final[Pairs] = {
    "plain": ("原值", "plain"),
    "threshold": ("最小人数门槛", "minimum group size"),
    "dp": ("差分隐私", "differential privacy"),
}
SUPPLIES: Final[Pairs] = {
    "making": ("生成中", "Being made"),
    "ready": ("待领取对账", "To be fetched and counted"),
    "acknowledged": ("已对账", "Acknowledged"),
    "disputed": ("数量不符", "Counts differ"),
    "ended": ("已终止", "Ended"),
    "proved": ("已删除并证明", "Deleted, with proof"),
    "deleted": ("已删除并证明", "Deleted, with proof"),
}
OUTCOMES: Final[Pairs] = {
    "match": ("一致", "Match"),
    "mismatch": ("不一致", "Mismatch"),
    "not_found": ("查无此记录", "Not found"),
}


def called(say: Language, pairs: Pairs, code: str | None) -> str:
    """What a code is called; the code itself where nobody worded it."""
    if not code:
        return "—"
    return say(*pairs[code]) if code in pairs else code


def tone(code: str | None) -> str:
    """The tone of the badge of a state."""
    return TONES.get(code or "", "calm")


def purpose(say: Language, vocabulary: Mapping[str, Any], code: str | None) -> str:
    """What a purpose is called."""
    found = next((one for one in vocabulary["purposes"] if one["code"] == code), None)
    return (code or "") if found is None else say(str(found["title"]), str(found["title_en"]))


def method(say: Language, vocabulary: Mapping[str, Any], code: str | None) -> str:
    """What a way of delivery is called."""
    title = str(vocabulary["methods"].get(code or "", ""))
    return say(title, called(say, METHODS, code)) if title else ""
