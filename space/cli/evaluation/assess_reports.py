"""Commands of ``ybz assess`` that report facts of the ledger: risks, impact assessments, important data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

_html = click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a printable page."
)
_keep = click.option("--keep", is_flag=True, help="Keep it as it is now, with evidence of its digest.")


@click.command("risk-report")
@click.argument("year", type=click.IntRange(2000, 2200))
@_html
@_keep
@actor
@as_json
def risk_report(year: int, html: Path | None, keep: bool, by: str, as_json: bool) -> None:
    """The report on risks 数据安全风险评估报告 of YEAR: figures with definition and instant."""
    from space.evaluation import risk_report as report

    _make(lambda c, now: report.compose(c, year, now=now), html, keep, by, as_json)


@click.command("impact-register")
@_html
@_keep
@actor
@as_json
def impact_register(html: Path | None, keep: bool, by: str, as_json: bool) -> None:
    """The register of impact assessments 个人信息保护影响评估, and which datasets lack one."""
    from space.evaluation import impact_register as register

    _make(lambda c, now: register.compose(c, at=now), html, keep, by, as_json)


@click.command("important-data")
@_html
@_keep
@actor
@as_json
def important_data(html: Path | None, keep: bool, by: str, as_json: bool) -> None:
    """The list of important data 重要数据目录: candidates, why, who holds, who receives."""
    from space.evaluation import important_data as listed

    _make(lambda c, now: listed.compose(c, at=now), html, keep, by, as_json)


def _make(
    compose: Callable[[Any, Any], dict[str, Any]], html: Path | None, keep: bool, by: str, as_json: bool
) -> None:
    """Compose a report, write its page, keep it, and show it."""
    from catalog.store import reading, writing
    from space.evaluation import page, reports

    _home, engine, now = open_installation()
    kept = None
    with refusals(as_json):
        if keep:
            with writing(engine) as connection:
                document = compose(connection, now)
                kept = reports.keep(connection, document, by=acting(by), now=now)
        else:
            with reading(engine) as connection:
                document = compose(connection, now)
    if html is not None:
        html.write_text(page.report(document), encoding="utf-8")
    if as_json:
        print_json({**document, "kept": kept})
        return
    click.echo(f"{document['kind']} as of {document['as_of']}" + (f", kept as {kept}" if kept else ""))
    for each in document["figures"]:
        click.echo(f"  {each['title']}  {each['value']} {each['unit']}  ({each['definition']})")
    for row in document.get("datasets", ()):
        why = "; ".join(each["why"] for each in row["grounds"])
        click.echo(f"  {row['dataset']}  {row['holder']['name']}  {len(row['receivers'])} receivers  {why}")
    for row in document.get("assessments", ()):
        click.echo(
            f"  {row['made_on']}  {row['kind']} {row['subject']}: {row['reference']}, to {row['keep_until']}"
        )
    for row in document.get("unassessed", ()):
        click.echo(f"  {row['dataset']}  {row['department']}: no assessment is known")
