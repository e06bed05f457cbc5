"""How a proposed value is spelt in a release: cast like a landed value, written back as text.

Decides whether a text is a value of a field at all. Whether it is the right one nobody here knows.
"""

from __future__ import annotations

import pyarrow as pa

from contracts.cast import cast
from contracts.model import Contract
from space.wayback.backflow.authoritative import as_text


def typed_text(contract: Contract, field: str, text: str) -> str | None:
    """``text`` cast like a landed value of the field and written back; None where it does not fit."""
    raw = pa.table({field: [text], "_file": [""], "_line": pa.array([0], pa.int64())})
    typed = cast(contract, raw).typed
    return as_text(typed[field][0].as_py()) if typed.num_rows else None
