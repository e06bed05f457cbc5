"""Up to where a load by time stamp has come 水位: the latest value read, and from where the next one reads.

Decides how time stamps are compared. Which loads have one is the contract's; what is done with the rows is
:mod:`pipelines.building.loads`'s.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from contracts.model import Contract, FieldType


def since(contract: Contract, watermark: str | None) -> str | None:
    """The watermark from which on tables are read: days for late rows are taken off the published one."""
    load = contract.load
    if watermark is None or load.watermark is None or not load.overlap_days:
        return watermark
    late = timedelta(days=load.overlap_days)
    kind = contract.field(load.watermark).type
    if kind is FieldType.DATE:
        return (date.fromisoformat(watermark) - late).isoformat()
    if kind is FieldType.TIMESTAMP:
        return (datetime.fromisoformat(watermark) - late).isoformat()
    return watermark


def watermark_of(contract: Contract, rows: pa.Table, former: str | None) -> str | None:
    """The highest watermark published, as text; that of the former release where no row is later."""
    mark = contract.load.watermark
    if mark is None or not rows.num_rows:
        return former
    highest = pc.max(rows[mark]).as_py()
    if highest is None:
        return former
    text = highest.isoformat() if hasattr(highest, "isoformat") else str(highest)
    return text if former is None or _ranked(text) > _ranked(former) else former


def _ranked(text: str) -> tuple[int, float, str]:
    """Numbers by their value, other watermarks (dates, instants, text) as they are written."""
    try:
        return (0, float(text), "")
    except ValueError:
        return (1, 0.0, text)
