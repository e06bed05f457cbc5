"""Who stands on a day in the place of whoever was named before.

Decides the one who answers today for what was begun under another unit: by the handovers of the dataset it
is about, else by the successor where there is one, under the name of that day. A unit split without an
assignment keeps its name until somebody assigns.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, select

from catalog.organisations import tree
from catalog.store.tables.organisations import organisation_handovers, organisation_spans


class Following:
    """The tree of a day, asked for one party at a time; read once, so that it may be asked often."""

    def __init__(self, connection: Connection, on: date) -> None:
        """Read what is known on a day."""
        self._tree = tree.whole(connection, on)
        self.here: Mapping[str, str] = {code: span.name for code, span in self._tree.units.items()}
        h, s = organisation_handovers.c, organisation_spans.c
        self._passed: dict[str, list[tuple[str, str]]] = {}
        query = select(h.dataset, h.from_code, h.to_code).where(h.opened_on <= on)
        for row in connection.execute(query.order_by(h.opened_on, h.event_id)):
            self._passed.setdefault(row.dataset, []).append((row.from_code, row.to_code))
        self._called: dict[str, set[str]] = {}
        for name, code in connection.execute(select(s.name, s.code).where(s.valid_from <= on)):
            self._called.setdefault(folded(name), set()).add(code)
        self._successors: dict[str, tuple[str, ...]] = {}

    def code_of(self, name: str) -> str:
        """The code of the one unit that has, or had, a name; "" where none or several did."""
        found = self._called.get(folded(name), set())
        return next(iter(found)) if len(found) == 1 else ""

    def successors(self, code: str) -> tuple[str, ...]:
        """Codes of who stands in the place of a unit: its own while it exists."""
        if code not in self._successors:
            self._successors[code] = self._tree.successors(code)
        return self._successors[code]

    def answers(self, name: str, code: str, dataset: str = "") -> tuple[str, str]:
        """Name and code of who answers now for what a party, so named then, owed about a dataset.

        Args:
            name: of the party as it is written down.
            code: its code; "" where none is: then the name is looked up.
            dataset: what it is about; "" where it is about none.
        """
        known = code or self.code_of(name)
        for source, target in self._passed.get(dataset, ()):
            known = target if known == source else known
        if not known:
            return name, code
        if known not in self.here:
            followers = self.successors(known)
            known = followers[0] if len(followers) == 1 else known
        if known in self.here:
            return self.here[known], known
        return name, code or known


def folded(name: str) -> str:
    """A name as people compare it: width, case and blanks do not tell two apart.

    >>> folded("云州市 数据局（本级）") == folded("云州市数据局(本级)")
    True
    """
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
