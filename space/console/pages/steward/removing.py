"""Taking an item out of a contract on the page, and putting it back as it was.

Decides only what of the document hangs on an item: rules over it, the columns that feed it, keys, joins, the
area and the units. Whether the contract is then right is the interface's to say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from space.console.pages.steward import document as paper
from space.console.pages.steward.document import Node

# Properties of the whole that name items.
_NAMING: Final = ("uniqueKeys", "joins", "area", "units")
_COLUMNS: Final = "columns"


def take_out(document: Node, item: Node) -> Callable[[], None]:
    """Take an item out with all that hangs on it; what is returned puts it back."""
    held, name = paper.items(document), item["name"]
    place = next(n for n, one in enumerate(held) if one is item)
    before = {each: paper.custom(document, each) for each in _NAMING}
    columns = [(server, paper.custom(server, _COLUMNS)) for server in document.get("servers", ())]
    del held[place]
    rules = _without_rules(document, name)
    for server, mapped in columns:
        if mapped:
            left = {heading: field for heading, field in mapped.items() if field != name}
            paper.put_custom(server, _COLUMNS, left)
    _without_names(document, name, before)

    def put_back() -> None:
        held.insert(min(place, len(held)), item)
        if rules:
            paper.table(document).setdefault("quality", []).extend(rules)
        for server, mapped in columns:
            if mapped:
                paper.put_custom(server, _COLUMNS, mapped)
        for each, value in before.items():
            paper.put_custom(document, each, value)

    return put_back


def _without_rules(document: Node, name: str) -> list[Node]:
    """Take the rules over an item away; those that were."""
    whole = paper.table(document)
    held: list[Node] = list(whole.get("quality", ()))
    gone = [one for one in held if name in one.get("implementation", {}).get("fields", ())]
    left = [one for one in held if one not in gone]
    if left:
        whole["quality"] = left
    else:
        whole.pop("quality", None)
    return gone


def _without_names(document: Node, name: str, before: dict[str, Any]) -> None:
    keys = [key for key in before["uniqueKeys"] or () if name not in key]
    paper.put_custom(document, "uniqueKeys", keys)
    paper.put_custom(document, "joins", [one for one in before["joins"] or () if one.get("field") != name])
    if (before["area"] or {}).get("field") == name:
        paper.put_custom(document, "area", None)
    about = {
        unit["kind"]
        for one in paper.items(document)
        if (unit := paper.custom(one, "unit")) and unit.get("about", True)
    }
    paper.put_custom(document, "units", [one for one in before["units"] or () if one["kind"] in about])
