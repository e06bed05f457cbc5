"""Codes of forms in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from space.console.language import Language
from space.console.pages.steward.words import CYCLES, TYPES, called

Pair = tuple[str, str]

SUBJECTS: Final[dict[str, Pair]] = {
    "person": ("个人", "a person"),
    "household": ("户", "a household"),
    "enterprise": ("企业、单位", "an enterprise"),
}
STATES: Final[dict[str, Pair]] = {
    "asked": ("待主管部门审核", "waits for the authority"),
    "admitted": ("已准入", "admitted"),
    "refused": ("未准入", "refused"),
    "withdrawn": ("已撤回", "withdrawn"),
}
TONES: Final = {"asked": "warn", "admitted": "good", "refused": "bad"}
# What a comparison says of an item.
COMPARED: Final[dict[str, Pair]] = {
    "prefilled": ("从账上带出，不用填", "comes from the ledger"),
    "computed": ("自动计算，不用填", "is computed"),
    "again": ("账上已有，不应再填", "is in the ledger already"),
    "perhaps": ("可能已有，请核对", "may be there already"),
    "new": ("账上没有，需要填", "nobody has it"),
}
COMPARED_TONES: Final = {"prefilled": "good", "computed": "good", "again": "bad", "perhaps": "warn"}
PERIODS: Final = tuple(code for code in CYCLES if code != "realtime")


def of(known: Mapping[str, Pair], say: Language, code: str) -> str:
    """A code in words; as it is where nobody worded it."""
    pair = known.get(code)
    return code if pair is None else say(*pair)


def period(say: Language, code: str) -> str:
    """How often a form is filled."""
    return called(say, CYCLES, code)


def filled(say: Language, item: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """How an item comes to its value.

    Args:
        say: of the reader.
        item: as the form's document has it.
        titles: dataset or ``dataset.field`` → what it is called.
    """
    if item.get("compute"):
        return say(f"自动计算：{item['compute']}", f"computed: {item['compute']}")
    if item.get("dataset"):
        field = f"{item['dataset']}.{item['field']}"
        source = f"{titles.get(item['dataset'], item['dataset'])} · {titles.get(field, item['field'])}"
        return say(f"从账上带出：{source}", f"from the ledger: {source}")
    told = [called(say, TYPES, str(item.get("type") or "string"))]
    if item.get("allowed"):
        told.append(say("选项：", "one of ") + say("、", ", ").join(map(str, item["allowed"])))
    bounds = [item.get("minimum"), item.get("maximum")]
    if any(each is not None for each in bounds):
        told.append("–".join("" if each is None else str(each) for each in bounds))
    if item.get("required"):
        told.append(say("必填", "needed"))
    return say("手工填：", "by hand: ") + say("，", ", ").join(told)
