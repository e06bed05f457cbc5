"""A form that is being drafted: its document, the datasets it reads, its items in their order.

Decides nothing of a form: it is written as ``/v1/forms`` takes it, and judged there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_UNSAFE: Final = re.compile(r"[^a-z0-9_]+")
_STATED: Final = ("code", "title", "basis", "period", "subjectKind", "validFrom", "validTo")


@dataclass(slots=True)
class Draft:
    """A form that is being drafted.

    Attributes:
        stated: code, title, basis, period, subjectKind, validFrom, validTo, reason, answerWorkdays.
        temporary: whether it is filled once.
        items: in their order, as the form's document has them; the key of a source is found when it is sent.
        roster: dataset whose rows are the subjects; empty where the body says.
        known: dataset → its entry, as the catalogue tells it.
    """

    stated: dict[str, str] = field(default_factory=dict)
    temporary: bool = False
    items: list[dict[str, Any]] = field(default_factory=list)
    roster: str = ""
    known: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, form: Mapping[str, Any], reason: str = "") -> Draft:
        """A draft that says what a form says."""
        stated = {name: str(form.get(name) or "") for name in _STATED}
        stated |= {"reason": reason, "answerWorkdays": str(form.get("answerWorkdays") or "")}
        items = [{**one} for one in form["items"]]
        roster = str((form.get("roster") or {}).get("dataset", ""))
        return cls(stated, bool(form.get("temporary")), items, roster)

    @property
    def datasets(self) -> list[str]:
        """Those it reads, in the order of its items."""
        return list(dict.fromkeys(one["dataset"] for one in self.items if one.get("dataset")))

    def titles(self) -> dict[str, str]:
        """What datasets and their fields are called."""
        told = {name: str(entry["title"]) for name, entry in self.known.items()}
        for name, entry in self.known.items():
            told |= {f"{name}.{one['name']}": str(one["title"] or one["name"]) for one in entry["fields"]}
        return told

    def key_in(self, dataset: str) -> str:
        """The field of a dataset that identifies the subject; empty where none does."""
        fields = self.known.get(dataset, {}).get("fields", ())
        named = [one for one in fields if one["unit"] == self.stated.get("subjectKind")]
        named.sort(key=lambda one: not one["key"])
        return str(named[0]["name"]) if named else ""

    def bind(self, item: dict[str, Any], dataset: str, name: str) -> None:
        """Let an item come from a field of the ledger, and no longer be typed."""
        for each in ("compute", "type", "allowed", "minimum", "maximum", "element"):
            item.pop(each, None)
        item |= {"dataset": dataset, "field": name}

    def take(self, item: dict[str, Any]) -> None:
        """Put an item at the end, by a name nobody else has."""
        wanted = _UNSAFE.sub("_", str(item.get("name") or "item").lower()).strip("_") or "item"
        names, name, number = {one["name"] for one in self.items}, wanted, 1
        while name in names:
            number += 1
            name = f"{wanted}_{number}"
        self.items.append({**item, "name": name})

    def move(self, place: int, by: int) -> None:
        """Move an item up or down."""
        to = place + by
        if 0 <= to < len(self.items):
            self.items.insert(to, self.items.pop(place))

    def document(self, issuer: str) -> dict[str, Any]:
        """The form as it is sent."""
        stated = {name: self.stated.get(name, "") for name in _STATED}
        items = [
            {**one, "key": self.key_in(one["dataset"]) or one.get("key", "")} if one.get("dataset") else one
            for one in self.items
        ]
        made: dict[str, Any] = {**stated, "issuer": issuer, "items": items, "temporary": self.temporary}
        if self.roster:
            made["roster"] = {"dataset": self.roster, "key": self.key_in(self.roster)}
        if self.stated.get("answerWorkdays"):
            made["answerWorkdays"] = self.stated["answerWorkdays"]
        return made

    def kept(self) -> dict[str, Any]:
        """What a browser keeps of it."""
        return {
            "stated": self.stated, "temporary": self.temporary, "items": self.items, "roster": self.roster,
        }  # fmt: skip

    @classmethod
    def from_kept(cls, found: Any) -> Draft | None:
        """What a browser gave back, where it is a draft that can be shown; the interface judges it.

        >>> Draft.from_kept({"items": 3}) is None
        True
        """
        try:
            stated = {str(name): str(value) for name, value in found["stated"].items()}
            items = [{**one, "name": str(one["name"]), "title": str(one["title"])} for one in found["items"]]
            made = cls(stated, bool(found["temporary"]), items, str(found["roster"]))
            return made if items or stated.get("title") else None
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
