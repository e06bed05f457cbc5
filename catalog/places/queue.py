"""The queue of unattributed rows 未归集队列 of a release: rows no rule tells an area of.

Decides where it lies and what stands in it: reference and key of each row, and why, rule by rule. Who may
look at it and claim a row is :mod:`space.wayback.backflow.claims`'s.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.home import Home
from catalog.lake import files_of

# The smallest area a row surely lies in, as the reason says it.
NEAR: Final = re.compile(r"near (\d{2,12})")


def waiting_path(dataset: str, meaning: str, release: str) -> Path:
    """The file of the queue of one release, below the lake."""
    return Path("backflow", "_unattributed", dataset, meaning, f"{release}.parquet")


def waiting(home: Home, dataset: str, meaning: str, release: str) -> pa.Table | None:
    """The queue of a release: its key fields, ``_row`` and ``_how``; None where it was not attributed yet."""
    content = files_of(home).read(waiting_path(dataset, meaning, release).as_posix())
    return None if content is None else pq.read_table(io.BytesIO(content))


def near(how: str) -> str:
    """The smallest area a row surely lies in, by what its rules said; empty where they said nothing."""
    return max(NEAR.findall(how), key=len, default="")
