"""Adoption as a document, and as the table a data authority reads.

Decides words and order. A ratio that was not assessed is null, and ``—`` in the table.
"""

from __future__ import annotations

from typing import Any, Final

import click

from catalog.standards.adoption import Adoption, Ratio, Report

# So many fields and headings are printed; the document has all of them.
SHOWN: Final = 20


def document_of(report: Report) -> dict[str, Any]:
    """The report as plain mappings and lists."""
    return {
        "total": _adoption(report.total),
        "departments": [_adoption(each) | {"department": each.department} for each in report.departments],
        "not_following": [
            {
                "dataset": miss.dataset,
                "field": miss.field,
                "heading": miss.heading,
                "element": miss.element,
                "why": miss.why,
            }
            for miss in report.total.misses
        ],
        "to_be_set": [
            {"heading": each.heading, "departments": list(each.departments), "fields": list(each.fields)}
            for each in report.to_be_set
        ],
    }


def print_report(report: Report) -> None:
    """Print the report for a person."""
    from rich.console import Console
    from rich.table import Table

    table = Table("部门", "有标贯标", "以标控质", "达标入库", box=None, pad_edge=False)
    for each in (*report.departments, report.total):
        cells = map(_cell, (each.followed, each.controlled, each.conforming))
        table.add_row(each.department or "合计", *cells)
    Console().print(table)
    for miss in report.total.misses[:SHOWN]:
        click.echo(f"未贯标 {miss.dataset}.{miss.field} {miss.heading} → {miss.element}: {miss.why}")
    if len(report.total.misses) > SHOWN:
        click.echo(f"… {len(report.total.misses) - SHOWN} more")
    for wanted in report.to_be_set[:SHOWN]:
        click.echo(f"待立标 {wanted.heading}: {len(wanted.departments)} 部门, {len(wanted.fields)} 项")


def _adoption(each: Adoption) -> dict[str, Any]:
    return {
        "followed": _ratio(each.followed),
        "controlled": _ratio(each.controlled),
        "conforming": _ratio(each.conforming),
    }


def _ratio(ratio: Ratio) -> dict[str, Any]:
    return {"A": ratio.a, "B": ratio.b, "X": None if ratio.x is None else round(ratio.x, 4)}


def _cell(ratio: Ratio) -> str:
    return "—" if ratio.x is None else f"{ratio.x:.0%} ({ratio.a}/{ratio.b})"
