"""What subjects are called to whoever reads of them: people, organisations, and what cases are about.

Decides nothing: what has no name in the ledger is left out, and is then told by its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection

from catalog.cataloging.titles import entry_titles, item_titles
from catalog.evidence.subjects import About, abouts
from space.identity import organisations, people

# Of what many datasets are in, so many are named; how many more there are is told.
_TITLES: Final = 2


def names(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Id of a person, or code of an organisation → its name, of those there are."""
    wanted = set(ids) - {""}
    return {
        **{one.id: one.name for one in people.named(connection, wanted)},
        **organisations.names(connection, wanted),
    }


def called(connection: Connection, subjects: Iterable[str]) -> dict[str, str]:
    """Subject of the log → what it is called, or what it is about, of those of which that is known."""
    wanted = set(subjects) - {""}
    found = abouts(connection, wanted)
    datasets = {name for about in found.values() for name in about.datasets}
    parties = {about.party for about in found.values()}
    known = {**entry_titles(connection, wanted | datasets), **names(connection, wanted | parties)}
    told = {subject: _about(connection, about, known) for subject, about in found.items()}
    return {subject: known.get(subject) or told.get(subject, "") for subject in wanted}


def _about(connection: Connection, about: About, known: Mapping[str, str]) -> str:
    item = item_titles(connection, about.datasets[0]).get(about.field, "") if about.field else ""
    titles = [known.get(name, name) for name in about.datasets[:_TITLES]]
    more = len(about.datasets) - _TITLES
    parts = [known.get(about.party, ""), about.number, *titles, item, f"+{more}" if more > 0 else ""]
    return " · ".join(filter(None, parts))
