"""Schema drift 结构漂移: how a delivery differs from its layout, and what the contract does about it.

Decides which difference is which: a new column, a missing one, one renamed, another order, another
type. What is done is the contract's to say (:class:`contracts.delivery.Drift`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import Final

from catalog.intake.drafting.meanings import normalised
from catalog.intake.errors import SchemaDrifted
from catalog.intake.landing.landed import Drifted
from catalog.intake.tables.table_region import is_value
from contracts.model import Contract, DriftAction, Source, SourceFormat
from policies.rulebook import rule

# Formats whose columns have an order.
_ORDERED: Final = (SourceFormat.CSV, SourceFormat.EXCEL)


def differences(
    contract: Contract,
    source: Source,
    label: str,
    headings: Sequence[str],
    taken: Mapping[str, str],
    missing: Sequence[str],
    unexpected: Sequence[str],
    as_of: date | None = None,
) -> tuple[Drifted, ...]:
    """How the headings of one input differ from its layout.

    Args:
        contract: whose drift rules.
        source: the layout.
        label: the input, for the report.
        headings: of the input, in order.
        taken: field → the heading that feeds it.
        missing: fields no heading feeds and the layout does not call absent.
        unexpected: headings no field takes.
        as_of: day of the dated rules; the newest ones where None.
    """
    found: list[Drifted] = []
    renamed = _renamed(contract, source, missing, unexpected, as_of) if missing and unexpected else {}
    for name, heading in renamed.items():
        found.append(Drifted("renamed", label, name, contract.drift.renamed, heading))
    for name in missing:
        if name not in renamed:
            found.append(Drifted("missing_column", label, name, contract.drift.missing_column))
    for heading in unexpected:
        if heading not in renamed.values():
            shown = _shown(heading, headings)
            found.append(Drifted("new_column", label, shown, contract.drift.new_column))
    if source.format in _ORDERED and _reordered(contract, source, headings, taken):
        found.append(Drifted("reordered", label, "", contract.drift.reordered))
    return tuple(found)


def type_changes(
    contract: Contract,
    lost: Mapping[tuple[str, str], int],
    present: Mapping[tuple[str, str], int],
    as_of: date | None = None,
) -> tuple[Drifted, ...]:
    """Columns most values of which no longer fit their type.

    Args:
        contract: whose drift rules.
        lost: (file, field) → values that do not fit.
        present: (file, field) → values.
        as_of: day of the dated rules; the newest ones where None.

    Raises:
        SchemaDrifted: there is one and the contract stops at that.
    """
    if not lost:
        return ()
    ruled = rule("drift", "type_change", as_of or date.max).value
    action = contract.drift.type_change
    found = tuple(
        Drifted("type_change", file, name, action, f"{number / present[file, name]:.0%}")
        for (file, name), number in lost.items()
        if present[file, name] >= ruled["least_values"]
        and number >= ruled["least_share"] * present[file, name]
    )
    stop(found)
    return found


def stop(found: Iterable[Drifted]) -> None:
    """Refuse the delivery where the contract stops at one of its differences.

    Raises:
        SchemaDrifted: naming the first input at fault, and all that is wrong with it.
    """
    stopping = [d for d in found if d.action is DriftAction.STOP]
    if stopping:
        file = stopping[0].file
        raise SchemaDrifted(file, tuple(d for d in stopping if d.file == file))


def quarantine(found: Iterable[Drifted]) -> tuple[str, str] | None:
    """Field and reason for which all rows of an input leave, or None."""
    for one in found:
        if one.action is DriftAction.QUARANTINE:
            return one.column, f"drift:{one.kind}"
    return None


def _renamed(
    contract: Contract,
    source: Source,
    missing: Sequence[str],
    unexpected: Sequence[str],
    as_of: date | None,
) -> dict[str, str]:
    """Missing field → the new heading most like one it had, each heading once, best pairs first."""
    least = float(rule("drift", "renamed", as_of or date.max).value["least_likeness"])
    pairs = sorted(
        (
            (-max(_likeness(known, heading) for known in _known(contract, source, name)), i, j)
            for i, name in enumerate(missing)
            for j, heading in enumerate(unexpected)
        )
    )
    out: dict[str, str] = {}
    for likeness, i, j in pairs:
        if -likeness >= least and missing[i] not in out and unexpected[j] not in out.values():
            out[missing[i]] = unexpected[j]
    return out


def _known(contract: Contract, source: Source, name: str) -> Iterator[str]:
    """Headings a field is known by."""
    yield name
    yield contract.field(name).business_name
    yield from (heading for heading, field in source.columns.items() if field == name)


def _likeness(known: str, heading: str) -> float:
    """How alike two headings are, 0–1.

    >>> _likeness("户籍人口数", "户籍人口") > 0.8 > _likeness("户籍人口数", "联系电话")
    True
    """
    a, b = normalised(known), normalised(heading)
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if a and b else 0.0


def _reordered(contract: Contract, source: Source, headings: Sequence[str], taken: Mapping[str, str]) -> bool:
    """Whether the headings come in another order than the layout's mapping, else the contract's fields."""
    at = {heading: place for place, heading in enumerate(headings)}
    mapped = [h for h in source.columns if h in at]
    names = list(taken)
    if source.positions or len(names) < 2:
        return False
    if len(mapped) == len(taken):
        places = [at[h] for h in mapped]
    else:
        places = [at[taken[f.name]] for f in contract.fields if f.name in taken]
    return places != sorted(places)


def _shown(heading: str, headings: Sequence[str]) -> str:
    """A new heading as reports may show it: what looks like a value of the data is named by its place."""
    return f"#{headings.index(heading) + 1}" if is_value(heading) else heading
