"""The report of a draft: each file's fate, each dataset's fields, reasons, proposals and doubts.

Decides how they are said, as JSON and as lines for a terminal; what they are is decided where they
are found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from catalog.intake.drafting.draft import Draft, DraftedFamily, FileReport
from catalog.intake.drafting.proposed import name_of, told
from catalog.intake.drafting.writing import State, Written

_STATES: Final = {
    State.NEW: "new",
    State.UNCHANGED: "unchanged",
    State.UPDATED: "drafted again",
    State.KEPT: "edited by a person, kept",
    State.REPLACED: "edited by a person, replaced",
}


def as_json(made: Draft, written: Mapping[str, Written]) -> dict[str, Any]:
    """The stable machine form of a draft.

    Args:
        made: the draft.
        written: family name → what became of its contract.
    """
    return {
        "files": [_file(f) for f in made.files],
        "families": [_family(f, written.get(f.name)) for f in made.families],
    }


def lines(made: Draft, written: Mapping[str, Written]) -> Iterator[str]:
    """The report as lines for a terminal."""
    for report in made.files:
        yield from _described(report)
    fates = [f.fate for f in made.files]
    counted = ", ".join(f"{fates.count(fate)} {fate}" for fate in dict.fromkeys(fates))
    yield f"\n{len(made.files)} tables and files: {counted}."
    yield f"{_counted(len(written), 'contract')}{':' if written else '.'}"
    for family in made.families:
        yield from _told(family, written[family.name])


def _file(report: FileReport) -> dict[str, Any]:
    return {
        "path": report.path,
        "encoding": report.encoding,
        "sheet": report.sheet,
        "header_row": report.header_row,
        "rows": report.rows,
        "columns": report.columns,
        "family": report.family,
        "problem": report.problem,
        "fate": report.fate,
        "reasons": dict(report.reasons),
    }


def _family(family: DraftedFamily, written: Written | None) -> dict[str, Any]:
    contract = family.contract
    return {
        "name": family.name,
        "files": list(family.files),
        "contract": str(written.path) if written else None,
        "title": contract.title,
        "state": written.state.value if written else None,
        "proposed": str(written.proposed) if written and written.proposed else None,
        "changes": list(written.changes) if written else [],
        "doubts": list(family.doubts),
        "fields": [
            {
                "name": f.name,
                "heading": f.business_name,
                "type": f.type.value,
                "use": f.use.value,
                "element": f.element,
                "reason": f.description,
                "proposals": [
                    {
                        "element": p.element,
                        "name": name_of(p),
                        "score": p.score,
                        "evidence": dict(p.evidence),
                        "follows": p.follows,
                    }
                    for p in family.proposals.get(f.name, ())
                ],
            }
            for f in contract.fields
        ],
    }


def _described(report: FileReport) -> Iterator[str]:
    """One file in two or three short lines."""
    yield report.path + (f" [{report.sheet}]" if report.sheet else "")
    if report.family:
        heading = ""
        if report.header_row is not None:
            heading = f", heading on line {report.header_row}" if report.header_row else ", no heading"
        encoding = f", {report.encoding}" if report.encoding else ""
        shape = f"{report.rows:,} rows × {report.columns} columns"
        yield f"    {shape}{encoding}{heading} → {report.family}"
    if report.problem:
        yield f"    ! {report.problem}"


def _told(family: DraftedFamily, written: Written) -> Iterator[str]:
    """One dataset, what was done to its contract, and what a person should look at."""
    contract = family.contract
    elements = sum(f.element is not None for f in contract.fields)
    yield (
        f"  {written.path.name}  {contract.title}, {_counted(len(family.files), 'file')}, "
        f"{_counted(len(contract.fields), 'field')}, {elements} by a standard element: "
        f"{_STATES[written.state]}"
    )
    if written.proposed:
        yield f"      the new draft lies beside it: {written.proposed.name}"
    for change in written.changes:
        yield f"      + {change}"
    for doubt in family.doubts:
        yield f"      ? {doubt}"
    for name, found in family.proposals.items():
        field = contract.field(name)
        if field.element is None and found:
            yield f"      ~ {field.business_name}: {found[0].element}, {told(found[0])}?"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
