"""``ybz quality``: what the last builds found, for the owner, on the terminal, as JSON and as pages.

Figures are exact: whoever runs it holds the installation. No value of the data is among them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from rich.console import Console

# Columns of a line where the output is a file or a pipe.
PLAIN_WIDTH: Final = 160
_BLOCKS: Final = "▁▂▃▄▅▆▇█"


@click.command()
@click.argument("name", required=False)
@click.option("--department", default="", metavar="NAME", help="Only datasets of this department.")
@click.option(
    "--html",
    "target",
    type=click.Path(path_type=Path),
    help="Write the report: a FILE with NAME, else a FOLDER with a page for each dataset.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def quality(name: str | None, department: str, target: Path | None, as_json: bool) -> None:
    """Show the quality of a dataset, or of all: score, grade, trend, worst fields, what stops and warns."""
    from catalog.home import Home
    from catalog.quality.document import document
    from catalog.revisions import all_current
    from catalog.store import open_store, reading
    from policies.clocks import local_date

    if name and department:
        raise click.UsageError("NAME and --department exclude each other")
    on = local_date(datetime.now(UTC))
    with reading(open_store(Home.find())) as connection:
        names = [name] if name else [entry.name for entry in all_current(connection)]
        found = [document(connection, each, on) for each in names]
    if department:
        found = [each for each in found if each["department"] == department]
        if not found:
            raise click.ClickException(f"no dataset of {department} — `ybz show` lists departments")
    if target is not None:
        _write(found, target, one=name is not None, heading=department, on=on)
    if as_json:
        print(json.dumps(found[0] if name else found, ensure_ascii=False, indent=2))
    elif target is None:
        _print_one(found[0]) if name else _print_all(found)


def _write(found: Sequence[Mapping[str, Any]], target: Path, *, one: bool, heading: str, on: date) -> None:
    from catalog.quality.html import file_name, overview, page
    from policies.rulebook import rule

    if one:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page(found[0], on), encoding="utf-8")
        print(f"{target}: the report of {found[0]['dataset']}", file=sys.stderr)
        return
    target.mkdir(parents=True, exist_ok=True)
    for each in found:
        (target / file_name(each["dataset"])).write_text(page(each, on), encoding="utf-8")
    grades = [{"level": g["level"], "name": g["name"]} for g in rule("quality", "five_grades", on).value]
    text = overview(found, heading or "全部数据集", grades, on)
    (target / "index.html").write_text(text, encoding="utf-8")
    print(f"{target / 'index.html'}: {len(found)} datasets", file=sys.stderr)


def _print_one(found: Mapping[str, Any]) -> None:
    name = found["dataset"]
    if found["attempt"] is None:
        print(f"{name} has not been checked yet — run `ybz build {name}`")
        return
    graded = found["grade5"]
    grade = "not assessed" if graded is None else f"{graded['name']} (grade {graded['level']} of 5)"
    print(f"{name}  {found['title']}  score {_share(found['score'])}  {grade}")
    print(f"trend  {sparkline([each['score'] for each in found['trend']])}  {_arrow(found)}".rstrip())
    if found["attempt"]["state"] != "released":
        print(f"last build {found['attempt']['state']}: {found['attempt']['reason']}")
    for dimension, values in found["dimensions"].items():
        print(f"  {dimension:13} {_share(values['x'])}")
    _rules(found["rules"])
    for each in found["worst_fields"][:5]:
        print(f"worst  {each['field']}: {_share(each['share'])} fail {each['worst_rule']} ({each['title']})")
    for each in found["worse"]:
        print(f"worse  {each['rule']}: {_share(each['was'])} → {_share(each['now'])}")
    print(f"stops  {', '.join(found['stops']) or 'nothing'}")
    print(f"warns  {', '.join(found['warns']) or 'nothing'}")


def _rules(rules: Sequence[Mapping[str, Any]]) -> None:
    from rich.table import Table

    table = Table(title="rules of the last build")
    for heading in ("rule", "dimension", "indicator", "action", "good", "evaluated", "share", ""):
        table.add_column(heading, justify="right" if heading in ("good", "evaluated", "share") else "left")
    for r in rules:
        verdict = r["note"] or ("" if r["passed"] else "broken")
        counts = (f"{r['good']:,}", f"{r['evaluated']:,}", _share(r["x"]))
        table.add_row(r["rule"], r["dimension"], r["indicator"] or "", r["action"], *counts, verdict)
    _console().print(table)


def _print_all(found: Sequence[Mapping[str, Any]]) -> None:
    from rich.table import Table

    if not found:
        print("the ledger has no datasets yet — `ybz catalog` enters contracts")
        return
    table = Table(title="quality")
    for heading in ("dataset", "title", "score", "grade", "trend", "stops", "warns"):
        table.add_column(heading, justify="right" if heading in ("score", "stops", "warns") else "left")
    for each in found:
        graded = each["grade5"]
        trend = sparkline([point["score"] for point in each["trend"]])
        table.add_row(
            each["dataset"],
            each["title"],
            _share(each["score"]),
            "" if graded is None else graded["name"],
            trend,
            str(len(each["stops"])),
            str(len(each["warns"])),
        )
    _console().print(table)


def sparkline(scores: Sequence[float | None]) -> str:
    """Scores as a line of blocks on a scale from 0.5 to 1; a gap where one was not assessed.

    >>> sparkline([0.5, None, 0.75, 1.0])
    '▁ ▅█'
    """
    top = len(_BLOCKS) - 1
    return "".join(
        " " if score is None else _BLOCKS[max(0, min(top, round((score - 0.5) * 2 * top + 0.01)))]
        for score in scores
    )


def _arrow(found: Mapping[str, Any]) -> str:
    known = [each["score"] for each in found["trend"] if each["score"] is not None]
    if len(known) < 2:
        return ""
    step = (known[-1] - known[-2]) * 100
    return f"{'↑' if step > 0 else '↓' if step < 0 else '→'} {abs(step):.2f} points since the release before"


def _console() -> Console:
    """A console that cuts nothing where the output is no terminal."""
    from rich.console import Console

    made = Console()
    return made if made.is_terminal else Console(width=PLAIN_WIDTH)


def _share(value: float | None) -> str:
    return "not assessed" if value is None else f"{int(round(value * 10_000, 6)) / 100:.2f}%"
