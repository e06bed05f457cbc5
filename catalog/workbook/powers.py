"""The powers and duties of a department 权责清单, from which a legal basis is chosen.

Decides how such a list is read; what it says is the department's. A list is YAML (``powers:`` with
``code``, ``name``, ``basis``) or CSV with the headings 编码, 事项名称, 依据.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from catalog.errors import CatalogError

_HEADINGS: Final = {
    "code": ("编码", "事项编码", "职权编码", "code"),
    "name": ("事项名称", "事项", "职权名称", "名称", "name"),
    "basis": ("依据", "设定依据", "法律依据", "实施依据", "basis"),
}


class PowersUnreadable(CatalogError):
    """A list of powers and duties that cannot be read."""


@dataclass(frozen=True, slots=True)
class Power:
    """One power or duty.

    Attributes:
        code: of the list; may be empty.
        name: of the item 事项.
        basis: the law or regulation it rests on.
    """

    code: str
    name: str
    basis: str

    @property
    def citation(self) -> str:
        """How a contract cites it as the basis of sharing."""
        return f"{self.basis}（{self.name}）"


def read_powers(path: Path) -> tuple[Power, ...]:
    """The powers in a YAML or CSV file.

    Raises:
        PowersUnreadable: it is neither, or an entry lacks its name or basis.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise PowersUnreadable(f"{path}: cannot be read — save the list as UTF-8 text") from None
    entries = _from_csv(text) if path.suffix.lower() == ".csv" else _from_yaml(path, text)
    made = []
    for place, entry in enumerate(entries, 1):
        values = {key: str(entry.get(key) or "").strip() for key in _HEADINGS}
        if not values["name"] or not values["basis"]:
            raise PowersUnreadable(f"{path}: entry {place} lacks its name or basis — add 事项名称 and 依据")
        made.append(Power(**values))
    if not made:
        raise PowersUnreadable(f"{path}: holds no entry — write 编码, 事项名称, 依据, one line each")
    return tuple(made)


def _from_csv(text: str) -> list[dict[str, Any]]:
    known = {heading: key for key, headings in _HEADINGS.items() for heading in headings}
    return [
        {known[str(heading).strip()]: cell for heading, cell in line.items() if str(heading).strip() in known}
        for line in csv.DictReader(io.StringIO(text))
    ]


def _from_yaml(path: Path, text: str) -> list[dict[str, Any]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        document = YAML(typ="safe").load(text)
    except (YAMLError, ValueError):
        raise PowersUnreadable(f"{path}: is not YAML — check indentation and quotes") from None
    entries = document.get("powers") if isinstance(document, dict) else document
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise PowersUnreadable(f"{path}: holds no list — write powers: with code, name and basis")
    return entries
