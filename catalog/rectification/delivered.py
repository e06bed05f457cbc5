"""The rows of a case as the department delivered them, read back from landing.

Decides which landed rows count: those of the files the last build read, and of a dataset that is merged
by key only the newest of each key. Values go to the owning department and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from catalog.home import Home
from catalog.intake.landing import raw
from catalog.intake.landing.landing import land
from catalog.intake.landing.raw import RawMissing
from catalog.lake.bringing import bring_sources
from catalog.rectification.cases import Case
from catalog.rectification.errors import NoRows, RowsGone
from catalog.rectification.judging import Others, joined
from catalog.releases import published as releases
from catalog.revisions import Revision
from contracts.model import Contract, LoadKind


def delivered(home: Home, revision: Revision, case: Case) -> pa.Table:
    """Raw text columns named by field, ``_file`` and ``_line``, as they were landed.

    Args:
        home: the installation.
        revision: of the dataset, in force.
        case: whose files are meant.

    Raises:
        NoRows: the dataset is made from others.
        RowsGone: what was delivered then is neither kept nor still where it was.
    """
    contract = revision.contract
    if contract.composed is not None:
        raise NoRows(f"{contract.name} is made from other datasets — mend the fault in what it is made from")
    try:
        rows = _kept(home, contract, case)
    except RawMissing:
        rows = _landed_again(home, revision, case)
    return _newest(contract, rows)


def published(home: Home, connection: Connection) -> Others:
    """Reads columns of the newest release of a dataset, for rules that refer to it."""

    def read(dataset: str, columns: Sequence[str]) -> pa.Table:
        release = releases.latest(connection, dataset)
        if release is None:
            raise RowsGone(f"{dataset} has no release to compare with — build it first")
        return releases.read_vault(home, release, columns)

    return read


def _kept(home: Home, contract: Contract, case: Case) -> pa.Table:
    """The raw rows the landing zone keeps of these files."""
    if not all(file["raw"] for file in case.files.values()):
        raise RawMissing(contract.name, "")
    parts = [raw.read(home, contract.name, file["raw"]) for file in case.files.values()]
    return pa.concat_tables(parts, promote_options="default")


def _landed_again(home: Home, revision: Revision, case: Case) -> pa.Table:
    """The same rows from the files themselves, where they still are what was delivered."""
    folder = revision.path.parent if revision.path is not None else home.contracts
    bring_sources(home, revision.contract.sources, folder)
    landed = land(revision.contract, folder)
    found = {file.path: file.sha256 for file in landed.files}
    for path, file in case.files.items():
        if found.get(path) != file["sha256"]:
            raise RowsGone(f"{path} is no longer what was delivered — build {revision.name} again")
    if set(found) == set(case.files):
        return landed.table
    return landed.table.filter(pc.is_in(landed.table["_file"], value_set=pa.array(list(case.files))))


def _newest(contract: Contract, rows: pa.Table) -> pa.Table:
    """Of rows that are merged by key, the last of each key."""
    if contract.load.kind not in (LoadKind.INCREMENTAL, LoadKind.CHANGES):
        return rows
    last = {key: number for number, key in enumerate(joined(rows, contract.key).to_pylist())}
    rows = rows.take(pa.array(sorted(last.values()), pa.int64()))
    if "_op" in rows.column_names:
        rows = rows.filter(pc.not_equal(rows["_op"], "delete"))
    return rows
