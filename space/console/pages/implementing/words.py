"""Codes of agreements in words, for the side that authorises."""

from __future__ import annotations

from typing import Final

from space.console.language import Language

Pair = tuple[str, str]

_STATES: Final[dict[str, Pair]] = {
    "drafted": ("草拟中", "drafted"),
    "offered": ("待运营机构签署", "waits for the operator"),
    "signed": ("已签署，待起始日", "signed, begins later"),
    "in_force": ("生效中", "in force"),
    "suspended": ("已中止", "suspended"),
    "expired": ("已到期", "expired"),
    "terminated": ("已解除", "terminated"),
    "dropped": ("已放弃", "dropped"),
    "declined": ("未签署", "declined"),
    "proposed": ("待采纳", "to be adopted"),
    "adopted": ("已采纳", "adopted"),
    "rejected": ("未采纳", "rejected"),
    "withdrawn": ("已撤回", "withdrawn"),
    "ended": ("已结束", "ended"),
    "revoked": ("已撤销", "revoked"),
    "incomplete": ("待补正", "incomplete"),
    "submitted": ("办理中", "under way"),
    "permitted": ("已同意", "permitted"),
    "refused": ("未同意", "refused"),
}
_TONES: Final = {
    "in_force": "good", "adopted": "good", "permitted": "good", "proposed": "warn", "offered": "warn",
    "suspended": "warn", "incomplete": "warn", "submitted": "warn", "rejected": "bad", "refused": "bad",
    "revoked": "bad", "terminated": "bad",
}  # fmt: skip
_OFFICES: Final[dict[str, Pair]] = {
    "body": ("实施机构", "implementing body"),
    "operator": ("运营机构", "operator"),
    "authority": ("数据主管部门", "data authority"),
    "clock": ("到期", "the calendar"),
}
_EVENTS: Final[dict[str, Pair]] = {
    "draft": ("起草", "drafted"), "redraft": ("重新起草", "drafted anew"), "offer": ("发出", "offered"),
    "drop": ("放弃", "dropped"), "sign": ("签署", "signed"), "decline": ("退回", "declined"),
    "begin": ("生效", "began"), "supplement": ("提出补充协议", "supplement proposed"),
    "countersign": ("签署补充协议", "supplement signed"),
    "refuse_supplement": ("不同意补充", "supplement refused"), "review": ("年度评估", "reviewed"),
    "suspend": ("中止", "suspended"), "resume": ("恢复", "resumed"), "terminate": ("解除", "terminated"),
    "expire": ("到期", "expired"), "propose": ("提出", "proposed"), "adopt": ("采纳", "adopted"),
    "reject": ("不予采纳", "rejected"), "withdraw": ("撤回", "withdrawn"), "end": ("结束", "ended"),
}  # fmt: skip
# The rulebook words these in Chinese; source: 发改数据规〔2025〕27号.
_CLAUSES: Final = {
    "scenarios": "Scenarios", "review": "Review before products go live", "platform": "Platform",
    "security": "Data security", "personal_information": "Personal information", "secrecy": "Secrecy",
    "cost": "Cost accounting", "fees": "Fees", "revenue": "Revenue", "disclosure": "Disclosure",
    "intellectual_property": "Intellectual property", "assessment": "Assessment", "change": "Change",
    "suspension": "Suspension", "exit": "Exit", "data_return": "Return and deletion of data",
    "breach": "Breach", "disputes": "Disputes",
}  # fmt: skip
_MODES: Final = {"whole": "as a whole", "field": "by field", "scenario": "by scenario"}
_LEVELS: Final[dict[str, Pair]] = {
    "low": ("低", "low"), "medium": ("中", "medium"), "high": ("高", "high"),
}  # fmt: skip

_PARTS: Final[dict[str, Pair]] = {
    "body: person": ("实施机构负责人", "In charge at the implementing body"),
    "operator: person": ("运营机构负责人", "In charge at the operator"),
    "purposes": ("用途（至少一项）", "Purposes, at least one"),
    "products": ("产品和服务（至少一项）", "Products and services, at least one"),
    "catalogue": ("目录清单（至少一个数据集）", "Catalogue list, at least one dataset"),
}


def state(say: Language, code: str) -> str:
    """A state in words."""
    return _of(_STATES, say, code)


def tone(code: str) -> str:
    """The tone of a state's badge."""
    return _TONES.get(code, "calm")


def office(say: Language, code: str) -> str:
    """Who takes a step."""
    return _of(_OFFICES, say, code)


def event(say: Language, code: str) -> str:
    """What was done."""
    return _of(_EVENTS, say, code)


def clause(say: Language, code: str, zh: str) -> str:
    """What a clause is called; ``zh`` as the rulebook has it."""
    return say(zh, _CLAUSES.get(code, code))


def mode(say: Language, code: str, zh: str) -> str:
    """How much is authorised; ``zh`` as the rulebook has it."""
    return say(zh, _MODES.get(code, code))


def level(say: Language, code: str) -> str:
    """A level of risk."""
    return _of(_LEVELS, say, code)


def lacking(say: Language, where: str, called: str) -> str:
    """What a paper lacks, by where it belongs and what the rulebook calls it.

    >>> lacking(Language.CHINESE, "clauses: secrecy", "保密要求")
    '条款：保密要求'
    >>> lacking(Language.ENGLISH, "clauses: secrecy", "保密要求")
    'Clause: Secrecy'
    """
    part, _, name = where.partition(": ")
    if part == "clauses":
        return say(f"条款：{called}", f"Clause: {_CLAUSES.get(name, name)}")
    pair = _PARTS.get(where) or _PARTS.get(part.partition(" ")[0])
    if pair is None:
        return say(called, where)
    return say(*pair) + (say(f"：{called}", f": {name}") if part.startswith("products ") else "")


def _of(known: dict[str, Pair], say: Language, code: str) -> str:
    pair = known.get(code)
    return code if pair is None else say(*pair)
