"""Verification inside the vault worker: given records beside the rows of one release.

Decides the outcome of each record: ``match`` where one row found by its identifier agrees in every compared
field, ``mismatch`` where rows were found and none agrees, ``not_found`` else. The values come as a table and
are never part of a statement.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from space.engines.duckdb import connect

# Column of the given records: their place in the batch. No field begins with an underscore.
RECORD: Final = "_record"

_ANSWER: Final = pa.schema([("record", pa.int64()), ("outcome", pa.string())])


def match(job: Mapping[str, Any], files: Mapping[str, Sequence[Path]], *, seconds: float) -> pa.Table:
    """One outcome for every record, in their order.

    Args:
        job: ``source`` (SQL of the rows the grant sees), ``by`` and ``compared`` (field names) and
            ``records`` (:func:`packed`).
        files: vault files of the dataset.
        seconds: after which the engine stops.
    """
    by, compared = job["by"], job["compared"]
    same = " AND ".join(f'v."{name}" = g."{name}"' for name in compared)
    named = ", ".join(f'"{name}"' for name in (*by, *compared))
    found = " AND ".join(f'v."{name}" = g."{name}"' for name in by)
    sql = (
        f'SELECT g."{RECORD}" AS record, CASE WHEN count(v."_there") = 0 THEN \'not_found\''
        f" WHEN bool_or(coalesce({same}, FALSE)) THEN 'match' ELSE 'mismatch' END AS outcome"
        f' FROM "_given" AS g LEFT JOIN (SELECT TRUE AS "_there", {named} FROM ({job["source"]}) AS r) AS v'
        f' ON {found} GROUP BY g."{RECORD}" ORDER BY g."{RECORD}"'
    )
    connection = connect(seconds, files)
    try:
        connection.register("_given", unpacked(job["records"]))
        return connection.sql(sql).to_arrow_table().cast(_ANSWER)
    finally:
        connection.close()


def packed(records: pa.Table) -> str:
    """Records as they travel to the worker."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, records.schema) as writer:
        writer.write_table(records)
    return base64.b64encode(sink.getvalue().to_pybytes()).decode()


def unpacked(text: str) -> pa.Table:
    """The records again."""
    with pa.ipc.open_stream(base64.b64decode(text)) as reader:
        return reader.read_all()
