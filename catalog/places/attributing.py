"""Which area each row of a table belongs to 属地归集: the rules of its contract, in their order.

Decides row by row: the first rule that tells an area surely enough decides; the others are not asked. Every
row keeps the rule, how sure it is, and how it was told, or why not. A row no rule tells belongs to nobody
until a street claims it. Reads nothing itself: lists, registers and claims are passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.keys import row_references
from catalog.places.ledger import Places
from catalog.places.polygons import SHIFTED
from contracts.attribution import AttributionRule, Telling
from contracts.codes import CODES, canonical_id
from contracts.model import Contract, RuleKind

# What a register says of some identifiers on a day: identifier → area, None where it holds two.
Linked = Mapping[str, str | None]
# Rule, identifiers, day (``YYYY-MM-DD``; empty = the day of the release) → what the register says.
Link = Callable[[AttributionRule, Sequence[str], str], Linked]

CLAIM: Final = "claim"


@dataclass(frozen=True, slots=True)
class Known:
    """What rows are attributed by.

    Attributes:
        places: the lists.
        link: asks a register.
        claims: reference of a row no rule tells → the area that claims it.
        secret: makes the references of such rows.
    """

    places: Places
    link: Link
    claims: Mapping[str, str] = field(default_factory=dict)
    secret: bytes = b""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The area of every row of a table, in its order.

    Attributes:
        codes: region codes, NULL where no area is told.
        by: which rule told it: its place among the contract's and its kind, ``1:address``; or ``claim``.
        confidence: share of such rows expected to be right; 0 where none is told.
        how: how it was told; of a row without an area why not, rule by rule.
    """

    codes: pa.Array
    by: pa.Array
    confidence: pa.Array
    how: pa.Array

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def untold(self) -> int:
        """Rows no area is told of."""
        return int(self.codes.null_count)


@dataclass(slots=True)
class _Sheet:
    """What is told so far; one cell a row."""

    rows: int
    codes: Any
    by: Any
    confidence: Any
    how: Any

    @classmethod
    def of(cls, rows: int) -> _Sheet:
        empty = np.full(rows, "", dtype=object)
        return cls(rows, np.full(rows, None, dtype=object), empty, np.zeros(rows), empty.copy())

    def tell(self, at: Any, told: _Told, by: str, least: float) -> Any:
        """Take what a rule found for the rows ``at``; which of them are still open."""
        found = np.array([c is not None for c in told.codes], dtype=bool) & (told.confidence >= least)
        mine = at[found]
        self.codes[mine], self.by[mine] = told.codes[found], by
        self.confidence[mine], self.how[mine] = told.confidence[found], told.how[found]
        still = at[~found]
        for place, why in zip(still.tolist(), told.how[~found].tolist(), strict=True):
            self.how[place] = f"{self.how[place]}; {by} {why}" if self.how[place] else f"{by} {why}"
        return still

    def done(self) -> Attribution:
        return Attribution(
            pa.array(self.codes, pa.string()),
            pa.array(self.by, pa.string()),
            pa.array(self.confidence, pa.float64()),
            pa.array(self.how, pa.string()),
        )


@dataclass(frozen=True, slots=True)
class _Told:
    """What one rule found: one cell a row it was asked for."""

    codes: Any
    confidence: Any
    how: Any


def rules_of(contract: Contract, meaning: str) -> tuple[AttributionRule, ...]:
    """The rules that tell one of a row's areas, in their order."""
    return tuple(rule for rule in contract.attribution_rules if rule.meaning == meaning)


def meaning_of(contract: Contract, wanted: str | None) -> str:
    """The meaning a subscription names; the dataset's first where it names none."""
    rules = contract.attribution_rules
    return wanted or (rules[0].meaning if rules else "residence")


def attribute_rows(contract: Contract, meaning: str, rows: pa.Table, known: Known) -> Attribution:
    """The area of every row.

    Args:
        contract: of the dataset.
        meaning: which of a row's areas: ``residence``, ``registration`` or ``workplace``.
        rows: with the fields its rules read; with its key where there are claims.
        known: what they are attributed by.
    """
    sheet = _Sheet.of(rows.num_rows)
    open_ = np.arange(rows.num_rows)
    for place, rule in enumerate(rules_of(contract, meaning), start=1):
        if not len(open_):
            break
        asked = rows.select(list(dict.fromkeys(rule.reads)))
        part = asked if len(open_) == rows.num_rows else asked.take(pa.array(open_))
        told = _TELL[rule.by](contract, rule, part, known)
        open_ = sheet.tell(open_, told, f"{place}:{rule.by.value}", known.places.rules.least)
    if known.claims and len(open_):
        open_ = sheet.tell(open_, _claimed(contract, rows.take(pa.array(open_)), known), CLAIM, 0)
    return sheet.done()


def _by_code(_contract: Contract, rule: AttributionRule, rows: pa.Table, known: Known) -> _Told:
    tree, sure = known.places.tree, known.places.rules.confidence["code"]

    def tell(text: str | None) -> tuple[str | None, float, str]:
        code = None if text is None else CODES["region"](text)
        if code is None:
            return None, 0, "missing" if text is None or not text.strip() else "malformed"
        current = tree.current(code)
        if len(current) == 1:
            return current[0], sure, "code" if current[0] == code else "successor"
        common = tree.common(current)
        return (None, 0, "division_split") if len(common) < known.places.rules.least_digits else (
            common, sure, "division_split")  # fmt: skip

    return _by_distinct(texts(rows[rule.fields[0]]), tell)


def _by_address(_contract: Contract, rule: AttributionRule, rows: pa.Table, known: Known) -> _Told:
    parts = [pc.fill_null(rows[name].cast(pa.string()), "") for name in rule.fields]
    joined = pc.binary_join_element_wise(*parts, "") if len(parts) > 1 else parts[0]

    def tell(text: str | None) -> tuple[str | None, float, str]:
        if not text or not text.strip():
            return None, 0, "missing"
        told = known.places.addresses.locate(text)
        why = told.how if told.code is not None or not told.near else f"{told.how} near {told.near}"
        return told.code, told.confidence, why

    return _by_distinct(texts(joined), tell)


def _by_coordinates(contract: Contract, rule: AttributionRule, rows: pa.Table, known: Known) -> _Told:
    size, rules = rows.num_rows, known.places.rules
    shifted = any(
        each.kind is RuleKind.COORDINATES and each.fields == rule.fields and each.args.get("crs") in SHIFTED
        for each in contract.rules
    )
    if shifted:
        return _none(size, "shifted_system")
    east, north = (
        pc.fill_null(rows[name].cast(pa.float64()), float("nan")).to_numpy() for name in rule.fields
    )
    codes, why = known.places.polygons.locate(east, north)
    for at, code in enumerate(codes):
        if code is not None and len(code) < rules.least_digits:
            codes[at], why[at] = None, f"too_coarse near {code}"
    sure = np.array([0.0 if code is None else rules.confidence["coordinates"] for code in codes])
    return _Told(_objects(codes), sure, _objects(why))


def _by_register(contract: Contract, rule: AttributionRule, rows: pa.Table, known: Known) -> _Told:
    sure = known.places.rules.confidence["register"]
    field_ = contract.field(rule.fields[0])
    kind = field_.unit.kind if field_.unit is not None else ""
    ids = [canonical_id(kind, text) for text in rows[rule.fields[0]].cast(pa.string()).to_pylist()]
    days = _days(rows, rule)
    codes: list[str | None] = [None] * len(ids)
    why = ["missing" if each is None else "not_in_register" for each in ids]
    for day in sorted(set(days)):
        places = [at for at, each in enumerate(ids) if each is not None and days[at] == day]
        said = known.link(rule, sorted({ids[at] or "" for at in places}), day)
        for at in places:
            identifier = ids[at] or ""
            if identifier in said:
                codes[at] = said[identifier]
                why[at] = "register" if codes[at] is not None else "register_says_two"
    confidence = np.array([0.0 if code is None else sure for code in codes])
    return _Told(_objects(codes), confidence, _objects(why))


def _days(rows: pa.Table, rule: AttributionRule) -> list[str]:
    """The day each row asks the register on; the day of the release where it says none."""
    if not rule.as_of:
        return [""] * rows.num_rows
    return ["" if day is None else str(day)[:10] for day in rows[rule.as_of].to_pylist()]


def _claimed(contract: Contract, rows: pa.Table, known: Known) -> _Told:
    keys = rows.select(list(contract.key)).to_pylist()
    refs = row_references(known.secret, contract.name, keys)
    codes = [known.claims.get(ref) for ref in refs]
    sure = known.places.rules.confidence[CLAIM]
    confidence = np.array([0.0 if code is None else sure for code in codes])
    return _Told(_objects(codes), confidence, _objects(["claimed" if c else "not_claimed" for c in codes]))


def _by_distinct(texts: pa.Array, tell: Callable[[str | None], tuple[str | None, float, str]]) -> _Told:
    """Ask once for each different text."""
    encoded = texts.dictionary_encode()
    found = [tell(text) for text in [*encoded.dictionary.to_pylist(), None]]
    at = pc.fill_null(encoded.indices, len(found) - 1).to_numpy(zero_copy_only=False)
    codes, sure, how = zip(*found, strict=True)
    return _Told(_objects(codes)[at], np.array(sure, dtype=float)[at], _objects(how)[at])


def texts(column: Any) -> pa.Array:
    """A column as one array of texts; an empty one has no chunk to combine."""
    found = column.cast(pa.string())
    if isinstance(found, pa.ChunkedArray):
        found = pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([], pa.string())
    return found


def _none(rows: int, why: str) -> _Told:
    return _Told(np.full(rows, None, dtype=object), np.zeros(rows), np.full(rows, why, dtype=object))


def _objects(values: Sequence[Any]) -> Any:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


_TELL: Final[Mapping[Telling, Callable[[Contract, AttributionRule, pa.Table, Known], _Told]]] = {
    Telling.CODE: _by_code,
    Telling.REGISTER: _by_register,
    Telling.ADDRESS: _by_address,
    Telling.COORDINATES: _by_coordinates,
}
