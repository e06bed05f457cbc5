"""What a request is to say, while it is written: fields, items, and what the service finds missing.

Decides nothing of it: what is missing is the interface's list, and each line is shown beside its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from space.console.language import Language

# Field of a statement → the step it is asked in, in the order in which they are asked.
STEP_OF: Final[Mapping[str, int]] = {
    "purpose": 1, "scenario": 1, "implementing_body": 1, "agreement": 1, "legal_basis": 1,
    "items": 2, "scope": 3, "method": 3, "use_until": 3, "vouched_by": 3,
}  # fmt: skip
_LACKS: Final[Mapping[str, tuple[str, str]]] = {
    "purpose": ("选一个用途", "choose the purpose"),
    "scenario": ("写明使用场景：用这些数据做什么事", "say what is done with the data"),
    "legal_basis": ("写明使用依据：法律、法规或者“三定”规定及条款", "name the law or duty, with its article"),
    "scope": ("写明使用范围：谁用、用在哪里", "say who uses it, and where"),
    "method": ("选一种提供方式", "choose the way of delivery"),
    "use_until": ("填使用时限，不早于今天", "give the last day of use, not in the past"),
    "vouched_by": ("填承诺人：本单位的一个人，写姓名", "name a person of this organisation who vouches"),
    "implementing_body": ("填实施机构代码", "give the code of the implementing body"),
    "agreement": ("填授权运营协议编号", "give the number of the agreement"),
}


@dataclass
class Draft:
    """A request that is being written.

    Attributes:
        stated: field → text.
        items: dataset → fields that are ticked.
        missing: the interface's list.
        ways: who would answer what by when, as the interface tells it.
    """

    stated: dict[str, str] = field(default_factory=dict)
    items: dict[str, set[str]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    ways: Sequence[Mapping[str, Any]] = ()

    def body(self) -> dict[str, Any]:
        """As the interface takes it."""
        known = {key: text.strip() for key, text in self.stated.items() if text.strip()}
        wanted = [{"dataset": name, "fields": sorted(chosen)} for name, chosen in self.items.items()]
        return {**known, "items": wanted}

    def lacks(self, key: str) -> list[str]:
        """Lines of the list that are about a field."""
        return [line for line in self.missing if key_of(line) == key]

    def begun(self) -> bool:
        """Whether anything of it was written: a purpose, a text, or an item."""
        own = {key for key, text in self.stated.items() if text.strip() and key != "vouched_by"}
        return bool(own or any(self.items.values()))

    def kept(self) -> dict[str, Any]:
        """What a browser may keep of it: no name of a person."""
        stated = {key: text for key, text in self.stated.items() if key != "vouched_by"}
        return {"stated": stated, "items": {name: sorted(chosen) for name, chosen in self.items.items()}}

    @classmethod
    def from_kept(cls, kept: Any) -> Draft:
        """What a browser kept, whatever became of it there: texts and names of known fields alone."""
        found = kept if isinstance(kept, Mapping) else {}
        stated, items = found.get("stated"), found.get("items")
        made = cls()
        for key, text in stated.items() if isinstance(stated, Mapping) else ():
            if key in STEP_OF and isinstance(text, str):
                made.stated[key] = text
        for name, chosen in items.items() if isinstance(items, Mapping) else ():
            if isinstance(name, str) and isinstance(chosen, list):
                made.items[name] = {one for one in chosen if isinstance(one, str)}
        return made

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Draft:
        """What an incomplete request states so far."""
        made = cls({key: str(text or "") for key, text in request["statement"].items()})
        made.stated |= {"purpose": request["purpose"], "use_until": request["use_until"] or ""}
        for item in request["items"]:
            made.items.setdefault(item["dataset"], set()).add(item["field"])
        return made


def key_of(line: str) -> str:
    """The field a line of the list is about; empty where it names none."""
    key = line.partition(":")[0].strip()
    return key if key in STEP_OF else ""


def step_of(line: str) -> int:
    """The step in which what a line names is given; the last one where no field is named."""
    return STEP_OF.get(key_of(line), 4)


def in_order(missing: Sequence[str]) -> list[str]:
    """The list in the order of the questions; what names no field stands last.

    >>> in_order(["use_until: the last day", "purpose: one of", "operation.scope: outside"])
    ['purpose: one of', 'use_until: the last day', 'operation.scope: outside']
    """
    asked = list(STEP_OF)
    return sorted(missing, key=lambda line: asked.index(key_of(line)) if key_of(line) else len(asked))


def worded(say: Language, line: str) -> str:
    """A line of the list in the reader's language.

    >>> worded(Language.CHINESE, "scope: 使用范围 the scope")
    '写明使用范围：谁用、用在哪里'
    """
    key, _, rest = line.partition(":")
    if key_of(line) == "items":
        return say(*_items(rest.strip()))
    if key in _LACKS:
        return say(*_LACKS[key])
    return line


def _items(text: str) -> tuple[str, str]:
    """A line about items, in both languages; the names in it are the interface's."""
    if text.startswith("数据项"):
        return "数据项：至少选一个数据集，并逐项勾选", "choose a dataset and tick its items"
    name = text.partition(" ")[0].rstrip(":")
    if "name the fields" in text:
        return (
            "数据项：选了数据集但没有勾选数据项；不能整库申请",
            "tick items of the dataset; one cannot ask for the whole of it",
        )
    if text.endswith("is not published in the ledger"):
        return f"数据项：{name} 还没有在目录发布", f"items: {text}"
    if "is not open" in text:
        return f"数据项：{name} 没有列为开放", f"items: {name} is not open"
    if " has no field " in text:
        return f"数据项：{name} 没有 {text.rpartition(' ')[2]} 这一项", f"items: {text}"
    return f"数据项：{text}", f"items: {text}"
