"""A trial query: whether a worker, with its walls around it, reads a file it was given and answers.

Decides nothing about any grant: the file is made for the trial and holds no data.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from policies.terms import Mode
from space.engines.workers.pool import Pool
from space.errors import EngineError
from space.query.plan import Block, Limits, OutputColumn, Plan

_TABLE: Final = "doctor.trial"
_ROWS: Final = 7
_SQL: Final = f'SELECT count(*) AS n FROM "{_TABLE}"'
# A plain block is held to its number of rows alone.
_LIMITS: Final = Limits(
    k=1, dominance_share=1.0, p_percent=0.0, rounding_base=1, digits=3, delta=0.0, max_rows=1
)


def answers(seconds: float) -> bool:
    """Whether a query is really answered behind the walls of this machine.

    Args:
        seconds: the query may take.
    """
    block = Block("b0", "plain", "", "", (), (), (), plain_sql=_SQL)
    plan = Plan(
        mode=Mode.PLAIN,
        datasets=(_TABLE,),
        blocks=(block,),
        margins=(),
        post_sql='SELECT * FROM "b0"',
        columns=(OutputColumn("n", "BIGINT"),),
        rho=0.0,
        limits=_LIMITS,
    )
    with tempfile.TemporaryDirectory(prefix="ybz-trial-") as folder:
        path = Path(folder) / "trial.parquet"
        pq.write_table(pa.table({"n": range(_ROWS)}), path)
        with Pool(seconds=seconds, spare=False) as pool:
            try:
                answer = pool.run(plan, {_TABLE: (path,)})
            except EngineError:
                return False
    return answer.rows() == [{"n": _ROWS}]
