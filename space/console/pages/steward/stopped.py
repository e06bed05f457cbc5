"""Why a build did not become a release, in words: what the gate said, reason by reason.

Decides nothing: a reason nobody worded is told as the gate wrote it.
"""

from __future__ import annotations

import re
from typing import Final

from space.console.language import Language
from space.console.pages.steward.words import DETECTORS, GRADES, called

# The gate parts its reasons by this; its own words hold none.
_BETWEEN: Final = "; "
_KINDS: Final = {
    "personal": ("个人信息", "personal"),
    "sensitive personal": ("敏感个人信息", "sensitive personal"),
}
_FOUND: Final = re.compile(
    r"(?P<field>[^:]+): (?P<kind>\w+) found, which is (?P<grade>.+) information the contract does not declare"
)
_RULE: Final = re.compile(r"(?P<field>[^:]*): rule \S+ is broken by (?P<bad>\d+) of (?P<all>\d+)")
_LIMIT: Final = re.compile(
    r"(?P<out>\d+) of (?P<all>\d+) rows are quarantined, more than the limit of (?P<most>\S+)"
)
_SCORE: Final = re.compile(
    r"the quality score (?:is (?P<score>\S+)|was not assessed), the contract asks for (?P<least>\S+)"
)
_MERGE: Final = re.compile(r"(?P<field>[^:]+): it merges personal information of (?P<of>.+), and the review")
_ALL: Final = re.compile(r"all (?P<all>\d+) rows are quarantined, the release would be empty")
_LOST: Final = re.compile(r"(?P<file>.+) has no column for (?P<columns>.+)")


def why_stopped(say: Language, reason: str) -> str:
    """Why a build was stopped, as its attempt tells it.

    >>> why_stopped(Language.CHINESE, "12 of 99 rows are quarantined, more than the limit of 5% — correct it")
    '99 行里拒收了 12 行，超过 5% 的上限：请数源更正，或调整上限'
    """
    return say("；", "; ").join(_worded(say, one) for one in reason.split(_BETWEEN))


def _worded(say: Language, one: str) -> str:
    if say is Language.ENGLISH:
        return one
    return _found(say, one) or _counted(one) or one


def _found(say: Language, one: str) -> str:
    if found := _FOUND.match(one):
        grade = found["grade"]
        kind = say(*_KINDS[grade]) if grade in _KINDS else called(say, GRADES, grade.rpartition(" ")[2])
        what = called(say, DETECTORS, found["kind"])
        return f"“{found['field']}”里发现{what}（{kind}），编目没有写明：请补写、删去该列，或在分类分级里裁定"
    if found := _MERGE.match(one):
        return f"汇聚了 {found['of']} 的个人信息，汇聚审查还没有通过：请安全机构或主管部门裁定"
    return ""


def _counted(one: str) -> str:
    if found := _RULE.match(one):
        return (
            f"“{found['field']}”有 {found['bad']} 处（共 {found['all']} 处）不合规则：请数源更正，或调整规则"
        )
    if found := _LIMIT.match(one):
        out = f"{found['all']} 行里拒收了 {found['out']} 行"
        return f"{out}，超过 {found['most']} 的上限：请数源更正，或调整上限"
    if found := _SCORE.match(one):
        score = f"质量得分 {found['score']}" if found["score"] else "没有评出质量得分"
        return f"{score}，约定至少 {found['least']}：请数源更正，或调整要求"
    if found := _ALL.match(one):
        return f"{found['all']} 行全部被拒收，发布出来会是空的：请数源更正"
    if found := _LOST.fullmatch(one):
        return f"{found['file']} 里没有这些列：{found['columns']}"
    return ""
