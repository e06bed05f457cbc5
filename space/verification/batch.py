"""A batch of records as it is sent, read into typed values and checked against what the grant opens.

Decides which fields identify a record, which are compared, and that every value is one of its field's type:
canonical as the dataset itself is, so that two spellings of one value agree. Looks at no row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa

from catalog.keys import row_reference
from contracts.canonical import canonical
from contracts.cast import cast
from contracts.model import Contract, Use
from policies.decision import Deny, Reason
from policies.protection import ColumnRule, Role, Visibility
from policies.rulebook import rule
from space.engines.workers.matching import RECORD

_HIDDEN: Final = (Use.FREE_TEXT, Use.NEVER)
_SHAPE: Final = Reason(
    "verification.records",
    "every record of a batch gives one value, a text or number, for each of the same fields",
    "records",
    "leave records without a value out, or send them as a batch of their own",
)
_FIELD: Final = Reason(
    "verification.field",
    "a record names a field that the grant does not open to verification",
    "records",
    "`ybz grant show` lists the fields of the grant",
)
_IDENTIFIED: Final = Reason(
    "verification.identified",
    "the records do not name what they are about",
    "records",
    "give the identifier of the unit the dataset is about, or its whole primary key",
)
_COMPARED: Final = Reason(
    "verification.compared",
    "the records give nothing to compare beside what they are about",
    "records",
    "add at least one other granted field",
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that may be verified.

    Attributes:
        dataset: ``schema.table``.
        by: fields that identify a record.
        compared: the others.
        rows: typed values by field, and the place of each record.
        subject: fields that name whom a record is about, some of ``by``.
    """

    dataset: str
    by: tuple[str, ...]
    compared: tuple[str, ...]
    rows: pa.Table
    subject: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many records."""
        return int(self.rows.num_rows)

    @property
    def text(self) -> str:
        """The batch in one canonical text, to be salted and digested."""
        columns = [[str(v) for v in self.rows[name].to_pylist()] for name in (*self.by, *self.compared)]
        return canonical([self.dataset, list(self.by), list(self.compared), columns]).decode()

    def subjects(self, secret: bytes) -> list[str]:
        """Whom each record is about, as a keyed reference."""
        named = self.rows.select(list(self.subject)).to_pylist()
        return [row_reference(secret, self.dataset, one) for one in named]


def read_batch(
    contract: Contract, open_fields: Sequence[str], records: Sequence[Mapping[str, Any]], on: date
) -> Batch | Deny:
    """The records in the types of their fields, or why they cannot be verified.

    Args:
        contract: of the dataset.
        open_fields: fields the grant and the owner open to verification.
        records: field → value, as sent.
        on: day whose rules bound a batch.
    """
    most = int(rule("verification", "batch_records", on).value)
    if not 0 < len(records) <= most:
        return Deny(
            (
                Reason(
                    "verification.batch",
                    "the number of records is outside what one batch may hold",
                    "records",
                    f"1 to {most} records",
                ),
            )
        )
    texts = _texts(records, int(rule("verification", "longest_value", on).value))
    if texts is None:
        return Deny((_SHAPE,))
    if not set(texts) <= set(open_fields):
        return Deny((_FIELD,))
    by, subject = _identified(contract, frozenset(texts))
    compared = tuple(f.name for f in contract.fields if f.name in texts and f.name not in by)
    faults = tuple(r for r, missing in ((_IDENTIFIED, not by), (_COMPARED, not compared)) if missing)
    if faults:
        return Deny(faults)
    typed = _typed(contract, texts, len(records))
    if isinstance(typed, list):
        return Deny(tuple(_not_of_type(name) for name in typed))
    return Batch(contract.name, by, compared, typed.select([*by, *compared, RECORD]), subject)


def open_fields(contract: Contract, granted: Sequence[str], rules: Mapping[str, ColumnRule]) -> list[str]:
    """Granted fields whose rules let them be compared; what shows only in other forms is not."""
    return [
        field.name
        for field in contract.fields
        if field.name in granted
        and field.use not in _HIDDEN
        and rules[field.name].visibility in (Visibility.PLAIN, Visibility.AFTER_COMPARE)
        and Role.FILTER in rules[field.name].roles
    ]


def _texts(records: Sequence[Mapping[str, Any]], longest: int) -> dict[str, list[str]] | None:
    """Field → texts; None where the records are not of one shape."""
    names = set(records[0])
    found: dict[str, list[str]] = {name: [] for name in records[0]}
    for record in records:
        if set(record) != names or not all(isinstance(name, str) for name in names):
            return None
        for name, value in record.items():
            if value is None or not isinstance(value, str | int | float):
                return None
            stated = ("true" if value else "false") if isinstance(value, bool) else str(value)
            if len(stated) > longest or not _writable(stated):
                return None
            found[name].append(stated)
    return found


def _writable(text: str) -> bool:
    """Whether a text can be written down at all; JSON can carry halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def _identified(contract: Contract, given: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields that identify a record, and those of them that name whom it is about; empty if none do."""
    units = [f.name for f in contract.fields if f.unit is not None and f.unit.about and f.name in given]
    if contract.key and given >= set(contract.key):
        named = tuple(name for name in contract.key if name in units)
        return contract.key, named[:1] or contract.key
    return tuple(units[:1]), tuple(units[:1])


def _typed(contract: Contract, texts: Mapping[str, list[str]], size: int) -> pa.Table | list[str]:
    """The values as the release holds them, or the fields that have a value which is none of theirs."""
    raw = {name: pa.array(values, pa.string()) for name, values in texts.items()}
    places = pa.array(range(size), pa.int64())
    made = cast(contract, pa.table(raw | {"_file": pa.array(["batch"] * size), "_line": places}))
    wrong = [f.name for f in contract.fields if f.name in texts]
    wrong = [name for name in wrong if name in made.lost or made.present[name] < size]
    return wrong or made.typed.append_column(RECORD, made.typed["_line"])


def _not_of_type(name: str) -> Reason:
    return Reason(
        "verification.value",
        "a value is none of its field's type, or says that there is none",
        name,
        "write it as the dataset's deliveries do",
    )
