"""A contract as the page edits it: the plain ODCS document of the interface, read and changed by name.

Decides only where in the document a value stands; whether it is right is the interface's to say (its lint and
its trial).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

Node = dict[str, Any]

_PROPERTIES: Final = "customProperties"
# Bounds of an item, by the rule each makes and the name of its argument.
BOUNDS: Final = {
    "minLength": ("length", "minimum"), "maxLength": ("length", "maximum"), "pattern": ("pattern", "regex"),
    "minimum": ("range", "minimum"), "maximum": ("range", "maximum"),
}  # fmt: skip
_OF_TEXT: Final = ("minLength", "maxLength", "pattern")
# What drafting writes into texts a person has not touched yet begins so.
DRAFTED: Final = "Drafted"


def custom(node: Node, name: str, usual: Any = None) -> Any:
    """A custom property of the document, or of an item."""
    return next((one["value"] for one in node.get(_PROPERTIES, ()) if one["property"] == name), usual)


def put_custom(node: Node, name: str, value: Any) -> None:
    """State a custom property; None and what is empty take it away."""
    held = [one for one in node.get(_PROPERTIES, ()) if one["property"] != name]
    if value not in (None, "", [], {}):
        held.append({"property": name, "value": value})
    _put(node, _PROPERTIES, held)


def table(document: Node) -> Node:
    """The one dataset of the document."""
    found: Node = document["schema"][0]
    return found


def items(document: Node) -> list[Node]:
    """Its items, in order."""
    found: list[Node] = table(document)["properties"]
    return found


def heading(item: Node) -> str:
    """What people call an item."""
    return str(item.get("businessName") or item["name"])


def untouched(document: Node) -> None:
    """Take away what drafting wrote where a person should write: the summary, what items mean."""
    summary = document.get("description", {}).get("purpose", "")
    if summary.startswith(DRAFTED):
        put_summary(document, "")
    for item in items(document):
        if str(item.get("description", "")).startswith(DRAFTED):
            item.pop("description")
    put_tags(document)


def put_tags(document: Node) -> None:
    """A contract a person looked through is no mere draft."""
    _put(document, "tags", [tag for tag in document.get("tags", ()) if tag != "draft"])


def put_summary(document: Node, text: str) -> None:
    """State the summary."""
    described = dict(document.get("description", {}))
    described.pop("purpose", None)
    _put(document, "description", ({"purpose": text} if text else {}) | described)


def rename(document: Node, name: str) -> None:
    """Give the table another physical name, within its schema."""
    whole = table(document)
    whole["physicalName"] = f"{str(whole['physicalName']).partition('.')[0]}.{name}"
    whole["name"] = name


def put_type(item: Node, kind: str) -> None:
    """Take an item for another type; bounds and uses of the old one go."""
    item["logicalType"] = kind
    options = item.get("logicalTypeOptions", {})
    text = kind == "string"
    _put(item, "logicalTypeOptions", {k: v for k, v in options.items() if (k in _OF_TEXT) == text})
    for name in ("grain", "itemType"):
        put_custom(item, name, None)
    put_custom(item, "scale", 2 if kind == "number" else None)
    if custom(item, "use") in ("time", "measure"):
        put_custom(item, "use", None)
    if not text:
        put_custom(item, "check", None)


def option(item: Node, name: str) -> Any:
    """A bound of an item."""
    return item.get("logicalTypeOptions", {}).get(name)


def put_option(document: Node, item: Node, name: str, value: Any) -> None:
    """State a bound of an item, also in the rule that repeats it."""
    options = dict(item.get("logicalTypeOptions", {}))
    options.pop(name, None)
    _put(item, "logicalTypeOptions", options | ({} if value in (None, "") else {name: value}))
    kind, argument = BOUNDS[name]
    _put_argument(document, item, kind, argument, value)


def put_allowed(document: Node, item: Node, values: list[str]) -> None:
    """State the closed list of values of an item."""
    _put(item, "enum", [{"value": value} for value in values])
    _put_argument(document, item, "allowed", "values", values)


def put_check(document: Node, item: Node, code: str) -> None:
    """State which check digit an item carries."""
    put_custom(item, "check", code)
    _put_argument(document, item, "check_digit", "code", code)


def put_unit(document: Node, item: Node, kind: str) -> None:
    """State which kind of unit an item identifies; the first of a kind is what rows are about."""
    others = [one for one in items(document) if one is not item]
    former = custom(item, "unit")
    about = not any((custom(one, "unit") or {}).get("kind") == kind for one in others)
    put_custom(item, "unit", {"kind": kind, "about": about} if kind else None)
    if kind:
        put_custom(item, "use", "identifier")
    elif former:
        put_custom(item, "use", None)
    named = {
        unit["kind"] for one in items(document) if (unit := custom(one, "unit")) and unit.get("about", True)
    }
    held = [one for one in custom(document, "units", []) if one["kind"] in named]
    new = named - {one["kind"] for one in held}
    put_custom(document, "units", held + [{"kind": one, "maxRows": 1} for one in sorted(new)])


def put_key(document: Node, item: Node, keyed: bool) -> None:
    """Let an item be the key of a row, or not."""
    item.pop("primaryKeyPosition", None)
    _put(item, "primaryKey", keyed or None)
    if keyed:
        item["required"] = True
    unique = [key for key in custom(document, "uniqueKeys", []) if key != [item["name"]]]
    put_custom(document, "uniqueKeys", unique)


def rules_over(document: Node, names: list[str], kind: str) -> Iterator[Node]:
    """Rules of ours that are stated over some items."""
    for one in table(document).get("quality", ()):
        body = one.get("implementation", {})
        if one.get("engine") == "ybz" and body.get("kind") == kind and body.get("fields") == names:
            yield one


def put_action(document: Node, rule: str, names: list[str], stated: Node, action: str) -> None:
    """State what becomes of a row that breaks a rule; a rule an item implies is written down for it."""
    found = next(rules_over(document, names, stated["kind"]), None)
    if found is not None:
        found["implementation"]["action"] = action
        return
    body = {"kind": stated["kind"], "fields": names, "action": action}
    if stated.get("args"):
        body["args"] = stated["args"]
    made = {
        "id": rule, "type": "custom", "engine": "ybz", "dimension": stated["dimension"],
        "implementation": body,
    }  # fmt: skip
    table(document).setdefault("quality", []).append(made)


def _put_argument(document: Node, item: Node, kind: str, argument: str, value: Any) -> None:
    """Let a stated rule say what its item says; a rule with nothing left to say goes."""
    for one in list(rules_over(document, [item["name"]], kind)):
        args = dict(one["implementation"].get("args", {}))
        args.pop(argument, None)
        args |= {} if value in (None, "", []) else {argument: value}
        one["implementation"]["args"] = args
        if not args:
            table(document)["quality"].remove(one)
    if not table(document).get("quality", True):
        table(document).pop("quality")


def _put(node: Node, name: str, value: Any) -> None:
    if value in (None, "", [], {}):
        node.pop(name, None)
    else:
        node[name] = value
