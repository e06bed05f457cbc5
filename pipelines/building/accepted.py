"""The last word on a key that its rules accept: where a later entry is refused, the one before it counts.

Decides what stands in the place of a refused row when deliveries are netted together: had they come one
by one, the row before it would have stayed in service. Rules are run by :mod:`pipelines.expectations`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from catalog.releases.arrivals import taken_up
from contracts.cast import REJECTED
from contracts.model import Contract, Rule
from pipelines.expectations.staging import ROW, Staging, rejected, remaining

if TYPE_CHECKING:
    from catalog.releases.arrivals import Arrivals


def in_their_place(
    contract: Contract,
    rules: Sequence[Rule],
    typed: pa.Table,
    arrived: Arrivals,
    broken: pa.Table,
    staging: Staging,
    references: Mapping[str, Sequence[Path]],
) -> tuple[pa.Table, pa.Table]:
    """Put earlier entries in the place of refused ones, until the rules accept one or none is left.

    Args:
        contract: with its primary key.
        rules: that were run.
        typed: rows that were judged.
        arrived: with the entries before them.
        broken: rows the rules refuse, by number.
        staging: runs the rules.
        references: files of the datasets that rules compare with.

    Returns:
        The rows that stay, and entries refused beside those of ``broken``.
    """
    kept, earlier = remaining(typed, broken), arrived.earlier
    refused = typed.take(pc.unique(broken[ROW]))
    more = [REJECTED.empty_table()]
    while earlier is not None and earlier.num_rows and refused.num_rows:
        rows, earlier = taken_up(contract, earlier, refused)
        if not rows.num_rows:
            break
        whole = pa.concat_tables([kept, rows.select(kept.column_names)])
        broken = staging.check(contract, rules, whole, references=references, former_rows=None).broken
        refused = whole.take(pc.unique(broken[ROW]))
        more.append(rejected(whole, broken, rules).cast(REJECTED))
        kept = remaining(whole, broken)
    return kept, pa.concat_tables(more)
