"""What the detectors see in the rows of a family, declared in its draft before anybody releases them.

Decides which rows they look at: a sample of the columns read, and beside them what landing will make of
names and titles (period, area, sub-heading, file). A build looks at all of these; what the draft had not
declared would stop its release. What a finding makes of a field is
:mod:`catalog.intake.drafting.semantics`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import pyarrow as pa

from catalog.classify.finding import Finding
from catalog.classify.presumption import PRESUMED
from catalog.classify.run import classify
from catalog.intake.drafting import semantics
from catalog.intake.drafting.families import Family
from catalog.intake.drafting.sources import Column
from catalog.intake.landing import origin
from contracts.cast import cast
from contracts.cleaning import clean
from contracts.model import Contract, Field

# Rows the detectors see, taken evenly.
SAMPLE_ROWS: Final = 3000


def with_what_is_seen(
    contract: Contract, columns: Sequence[Column], family: Family, special: Mapping[str, str]
) -> Contract:
    """A drafted contract with what the detectors find in a sample of its rows.

    Args:
        contract: as drafted.
        columns: those read from files.
        family: whose files they are.
        special: special heading → field that holds where a row was found.
    """
    values = {c.name: c.values for c in columns}
    values |= {name: origin.special_values(key, family) for key, name in special.items()}
    sample = _sample(values)
    if sample is None:
        return contract
    seen = classify(contract, cast(contract, clean(contract, sample).table).typed)
    # A period or a place of names and titles is like other columns of its table by chance.
    findings = [x for x in seen if x.detector != PRESUMED or x.field not in special.values()]
    fields = (_declared(f, [x for x in findings if x.field == f.name]) for f in contract.fields)
    return replace(contract, fields=tuple(fields))


def _declared(field: Field, findings: Sequence[Finding]) -> Field:
    """A field with what was found in it; one that identifies a unit stays an identifier."""
    if field.unit is None:
        return semantics.with_findings(field, findings)
    return replace(
        field,
        personal=field.personal or any(found.personal for found in findings),
        sensitive=field.sensitive or any(found.sensitive for found in findings),
    )


def _sample(values: Mapping[str, pa.ChunkedArray]) -> pa.Table | None:
    """Rows of the columns all members share, taken evenly."""
    rows = max(map(len, values.values()), default=0)
    if not rows:
        return None
    places = pa.array(range(0, rows, max(1, rows // SAMPLE_ROWS)), pa.int64())
    data = {}
    for name, column in values.items():
        if len(column) == rows:
            data[name] = column.take(places)
        else:  # columns of one layout only: their first values, detectors need no alignment here
            head = column.slice(0, len(places)).to_pylist()
            data[name] = pa.array(head + [None] * (len(places) - len(head)), pa.string())
    data["_file"] = pa.nulls(len(places), pa.string())
    data["_line"] = pa.array(range(1, len(places) + 1), pa.int64())
    return pa.table(data)
