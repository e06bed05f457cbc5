"""Codes of the interface in words, for the operator's room: states, modes, uses, notes of a plan."""

from __future__ import annotations

from typing import Final

from space.console.language import Language

Pair = tuple[str, str]

_STATES: Final[dict[str, Pair]] = {
    "in_force": ("生效中", "in force"),
    "suspended": ("已中止", "suspended"),
    "revoked": ("已撤销", "revoked"),
    "ended": ("已结束", "ended"),
    "drafted": ("草拟中", "drafted"),
    "offered": ("已发出要约", "offered"),
    "draft_by_provider": ("提供方草拟", "drafted by the provider"),
    "draft_by_consumer": ("我方草拟", "drafted by us"),
    "archived": ("已归档", "archived"),
    "offered_by_provider": ("提供方已要约", "offered by the provider"),
    "offered_by_consumer": ("我方已要约", "offered by us"),
    "accepted": ("已承诺，待签署", "accepted, to be signed"),
    "agreed": ("已达成一致，待签署", "agreed, to be signed"),
    "signed": ("已签署", "signed"),
    "signed_by_provider": ("提供方已签", "signed by the provider"),
    "signed_by_consumer": ("我方已签", "signed by us"),
    "signed_by_both": ("双方已签", "signed by both"),
    "suspended_by_provider": ("提供方中止", "suspended by the provider"),
    "suspended_by_consumer": ("我方中止", "suspended by us"),
    "suspended_by_platform": ("平台中止", "suspended by the platform"),
    "withdrawn": ("已撤回", "withdrawn"),
    "completed": ("已履行完毕", "completed"),
    "breached": ("因违约终止", "ended for breach"),
    "terminated": ("已解除", "terminated"),
    "declined": ("已谢绝", "declined"),
    "dropped": ("已放弃", "dropped"),
    "expired": ("已到期", "expired"),
    "proposed": ("待采纳", "proposed"),
    "adopted": ("已采纳", "adopted"),
    "rejected": ("未采纳", "rejected"),
    "permitted": ("已同意", "permitted"),
    "ready": ("可用", "ready"),
    "deleted": ("已删除", "deleted"),
    "ending": ("正在删除", "being deleted"),
    "writing": ("正在写入", "being written"),
    "open": ("未结", "open"),
    "closed": ("已结", "closed"),
    "answered": ("已答", "answered"),
    "cached": ("重复提问", "repeated"),
    "refused": ("未答", "refused"),
    "lost": ("中断", "lost"),
    "running": ("进行中", "running"),
    "issued": ("已开具", "issued"),
    "paid": ("已付", "paid"),
}
_TONES: Final = {
    "in_force": "good",
    "adopted": "good",
    "ready": "good",
    "permitted": "good",
    "answered": "good",
    "suspended": "warn",
    "suspended_by_provider": "warn",
    "suspended_by_consumer": "warn",
    "suspended_by_platform": "warn",
    "offered": "warn",
    "offered_by_provider": "warn",
    "accepted": "warn",
    "agreed": "warn",
    "proposed": "warn",
    "revoked": "bad",
    "breached": "bad",
    "rejected": "bad",
    "refused": "bad",
    "lost": "bad",
}
_MODES: Final[dict[str, Pair]] = {
    "dp": ("差分隐私（加噪）", "differentially private"),
    "threshold": ("阈值保护（抑制、取整）", "threshold protection"),
    "plain": ("精确（不涉个体）", "exact, no units"),
    "list": ("明细清单", "list"),
    "masked_list": ("脱敏清单", "masked list"),
    "verify": ("核验", "verification"),
    "supply": ("供数", "supply"),
}
_USES: Final[dict[str, Pair]] = {
    "identifier": ("标识·可连接、可去重计数", "identifier: join key, count distinct"),
    "dimension": ("维度·可分组、可比较", "dimension: group by, compare"),
    "measure": ("度量·可求和、求平均", "measure: sum, average"),
    "time": ("时间·按粒度分组、比较", "time: group and compare at its grain"),
    "filter": ("筛选·只可与常量比较", "filter: compare with constants"),
    "plain": ("不涉个体·用法不限", "no units: any use"),
    "free_text": ("自由文本·不可查询", "free text: never queried"),
    "never": ("不可查询", "never queried"),
}
_PRODUCTS: Final[dict[str, Pair]] = {
    "query": ("统计查询", "query"),
    "list": ("明细清单", "list"),
    "masked_list": ("脱敏清单", "masked list"),
    "verification": ("核验", "verification"),
    "supply": ("供数", "supply"),
}
_GRAINS: Final[dict[str, Pair]] = {
    "year": ("按年", "by year"),
    "quarter": ("按季：比较时写季度第一天", "by quarter: compare with its first day"),
    "month": ("按月：比较时写某月 1 日", "by month: compare with its first day"),
    "week": ("按周：比较时写周一", "by week: compare with its Monday"),
    "day": ("按日", "by day"),
    "hour": ("按小时", "by hour"),
}
_UNITS: Final[dict[str, Pair]] = {
    "person": ("个人：身份证号", "person"),
    "household": ("户：户编号", "household"),
    "organisation": ("单位：统一社会信用代码", "organisation"),
    "enterprise": ("企业：统一社会信用代码", "enterprise"),
    "property": ("房屋：不动产单元号", "property"),
}
_PROBLEMS: Final = {
    "not a signed statement": "这不是完整的回执：应是三段以点相连的文字，请从头到尾复制",
    "a part of the statement": "回执的文字不完整或被改动过，请重新复制全文，或用下载的文件",
    "not a statement of type": "这不是本系统的回执",
    "signed with another key": "签名不是本空间的密钥作出的：请到签发它的空间查验",
    "the signature does not hold": "签名不成立：内容被改动过",
    "its entry is not in this evidence log": "存证日志里没有这条记录",
    "the installation issued another receipt": "本空间以这个编号签发的是另一份回执",
    "the entry it names is another": "回执写的存证编号与它的摘要对不上",
}
_NOTES: Final = {
    "every figure carries noise; sigma is its standard deviation": "每个数都加了噪声，σ 是噪声的标准差",
    "figures over the same rows agree": "同一批行上的数彼此一致：分项加起来等于合计，"
    "没有负数，平均数在公开范围内；"
    "为此调整了多少，随答案一并告知并计入误差",
    "rows that name no unit are left out": "没有标明个体的行不计入",
    "keys without a public list "
    "of values show only above": "没有公开值域的分组，只有超过（加噪的）阈值才显示",
    "a figure that rests on fewer than k units": "任一类个体不足 k 个、或被某一个体主导的数不予显示；"
    "不显示的数看起来都一样，不说原因",
    "counts are rounded to the rounding base": "计数按取整基数取整，合计与平均按有效位数取舍",
    "a cell is also withheld where it differs": "与贵单位以前得到的、分组相同的答案相差不足 "
    "k 个个体的格也不予显示",
    "several answers can be combined": "多个答案可以拼合；在意这一点的，请申请差分隐私的授权",
    "no row is about a unit: figures are exact": "没有一行涉及个体，数是精确的",
}
_SOURCES: Final[dict[str, Pair]] = {
    "its entry is in the evidence log, proved": (
        "记录已入存证日志，并以签名的树根证明", "its entry is in the evidence log, proved by a signed root",
    ),
    "its entry is recorded and waits for the next checkpoint": (
        "记录已存，等待下一个检查点", "recorded, waits for the next checkpoint",
    ),
    "its entry is not in this evidence log": (
        "存证日志里没有这条记录", "its entry is not in this evidence log",
    ),
}  # fmt: skip
_SIDES: Final[dict[str, Pair]] = {
    "provider": ("提供方", "provider"),
    "consumer": ("使用方（我方）", "consumer"),
    "platform": ("平台", "platform"),
    "clock": ("到期", "clock"),
    "body": ("实施机构", "implementing body"),
    "operator": ("运营机构（我方）", "operator"),
    "authority": ("数据主管部门", "data authority"),
}


def state(say: Language, code: str) -> str:
    """A state in words."""
    return _of(_STATES, say, code)


def tone(code: str) -> str:
    """The tone of a state's badge."""
    return _TONES.get(code, "calm")


def mode(say: Language, code: str) -> str:
    """How answers are made safe."""
    return _of(_MODES, say, code)


def use(say: Language, code: str) -> str:
    """What a column may be used for."""
    return _of(_USES, say, code)


def grain(say: Language, code: str) -> str:
    """How finely a column may be asked by: a part of time, or a step."""
    pair = _GRAINS.get(code)
    return say(f"步长 {code}", f"step {code}") if pair is None else say(*pair)


def unit(say: Language, kind: str) -> str:
    """What an identifier names."""
    return _of(_UNITS, say, kind)


def problem(say: Language, text: str) -> str:
    """Why a receipt does not hold; in the interface's own words where nobody worded it."""
    if say is Language.ENGLISH:
        return text
    return next((said for begins, said in _PROBLEMS.items() if text.startswith(begins)), text)


def product(say: Language, code: str | None) -> str:
    """What was asked for."""
    return _of(_PRODUCTS, say, code or "query")


def side(say: Language, code: str) -> str:
    """Who takes a step."""
    return _of(_SIDES, say, code)


def why(say: Language, text: str) -> str:
    """Why an offer was made, where the platform wrote it itself."""
    begins = "issued on the permitted request "
    return say("据获同意的申请直接签发", begins.strip()) if text.startswith(begins) else text


def logged(say: Language, said: str) -> str:
    """What the evidence log says of a receipt."""
    return _of(_SOURCES, say, said)


def note(say: Language, text: str) -> str:
    """A note of a plan; as it is where nobody worded it."""
    if say is Language.ENGLISH:
        return text
    return next((words for begins, words in _NOTES.items() if text.startswith(begins)), text)


def _of(words: dict[str, Pair], say: Language, code: str) -> str:
    pair = words.get(code)
    return code if pair is None else say(*pair)
