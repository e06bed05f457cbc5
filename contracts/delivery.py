"""How rows of a dataset arrive: layouts of files, kinds of loads, drift of a schema, cleaning.

Decides what a well-formed layout, load, drift rule or cleaning step is. Reading files is
:mod:`catalog.intake`'s, cleaning cells :mod:`contracts.cleaning`'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.errors import ContractError
from contracts.vocabulary import CleaningKind, DriftAction, LoadKind, SourceFormat

# Named rules for lines of a source that are not rows of data.
DROP_RULES: Final = ("blank", "total", "signature", "repeated_header", "sub_header", "note")


# Of a regular expression: of a text of megabytes the reading alone takes seconds. A choice of ours.
LONGEST_PATTERN: Final = 1000


def unreadable(pattern: str) -> str | None:
    """Why a text is no regular expression that is read here, or None."""
    if len(pattern) > LONGEST_PATTERN:
        return f"is longer than {LONGEST_PATTERN} characters"
    try:
        re.compile(pattern)
    except re.error as error:
        return f"is not a regular expression: {error.msg}"
    except (RecursionError, OverflowError):
        return "nests too deep or repeats too often"
    return None


@dataclass(frozen=True, slots=True)
class Unpivot:
    """Wide columns read as rows: one row for each line and each heading that fits 宽表转长表.

    Attributes:
        pattern: RE2 pattern a whole heading has to match; its first group, where it has one, is the
            label (``^(\\d{4})年$`` gives ``2024``).
        label: field that receives the label.
        value: field that receives the cell.
    """

    pattern: str
    label: str
    value: str

    def __post_init__(self) -> None:
        if (fault := unreadable(self.pattern)) is not None:
            raise ContractError(
                f"unpivot: the pattern {fault}",
                remedy="write one that whole headings match, e.g. ^(\\d{4})年$",
            )
        if self.label == self.value:
            raise ContractError("unpivot: label and value are one field", remedy="name two fields")


@dataclass(frozen=True, slots=True)
class Load:
    """What a delivery stands for 加载方式.

    Attributes:
        kind: see :class:`~contracts.vocabulary.LoadKind`.
        watermark: incremental: the field whose highest published value says where to go on.
        overlap_days: incremental: how far below the watermark rows are read again, for late ones.
        operation: change log: heading (or column) that says what happened to the key.
        order: change log: heading (or column) that orders the entries; else the order of lines.
        words: change log: word of the operation column → ``upsert`` or ``delete``.
    """

    kind: LoadKind = LoadKind.FULL
    watermark: str | None = None
    overlap_days: int = 0
    operation: str | None = None
    order: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind is LoadKind.INCREMENTAL and self.watermark is None:
            raise ContractError("an incremental load needs a watermark", remedy="add watermark: a field")
        if self.kind is LoadKind.CHANGES and (self.operation is None or not self.words):
            raise ContractError(
                "a change log needs its operation column and the words in it",
                remedy="add operation: … and words: {I: upsert, U: upsert, D: delete}",
            )
        wrong = sorted(set(self.words.values()) - {"upsert", "delete"})
        if wrong:
            raise ContractError(f"{wrong[0]!r} is no operation", remedy="write upsert or delete")
        if self.overlap_days < 0:
            raise ContractError("overlap_days is below 0", remedy="write 0 or more")


@dataclass(frozen=True, slots=True)
class Drift:
    """What a delivery that differs from its layout does 结构漂移; each difference is reported.

    Attributes:
        new_column: a heading no field takes.
        missing_column: a field no heading feeds, which the layout does not name in ``absent``.
        type_change: most values of a column no longer fit their type.
        reordered: the same headings in another order.
        renamed: a heading is missing and a similar one is new.
    """

    new_column: DriftAction = DriftAction.IGNORE
    missing_column: DriftAction = DriftAction.QUARANTINE
    type_change: DriftAction = DriftAction.QUARANTINE
    reordered: DriftAction = DriftAction.IGNORE
    renamed: DriftAction = DriftAction.STOP


@dataclass(frozen=True, slots=True)
class Cleaning:
    """One step that changes raw cells before they are typed 清洗; counted, and raw cells are kept.

    Attributes:
        id: stable within the contract.
        kind: see :class:`~contracts.vocabulary.CleaningKind`.
        fields: whose cells it reads; none = every field of type text.
        args: by kind — map ``{values: {from: to}}``; replace ``{pattern, with}``; strip
            ``{prefix, suffix}`` (either); scale ``{suffix, factor}`` (``3.2万元`` → ``32000``); the
            others none.
        description: one sentence a steward reads.
    """

    id: str
    kind: CleaningKind
    fields: tuple[str, ...] = ()
    args: Mapping[str, Any] = field(default_factory=dict)
    description: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from and how to read them; one per layout of a file family 同构文件族.

    Attributes:
        name: of the ODCS server entry.
        format: physical form.
        path: file or glob, relative to the contract's data folder; a database file or URL for SQL.
        encoding: ``utf-8``, ``utf-8-sig``, ``gb18030``, ``utf-16``; text formats only. None = each
            file's own, told from its bytes.
        delimiter, quote: text formats only.
        sheet: Excel sheet by name; None = the first that holds a table.
        header_row: 1-based line of the (last) heading row; 0 = the file has none.
        header_rows: how many heading rows are joined (merged headings); 1 is usual.
        skip_footer: lines after the last row that are not rows.
        drop: named rules for rows that are not data, of :data:`DROP_RULES`.
        record_path: dotted path to the array inside a JSON document.
        query: table name or SELECT for SQL sources; a Delta version (digits) for Delta sources.
        columns: heading → field name, where the heading differs from the field's business name.
        positions: field names by column position, for files without a heading.
        period, area: taken from the file name or title, constant for every row of the file.
        absent: fields this layout never had; landing gives NULL and reports no drift.
        unpivot: wide columns read as rows, or None.
        reasons: why each of these was guessed, for a person to read.
    """

    name: str
    format: SourceFormat
    path: str
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = '"'
    sheet: str | None = None
    header_row: int = 1
    header_rows: int = 1
    skip_footer: int = 0
    drop: tuple[str, ...] = ("blank",)
    record_path: str | None = None
    query: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    positions: tuple[str, ...] = ()
    period: str | None = None
    area: str | None = None
    absent: tuple[str, ...] = ()
    unpivot: Unpivot | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.drop) - set(DROP_RULES))
        if unknown:
            raise ContractError(
                f"source {self.name} drops {unknown[0]!r}, which is no rule",
                remedy=f"write one of {', '.join(DROP_RULES)}",
            )
