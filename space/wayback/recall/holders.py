"""Who holds some rows, on every way they could come to anybody.

Decides which ways there are; what counts as held is decided by each of them. A key that was corrected names
its row by the former value until the release that carries the new one, by the new value from then on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, Row

from catalog import keys
from catalog.home import Home
from catalog.keys import row_reference
from catalog.releases.published import Release
from space.wayback.recall import delivered, shown, supplied
from space.wayback.recall.holdings import Holding, Looking
from space.wayback.recall.rows import Target, VersionGone, names_of, row_at, together

_WAYS: Final = (delivered.holdings, supplied.holdings, shown.holdings)
_SUPPLIED: Final = ("file", "table", "list")


def looking_at(home: Home, connection: Connection) -> Looking:
    """One look for holders."""
    return Looking(home, connection, keys.load(home).pseudonym)


def holders(looking: Looking, targets: Iterable[Target]) -> tuple[Holding, ...]:
    """Every way on which anybody came to some rows, the oldest first.

    Args:
        looking: one look for holders.
        targets: the rows, with the items and the version that are asked for.
    """
    found = [
        one
        for dataset, rows in together(targets).items()
        for way in _WAYS
        for one in way(looking, dataset, rows)
    ]
    return tuple(sorted(found, key=lambda one: (one.at, one.named)))


def of_case(looking: Looking, case: Row[Any]) -> Target:
    """The row and the version a case of correction is about.

    Args:
        looking: one look for holders.
        case: row of ``corrections``.
    """
    return Target(
        dataset=case.dataset,
        key=dict(case.row_key),
        names=_names(looking, case, case.row_key) | {case.row},
        items=frozenset((case.field,)),
        value=case.old_value,
    )


def carried_target(looking: Looking, case: Row[Any]) -> Target:
    """The row of a case as it is called where the accepted value is carried."""
    key = {name: case.new_value if name == case.field else value for name, value in case.row_key.items()}
    names = _names(looking, case, key) | {case.row}
    if case.field in key:
        names |= {row_reference(looking.secret, case.dataset, key)}
    return Target(case.dataset, key, names, frozenset((case.field,)))


def gave_anew(
    looking: Looking, held: Row[Any], target: Target, carried_by: Release
) -> tuple[str, Any] | None:
    """What gave a receiver a later version of a row on the way it holds it; None where nothing has.

    Args:
        looking: one look for holders.
        held: row of ``recall_holdings``.
        target: the row as it is called from then on.
        carried_by: the release that carries the accepted value.
    """
    if held.way == "backflow":
        return delivered.gave_anew(looking, held.under, target, carried_by.number)
    if held.way in _SUPPLIED:
        return supplied.gave_anew(looking, held, target, carried_by.number)
    return shown.gave_anew(looking, held, target, carried_by.number)


def _names(looking: Looking, case: Row[Any], key: Any) -> frozenset[str]:
    """References the row of a case goes by, as the release it was found in has it."""
    release = looking.release(case.release_id)
    if release is None:
        return frozenset()
    try:
        rows = row_at(looking.home, release, key).to_pylist()
    except VersionGone:
        return frozenset()
    return names_of(looking.contract(release), rows[0], looking.secret) if rows else frozenset()
