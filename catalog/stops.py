"""Whether a stop 一键停用 closes a way out: the one question every way out asks before data leaves.

Decides which open stop closes what: of everything, of an organisation (it receives nothing), of a dataset
(nobody is given anything of it, nor of what was composed from it). Who stops and who lifts is
:mod:`space.granting.stopping`'s. A figure, a row or a file leaves only where :func:`closed` gives None, asked
in the transaction that hands it out where there is one.

Source: 数据安全法 Art 29 (remedial measures at once); 政务数据共享条例 Art 25; 上海市数据条例 Arts 35, 39.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, and_, or_, select

from catalog.evidence.continuity import suspended
from catalog.store.tables.supplies import stop_datasets, stops
from policies.decision import Reason

DATASET: Final = "dataset"
ORGANISATION: Final = "organisation"
ALL: Final = "all"

# Nobody in particular receives it: the public.
PUBLIC: Final = ""

_ALL = Reason(
    "stop.all",
    "the security officer has stopped everything",
    allowed="wait until two people lift the stop",
)
_RESTORED = Reason(
    "log.restored",
    "the store was restored and does not yet continue the evidence log that was published",
    allowed="wait until the operator of the installation has run `ybz evidence resume`",
)
_KEY = Reason(
    "key.out_of_use",
    "the installation signs nothing: the key in its place is not the one in use",
    allowed="wait until the operator of the installation has brought back the `keys/` of now",
)
_ORGANISATION = Reason(
    "stop.organisation",
    "the security officer has stopped the organisation: nothing is handed to it",
    "organisation",
    "wait until two people lift the stop",
)


def closed(connection: Connection, organisation: str, datasets: Collection[str]) -> Reason | None:
    """Why nothing of these datasets may be handed to an organisation now; None where it may.

    Args:
        connection: the transaction that hands it out, where there is one.
        organisation: code of the receiver; :data:`PUBLIC` where everybody is.
        datasets: ``schema.table`` of everything that is read.
    """
    held = suspended(connection)
    if (
        held is not None
    ):  # what was spent, revoked or stopped since is not known here, or no receipt is signed
        return _KEY if held.by_key else _RESTORED
    s, d = stops.c, stop_datasets.c
    touched = s.id.in_(select(d.stop_id).where(d.dataset.in_(sorted(datasets))))
    mine = or_(
        s.kind == ALL,
        and_(s.kind == ORGANISATION, s.name == organisation),
        and_(s.kind == DATASET, touched),
    )
    found = connection.execute(select(s.kind, s.name).where(s.lifted_at.is_(None), mine)).all()
    kinds = {row.kind: row.name for row in found}
    if ALL in kinds:
        return _ALL
    if ORGANISATION in kinds:
        return _ORGANISATION
    if DATASET in kinds:
        return Reason(
            "stop.dataset",
            "the security officer has stopped a dataset that this reads",
            kinds[DATASET],
            "leave it out, or wait until two people lift the stop",
        )
    return None


def closed_to(
    connection: Connection, organisations: Collection[str], datasets: Collection[str]
) -> dict[str, Reason]:
    """The same for many receivers at once: organisation → why nothing may be handed to it.

    Args:
        connection: the transaction that hands it out.
        organisations: codes of the receivers; those nothing is closed to are left out.
        datasets: ``schema.table`` of everything that is read.
    """
    everybody = closed(connection, PUBLIC, datasets)
    if everybody is not None:
        return dict.fromkeys(organisations, everybody)
    s = stops.c
    stopped = connection.execute(
        select(s.name).where(s.lifted_at.is_(None), s.kind == ORGANISATION)
    ).scalars()
    return dict.fromkeys(set(stopped) & set(organisations), _ORGANISATION)
