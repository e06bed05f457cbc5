"""Values of a YAML or JSON document as plain ones, and what a person calls them.

Decides which scalars are texts: a number written otherwise than as its digits is none, because a code
would lose what is beside them without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any


def plain(value: Any) -> Any:
    """``value`` as JSON can carry it: mappings, lists, text, numbers, booleans, null."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if is_list(value):
        return [plain(item) for item in value]
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def kind_of(value: Any) -> str:
    """What a person calls the shape of ``value``; never the value itself."""
    names: Iterable[tuple[type | tuple[type, ...], str]] = (
        (bool, "true/false"),
        (int, "a number"),
        (float, "a number"),
        (str, "text"),
        (Mapping, "a mapping"),
        ((datetime, date), "a date"),
    )
    for types, name in names:
        if isinstance(value, types):
            return name
    return "a list" if is_list(value) else "nothing" if value is None else type(value).__name__


def text_of(raw: Any) -> str | None:
    """The text a scalar stands for, or None where it is none: a list, a flag, a padded number."""
    if isinstance(raw, str):
        return str(raw)
    if isinstance(raw, datetime | date):
        return raw.isoformat()
    # ``+86`` is the number 86: the reader's own type for such spellings is refused here.
    return str(raw) if type(raw) is int else None


def scalar_text(raw: Any) -> str | None:
    """Like :func:`text_of`, for values of fields of any type: flags and decimals too.

    >>> scalar_text(True), scalar_text(0.5), scalar_text("01"), scalar_text([1])
    ('true', '0.5', '01', None)
    """
    if isinstance(raw, bool):
        return str(raw).lower()
    return str(float(raw)) if isinstance(raw, float) else text_of(raw)


def is_list(value: Any) -> bool:
    """Whether a value is a list."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def line_of(container: Any, key: Any) -> int:
    """1-based line of an entry of a mapping or list that knows its lines; 0 where it does not."""
    lines = getattr(container, "lines", None)
    if lines is None:
        return 0
    return int(lines[key] if isinstance(key, int) else lines.get(key, 0))


def stated(**values: Any) -> dict[str, Any]:
    """Those ``values`` that say something: no None, False, 0, empty text or list."""
    return {name: value for name, value in values.items() if value}


def entries(
    custom: Mapping[str, Any],
    kept: Iterable[Mapping[str, Any]] = (),
    usual: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """``custom`` as ODCS ``customProperties``.

    Args:
        custom: values by name.
        kept: what :meth:`~contracts.document.Node.unknown` gave: what stands beside values, and entries
            of others.
        usual: values that are not written because they are the usual, where that is not null.
    """
    beside = {str(entry["property"]): entry for entry in kept if "value" not in entry}
    made = [{"property": name, "value": value, **beside.pop(name, {})} for name, value in custom.items()]
    for name, entry in beside.items():
        made.append({"property": name, "value": (usual or {}).get(name), **entry})
    return [*made, *(dict(entry) for entry in kept if "value" in entry)]
