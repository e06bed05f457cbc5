"""The cells of public keys: every combination of their public values, and where cells with rows stand there.

Decides the order of the cells. Looks at no row to make them; they are the same for every query of a process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection

from space.engines.threshold.cells import Numbers, places
from space.query.plan import Block

# Combinations by the SQL that lists the values of every key.
_MADE: Final[dict[tuple[str, ...], Domains]] = {}
_KEPT: Final = 16


@dataclass(frozen=True, slots=True)
class Domains:
    """Public values of some keys, in order.

    Attributes:
        names: of the keys.
        values: of every key, each once.
    """

    names: tuple[str, ...]
    values: tuple[pa.Array, ...]
    _cast: dict[pa.Schema, tuple[pa.Array, ...]] = field(default_factory=dict)
    _keys: dict[pa.Schema, pa.Table] = field(default_factory=dict)

    @classmethod
    def of(cls, block: Block, empty: DuckDBPyConnection) -> Domains:
        """The domains of a block's keys; binding a long list costs more than most queries."""
        listed = [(key.name, key.domain.sql) for key in block.keys if key.domain is not None]
        wanted = tuple(text for pair in listed for text in pair)
        if wanted not in _MADE:
            if len(_MADE) >= _KEPT:
                _MADE.clear()
            each = (empty.sql(f"SELECT DISTINCT v FROM ({sql}) AS d ORDER BY v") for _, sql in listed)
            values = tuple(made.to_arrow_table().column("v").combine_chunks() for made in each)
            _MADE[wanted] = cls(tuple(name for name, _ in listed), values)
        return _MADE[wanted]

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return int(np.prod([len(values) for values in self.values], dtype=np.int64))

    def keys(self, schema: pa.Schema) -> pa.Table:
        """Every combination, in the types of the cells with rows."""
        if schema not in self._keys:
            sizes = [len(values) for values in self.values]
            place = np.arange(self.size)
            columns = []
            for n, values in enumerate(self._typed(schema)):
                inner = int(np.prod(sizes[n + 1 :], dtype=np.int64))
                columns.append(values.take(pa.array(place // inner % sizes[n])))
            self._keys[schema] = pa.table(columns, schema=schema)
        return self._keys[schema]

    def places(self, keys: pa.Table) -> Numbers:
        """Of every combination the row of some keys that equals it, or -1."""
        at = np.zeros(keys.num_rows, np.int64)
        for name, values in zip(self.names, self._typed(keys.schema), strict=True):
            column = keys.column(name)
            if pa.types.is_floating(column.type):
                return places(keys, self.keys(keys.schema))
            found = pc.index_in(column, value_set=values).combine_chunks()
            here = pc.fill_null(found, -1).to_numpy(zero_copy_only=False)
            at = np.where((at < 0) | (here < 0), -1, at * len(values) + here)
        chosen = np.full(self.size, -1, np.int64)
        chosen[at[at >= 0]] = np.flatnonzero(at >= 0)
        return chosen

    def _typed(self, schema: pa.Schema) -> tuple[pa.Array, ...]:
        if schema not in self._cast:
            self._cast[schema] = tuple(
                values.cast(schema.field(name).type)
                for name, values in zip(self.names, self.values, strict=True)
            )
        return self._cast[schema]
