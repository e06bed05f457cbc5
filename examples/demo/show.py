"""Tells the story on a terminal: what was built, stopped, answered, refused, proved and sent back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from examples.demo.questions import Asked
from examples.demo.story import CHANGED, PERIOD, SEARCHED, Stage

# Room a table may take where the output is no terminal.
PLAIN_WIDTH: Final = 150
SHARING: Final = {
    "unconditional": "无条件 free",
    "conditional": "有条件 conditional",
    "withheld": "不予 withheld",
}
DASH: Final = "–"


def tell(stage: Stage) -> None:
    """Print the whole story."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PLAIN_WIDTH)
    for part in (_ledger, _stopped, _answers, _proof, _way_back):
        console.print(part(stage))
        console.print()
    console.print(_next(stage))


def _heading(text: str) -> Text:
    return Text(text, style="bold cyan")


def _table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(
            column, justify="right" if column in right else "left", no_wrap=column not in ("why",)
        )
    return table


def _ledger(stage: Stage) -> Group:
    told = stage.told
    right = ("rows", "quarantined", "quality", "grade")
    table = _table("code", "name", "department", *right, "sharing type", right=right)
    for row in told.ledger:
        released = row["release"] is not None
        table.add_row(
            row["code"],
            row["name"],
            row["department"].removeprefix("云州市"),
            f"{row['rows']:,}" if released else DASH,
            f"{row['quarantined']:,}" if released else DASH,
            f"{row['quality']:.1%}" if released and row["quality"] is not None else DASH,
            str(row["grade"]),
            SHARING[row["sharing"]],
            style=None if released else "dim",
        )
    sums = stage.report.document()
    return Group(
        _heading(f"1 · The ledger 一本账 of 云州市, {PERIOD}"),
        table,
        Text(
            f"{sums['lines_read']:,} lines read, {sums['landed']:,} rows landed = {sums['typed']:,} typed + "
            f"{sums['quarantined']:,} quarantined. Edition {told.edition['period']} no. "
            f"{told.edition['number']} closed and signed: {told.edition['digest'][:16]}…"
        ),
        Text(
            f"`ybz search {' '.join(SEARCHED)}` finds {told.found['total']}; if {CHANGED}.id_card changes, "
            f"{told.felt['columns_total']} columns of {len(told.felt['datasets'])} composed dataset change "
            f"with it; in authorised operation and unregistered: {', '.join(told.standing['unregistered'])}."
        ),
    )


def _stopped(stage: Stage) -> Group:
    lines: list[Any] = [_heading("2 · What was stopped, and what is late")]
    for row in stage.report.document()["stopped"]:
        lines.append(Text.assemble(("stopped  ", "bold red"), f"{row['name']}: {row['reason']}"))
    for name, entry in stage.told.late.items():
        lines.append(
            Text.assemble(
                ("late     ", "bold yellow"),
                f"{name}: updated {entry['update_cycle']}, but its newest row is too old; released, with "
                f"timeliness 时效性 0 and quality {entry['quality']:.1%}",
            )
        )
    return Group(*lines)


def _answers(stage: Stage) -> Group:
    told = stage.told
    parts: list[Any] = [_heading("3 · Three safe answers beside one refused attack")]
    if told.request:
        parts.append(
            Text(
                f"The {told.request['who']} asked for {told.request['items']} items with its legal basis on "
                f"{told.request['received']}; permitted the same day (due by {told.request['due']})."
            )
        )
    parts += [_asked(one) for one in told.asked]
    return Group(*parts)


def _asked(one: Asked) -> Panel:
    title = f"{one.who} · {one.mode}" if not one.refusal else f"{one.who} · refused"
    body: list[Any] = [Text(one.sql, style="italic")]
    if one.refusal:
        body.append(Text.assemble((one.refusal["code"], "bold red"), f"  {one.refusal['message']}"))
        body.append(Text(f"nearest allowed form: {one.refusal['allowed']}"))
    else:
        body.append(Padding(_cells(one.rows), (0, 0, 0, 2)))
    if one.note:
        body.append(Text(one.note, style="dim"))
    style = "red" if one.refusal else "green"
    return Panel(Group(*body), title=title, title_align="left", border_style=style, box=box.ROUNDED)


def _cells(rows: tuple[Mapping[str, Any], ...]) -> Text:
    """The cells of an answer on a few lines: label and value."""
    pairs = []
    for row in rows:
        label, *values = row.values()
        pairs.append(" ".join([str(label), *map(_figure, values)]))
    return Text("   ".join(pairs))


def _figure(value: object) -> str:
    """A figure as people read it."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.1f}" if isinstance(value, float) else "withheld" if value is None else str(value)


def _proof(stage: Stage) -> Group:
    found, receipts = stage.report.evidence, stage.report.receipts_verified
    return Group(
        _heading("4 · Proof"),
        Text(f"{receipts} receipts verified: signature, grant, releases, budget, place in the log"),
        Text(f"evidence log: {found['size']} entries, root {found['root']}"),
        Text(
            "re-derived from the store and from an exported copy: " + ("sound" if found["ok"] else "BROKEN")
        ),
    )


def _way_back(stage: Stage) -> Group:
    told = stage.told
    right = ("moved", "added", "changed", "removed", "delivered", "no area", "other areas")
    table = _table("to", "dataset", *right, right=right)
    for row in told.moved:
        numbers = [row[n] for n in ("moved", "added", "changed", "removed", "delivered")]
        numbers += [row["unattributed"], row["other_areas"]]
        table.add_row(row["name"], row["dataset"], *map(str, numbers))
    form = _table("item", "value", "source", "as of")
    for item in told.prefilled:
        source = item["department"] or "filled by hand"
        form.add_row(item["title"], item["value"] or DASH, source, item["as_of"] or DASH)
    asked, homes = told.correction, stage.report.attribution
    return Group(
        _heading("5 · The way back 回流: rows that moved, one prefilled form, one correction"),
        table,
        Text("moved = delivered + no area + other areas; the receivers counted the same.\n"),
        Text(
            f"{homes['share']:.1%} of {homes['rows']:,} homes with an address and no code were attributed to "
            f"their street, {homes['share_right']:.2%} of them rightly; {homes['waiting']:,} may be the "
            f"street's and wait, {homes['claimed']} was claimed.\n"
        ),
        form,
        Text(
            f"The street challenged 居住方式; {asked['department']} had until {asked['due_on']}, "
            f"{asked['state']} it, and the next release carries the new value."
        ),
    )


def _next(stage: Stage) -> Group:
    home = stage.home
    return Group(
        _heading("What to do next"),
        Text(f"  export YBZ_HOME={home}          # this city stays there until the next demo"),
        Text("  ybz show civil.population       # one dataset: rules, findings, releases"),
        Text("  ybz lineage theme.elderly_services"),
        Text("  ybz search 养老"),
        Text("  ybz init && ybz draft FOLDER    # (without YBZ_HOME) your own files: see README"),
    )
