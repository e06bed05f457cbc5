"""The ledger on a terminal: tables of what :mod:`catalog.ledger_view` and the public view say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

NOTHING: Final = "–"
# Columns of a pipe or a file, where no terminal says how wide it is.
_PLAIN_WIDTH: Final = 180
# Values of a facet on one line; `--json` has more.
_FACET_VALUES: Final = 8


def print_ledger(lines: Sequence[Mapping[str, Any]]) -> None:
    """One line a dataset, then why what was stopped was stopped."""
    console = console_of()
    if not lines:
        console.print("the ledger is empty — `ybz draft FOLDER` writes contracts, `ybz catalog` enters them")
        return
    table = _table("code", "name", "title", "department")
    for title in ("rows", "quarantined", "quality", "grade"):
        table.add_column(title, justify="right")
    table.add_column("sharing")
    table.add_column("state")
    table.add_column("registration")
    for line in lines:
        table.add_row(
            line["code"], line["name"], escape(line["title"]), escape(line["department"]),
            count(line["rows"]), count(line["quarantined"]), percent(line["quality"]),
            str(line["grade"] or NOTHING), line["sharing"], standing(line) + _coming(line),
            line["registration"] or NOTHING,
        )  # fmt: skip
    console.print(table)
    for line in lines:
        if line["build"] in ("stopped", "failed"):
            console.print(f"{line['name']} {line['build']}: {escape(line['reason'])}", highlight=False)
        if line["unfollowed"]:
            console.print(f"{line['name']}: {escape(line['unfollowed'])}", highlight=False)


def print_dataset(document: Mapping[str, Any]) -> None:
    """One dataset: identity, fields, quality by dimension, releases, findings, the last stop."""
    console = console_of()
    console.print(
        f"[bold]{escape(document['title'])}[/bold]  {document['name']}  {document['code']}", highlight=False
    )
    console.print(f"{escape(document['department'])}; {escape(document['summary'])}", highlight=False)
    sharing = "; ".join(p for p in (document["sharing"], document["condition"], document["basis"]) if p)
    console.print(f"sharing: {escape(sharing)}", highlight=False)
    console.print(
        f"state: {standing(document)}, revision {document['revision']}, grade {document['grade'] or NOTHING},"
        f" rows {count(document['rows'])}, quarantined {count(document['quarantined'])},"
        f" quality {percent(document['quality'])}",
        highlight=False,
    )
    console.print(f"registration: {document['registration'] or 'never applied for'}", highlight=False)
    if coming := document["pending"]:
        console.print(
            f"revision {coming['revision']} is on its way: {coming['state']} — `ybz diff"
            f" {document['code']} {document['revision']} {coming['revision']}` shows what it changes",
            highlight=False,
        )
    if document["build"] in ("stopped", "failed"):
        console.print(f"last build {document['build']}: {escape(document['reason'])}", highlight=False)
    if document["unfollowed"]:
        console.print(f"cannot be built: {escape(document['unfollowed'])}", highlight=False)
    for note in document["notes"]:
        console.print(f"note: {escape(note)}", highlight=False)
    _print_fields(console, document["fields"])
    if document["dimensions"]:
        parts = (f"{name} {percent(d['x'])}" for name, d in document["dimensions"].items())
        console.print("quality: " + ", ".join(parts), highlight=False)
    _print_releases(console, document["releases"])
    _print_findings(console, document["findings"])


def print_found(document: Mapping[str, Any]) -> None:
    """Datasets that were found, as others see them, and how all that were found divide by facets."""
    console = console_of()
    hits, total = document["hits"], document["total"]
    if not total:
        console.print("nothing published contains all of these words")
        return
    table = _table("code", "name", "title", "department", "sharing")
    for title in ("grade", "rows", "quality", "score"):
        table.add_column(title, justify="right")
    for line in hits:
        rows = "withheld" if line["rows_withheld"] else count(line["rows"])
        table.add_row(
            line["code"], line["name"], escape(line["title"]), escape(line["department"]), line["sharing"],
            str(line["grade"]), rows, percent(line["quality"]), f"{line['score']:g}",
        )  # fmt: skip
    console.print(table)
    shown = "all shown" if len(hits) == total else f"{len(hits):,} shown — narrow with --facet, or --limit"
    console.print(f"{total:,} found, {shown}", highlight=False)
    for facet, values in document["facets"].items():
        if len(values) > 1:
            parts = [f"{v.get('name', v['value'])} ({v['count']:,})" for v in values[:_FACET_VALUES]]
            more = f" … {len(values) - _FACET_VALUES} more" if len(values) > _FACET_VALUES else ""
            console.print(f"  {facet}: {escape(', '.join(parts))}{more}", highlight=False, soft_wrap=True)


def print_lineage(document: Mapping[str, Any]) -> None:
    """Where each column comes from, what decides the rows, and what is made from the dataset."""
    console = console_of()
    if document["unfollowed"]:
        console.print(f"{document['name']}: {escape(document['unfollowed'])}", highlight=False)
    if document["inputs"]:
        table = _table("field", "from", "inherited grade")
        for line in document["fields"]:
            grade = str(line["inherited_grade"] or NOTHING)
            table.add_row(line["field"], _origins(line["from"]), grade)
        table.add_row("(rows)", _origins(document["rows_from"]), "")
        console.print(table)
    else:
        console.print(f"{document['name']} is a source dataset", highlight=False)
    kinds = ", ".join(document["unit_kinds"]) or "none"
    console.print(f"unit kinds in it or behind it: {kinds}", highlight=False)
    console.print(f"made from it: {', '.join(document['impact']) or 'nothing'}", highlight=False)


def standing(line: Mapping[str, Any]) -> str:
    """The state of a dataset in a word or two: published or not, released or not, stopped."""
    if line["build"] in ("stopped", "failed"):
        former = f", release {line['release']} stays" if line["release"] else ""
        return f"{line['build']}{former}"
    if line["release"]:
        return f"release {line['release']}" + ("" if line["state"] == "published" else " (unpublished)")
    return str(line["state"])


def _coming(line: Mapping[str, Any]) -> str:
    coming = line["pending"]
    return f"; revision {coming['revision']} {coming['state']}" if coming else ""


def count(value: int | None) -> str:
    """A count with thousands separators."""
    return NOTHING if value is None else f"{value:,}"


def percent(value: float | None) -> str:
    """A ratio as a percentage; never 100 % for less than all."""
    if value is None:
        return NOTHING
    text = f"{value:.1%}"
    return "99.9%" if text == "100.0%" and value < 1 else text


def _print_fields(console: Console, fields: Sequence[Mapping[str, Any]]) -> None:
    table = _table("field", "title", "type", "use", "unit", "grade", "personal")
    for item in fields:
        personal = "sensitive" if item["sensitive"] else ("yes" if item["personal"] else "")
        table.add_row(
            item["name"], escape(item["title"]), item["type"], item["use"], item["unit"] or "",
            str(item["grade"]), personal,
        )  # fmt: skip
    console.print(table)


def _print_releases(console: Console, lines: Sequence[Mapping[str, Any]]) -> None:
    if not lines:
        return
    table = _table("release", "published", "revision", "rows", "quarantined", "quality", "grade", "id")
    for line in lines:
        table.add_row(
            str(line["number"]), line["published_at"][:19], str(line["revision"]), count(line["row_count"]),
            count(line["quarantined"]), percent(line["quality"]), str(line["grade"]), line["id"],
        )  # fmt: skip
    console.print(table)


def _print_findings(console: Console, lines: Sequence[Mapping[str, Any]]) -> None:
    if not lines:
        return
    table = _table("finding", "in", "grade", "share", "sample", "beyond what is declared")
    for line in lines:
        evidence = line["evidence"]
        table.add_row(
            line["detector"], line["field"], str(line["grade"]), percent(evidence.get("share")),
            count(evidence.get("sample")), "yes" if line["beyond_declared"] else "",
        )  # fmt: skip
    console.print(table)


def _origins(sources: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(f"{s['dataset']}.{s['field']} ({s['subtype'].lower()})" for s in sources) or NOTHING


def console_of() -> Console:
    """A terminal as wide as it is; a pipe or a file as wide as a table needs."""
    console = Console()
    return console if console.is_terminal else Console(width=_PLAIN_WIDTH)


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title)
    return table
