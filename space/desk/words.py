"""What stands in rows and states at the desk, in the words of the office; the language is the reader's.

Decides no wording of refusals; see :mod:`space.desk.wording`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from space.console.language import spoken

# Chinese, English.
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "added": ("新增", "Added"),
    "changed": ("变更", "Changed"),
    "removed": ("减少", "Removed"),
    "sent": ("待对账", "To be counted"),
    "acknowledged": ("已对账", "Counted back"),
    "disputed": ("对账不符", "Counts differ"),
    "open": ("待办", "To do"),
    "confirmed": ("已报送", "Handed in"),
    "withdrawn": ("已撤回", "Withdrawn"),
    "done": ("已办结", "Done"),
    "closed": ("已关闭", "Closed"),
    "person": ("人员", "Person"),
    "household": ("家庭", "Household"),
    "house": ("房屋", "House"),
    "shop": ("店铺", "Shop"),
    "verify": ("核实", "Verify"),
    "visit": ("走访", "Visit"),
    "fill": ("填报", "Fill in"),
    "accepted": ("已采纳，待数源更正", "Accepted, to be corrected at the source"),
    "rejected": ("未采纳", "Not accepted"),
    "reopened": ("数源未更正，已重开", "Not corrected at the source, opened again"),
    "carried": ("已更正", "Corrected"),
    "before_authority": ("复核中（主管部门）", "Under review (data authority)"),
    "before_superior": ("复核中（上级主管部门）", "Under review (superior authority)"),
    "before_government": ("复核中（政府）", "Under review (government)"),
    "upheld_authority": ("复核维持", "Upheld on review"),
    "upheld_superior": ("复核维持", "Upheld on review"),
    "upheld": ("复核维持（终局）", "Upheld on review (final)"),
    "form": ("报表", "Form"),
    "correction": ("校核", "Correction"),
    "task": ("任务", "Task"),
    "left_register": ("名单上有，人口登记已注销", "On the list, struck off the register"),
    "not_in_register": ("名单上有，人口登记没有", "On the list, not in the register"),
    "claims_twice": ("名单上重复", "Twice on the list"),
    "double_claim": ("同时领取互斥待遇", "Draws benefits that exclude each other"),
    "below_age": ("未到规定年龄", "Below the age"),
    "not_claiming": ("到龄未申领", "Of age, has not applied"),
    "certain": ("较确定", "Rather certain"),
    "likely": ("很可能", "Likely"),
    "possible": ("可能", "Possible"),
    "awaited": ("待答复", "Awaiting an answer"),
}


def word(code: str) -> str:
    """A code in the words of the language the page is in; itself where it has none."""
    chinese, english = _WORDS.get(code, (code, code))
    return spoken()(chinese, english)


def answering(state: str) -> str:
    """The state of a correction: what is open there waits for an answer, not for the office."""
    return word("awaited" if state == "open" else state)
