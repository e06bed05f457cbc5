"""What of a dataset is open to the public now: its newest export that stands, and under which licence.

Decides nothing: exports are published and withdrawn by :mod:`catalog.opening.publishing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from catalog.store.tables.opening import open_files
from policies.rulebook import rule

# Names of one statement.
_NAMED: Final = 500


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that stands.

    Attributes:
        licence: its id in the controlled list.
        licence_url: where the licence is published, or empty.
        path: of the data file, below the installation's folder ``open``.
    """

    licence: str
    licence_url: str
    path: str


def exported(connection: Connection, names: Sequence[str], on: date) -> dict[str, Exported]:
    """The newest export that stands of each of these datasets; those without one are left out.

    Args:
        connection: to read with.
        names: of datasets.
        on: day whose list of licences applies.

    Source: ``policies/rules/opening.yaml``, rule ``licences``.
    """
    licences = rule("opening", "licences", on).value
    o = open_files.c
    found: dict[str, Exported] = {}
    for at in range(0, len(names), _NAMED):
        standing = o.dataset.in_(names[at : at + _NAMED]) & o.withdrawn_at.is_(None)
        query = select(o.dataset, o.folder, o.licence).where(standing).order_by(o.published_at, o.folder)
        for row in connection.execute(query):
            folder = row.folder.partition("/")[2]
            url = licences.get(row.licence, {}).get("url", "")
            found[row.dataset] = Exported(row.licence, url, f"{folder}/{row.dataset}.csv")
    return found
