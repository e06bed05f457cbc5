"""Several values in one cell: lists, tables of pairs, documents, each written so that it reads back alike.

One value in a cell is :mod:`catalog.workbook.cells`'s.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from catalog.workbook.cells import PARTS, BadCell, Spelling, whole_number

_ARROW: Final = re.compile(r"\s*(?:→|->)\s*")


def _show_list(values: Any) -> str:
    texts = [str(value) for value in values]
    plain = all(t and t == t.strip() and not re.search(r"[；;\n]", t) for t in texts)
    text = "；".join(texts)
    return text if plain and not text.startswith("[") else json.dumps(texts, ensure_ascii=False)


def _read_list(text: str) -> tuple[str, ...]:
    if not text.startswith("["):
        return tuple(part for part in PARTS.split(text) if part)
    made = _json(text, list)
    if not all(isinstance(item, str) for item in made):
        raise BadCell("is no list of texts", "part the texts with ；")
    return tuple(made)


def _show_table(pairs: Any) -> str:
    def plain(text: str) -> bool:
        return bool(text) and text == text.strip() and not re.search(r"[\n→；;]|->", text)

    items = dict(pairs).items()
    if all(isinstance(v, str) and plain(k) and plain(v) for k, v in items):
        text = "\n".join(f"{key} → {value}" for key, value in items)
        if not text.startswith("{"):
            return text
    return _show_json(dict(pairs))


def _read_table(text: str) -> dict[str, Any]:
    if text.startswith("{"):
        return dict(_json(text, dict))
    made: dict[str, Any] = {}
    for line in PARTS.split(text):
        parts = _ARROW.split(line)
        if len(parts) != 2 or not all(parts):
            raise BadCell("is no table", "write one `from → to` a line")
        made[parts[0]] = parts[1]
    return made


def _read_text_table(text: str) -> dict[str, str]:
    made = _read_table(text)
    if not all(isinstance(value, str) for value in made.values()):
        raise BadCell("is no table of texts", "write one `from → to` a line")
    return made


def _show_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


def _json(text: str, shape: type) -> Any:
    try:
        made = json.loads(text)
    except ValueError:
        made = None
    if not isinstance(made, shape):
        raise BadCell("cannot be read", "leave it as it was written, or empty it")
    return made


TEXTS: Final = Spelling(lambda values: _show_list(values) if values else "", _read_list, ())
TABLE: Final = Spelling(lambda pairs: _show_table(pairs) if pairs else "", _read_text_table, {})
OBJECT: Final = Spelling(_show_json, lambda text: _json(text, dict), {})


def sets() -> Spelling:
    """Sets of field names: ``a + b；c``."""

    def read(text: str) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(re.split(r"\s*[+＋]\s*", part)) for part in PARTS.split(text) if part)

    return Spelling(lambda keys: "；".join(" + ".join(key) for key in keys), read, ())


def counts() -> Spelling:
    """Names with a whole number each: ``person → 1``."""

    def read(text: str) -> dict[str, int]:
        return {name: whole_number(value) for name, value in _read_text_table(text).items()}

    return Spelling(
        lambda pairs: _show_table({k: str(v) for k, v in pairs.items()}) if pairs else "", read, {}
    )
