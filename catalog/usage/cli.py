"""``ybz usage``: use of the city's data, own and elsewhere, without a personal value."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("usage")
def usage() -> None:
    """Import logs of existing platforms and gateways, and show use of the city's data."""


@usage.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--platform", required=True, metavar="NAME", help="Which exchange platform or gateway.")
@click.option(
    "--mapping", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="MAPPING.yaml", help="Which columns are read, and what their words mean.",
)  # fmt: skip
@click.option("--replace", default="", metavar="REASON", help="Replace days imported before, for a reason.")
@click.option("--by", default="", metavar="NAME", help="Who imports (default: the user logged in).")
@as_json
def import_files(
    files: tuple[Path, ...], platform: str, mapping: Path, replace: str, by: str, as_json: bool
) -> None:
    """Import log FILES (CSV or JSONL, plain or gzip) as counts; name all files of a day together."""
    from catalog.home import Home
    from catalog.store import open_store
    from catalog.usage import mapping as mappings
    from catalog.usage.importing import import_logs
    from policies.clocks import local_date

    now = datetime.now(UTC)
    how = mappings.read(mapping, local_date(now))
    engine = open_store(Home.find())
    who = by or getpass.getuser()
    done = import_logs(engine, files, platform, how, by=who, now=now, replacing=replace)
    if as_json:
        _print_json(done.to_document())
        return
    if not done.added:
        click.echo(f"these files were imported already ({done.import_id}): nothing is added")
        return
    days = f"{done.first_on} to {done.last_on}"
    click.echo(f"{done.import_id}  {platform}, {days}: {done.lines:,} lines, {done.counted:,} counted")
    if done.replaced:
        click.echo(f"    {done.replaced} days of earlier imports replaced")
    if done.unreadable:
        click.echo(f"    {done.unreadable:,} lines could not be read")
    if done.outside:
        click.echo(f"    {done.outside:,} lines of resources that are not in the ledger:")
        for name, count in list(done.not_in_ledger.items())[:20]:
            click.echo(f"        {count:>10,}  {name or '(others, or ids that are not kept)'}")


@usage.command()
@click.argument("name", required=False)
@click.option("--from", "first", type=_DAY, metavar="DATE", help="First day (default: 30 days back).")
@click.option("--to", "last", type=_DAY, metavar="DATE", help="Last day (default: today).")
@as_json
def show(name: str | None, first: datetime | None, last: datetime | None, as_json: bool) -> None:
    """Show how often datasets were used, where and by which organisation; NAME is an entry."""
    from catalog import revisions
    from catalog.home import Home
    from catalog.store import open_store, reading
    from catalog.usage import counts
    from policies.clocks import local_date

    to = last.date() if last else local_date(datetime.now(UTC))
    since = first.date() if first else to - timedelta(days=30)
    if since > to:
        raise click.BadParameter("the first day is after the last", param_hint="--from")
    with reading(open_store(Home.find())) as connection:
        if name is not None:
            revisions.current(connection, name)
        uses = counts.shown(connection, since, to, name)
        outside = counts.outside(connection, since, to) if name is None else ()
    document = _document(since, to, uses, outside)
    if as_json:
        _print_json(document)
        return
    for dataset, each in document["datasets"].items():
        click.echo(f"{dataset}: used {each['used']:,} times by {each['organisations']} organisations")
        for use in each["by"]:
            whom = use["consumer"] or "an organisation the log does not name"
            click.echo(f"    {use['where']}, {whom}: {use['kind']} {use['outcome']} {use['count']:,}")
    if not document["datasets"]:
        click.echo(f"no use from {since} to {to}")
    if outside:
        click.echo(f"not in the ledger: {len(outside)} resources, the most used:")
        for gap in outside[:10]:
            click.echo(f"    {gap['platform']}  {gap['resource'] or '(others)'}: {gap['lines']:,} lines")


def _document(first: date, last: date, uses: Any, outside: Any) -> dict[str, Any]:
    datasets: dict[str, Any] = {}
    for use in uses:
        entry = datasets.setdefault(use.dataset, {"used": 0, "organisations": set(), "by": []})
        if use.outcome == "succeeded":
            entry["used"] += use.count
            entry["organisations"].add(use.consumer)
        names = ("where", "consumer", "kind", "outcome", "count")
        entry["by"].append({name: getattr(use, name) for name in names})
    for entry in datasets.values():
        entry["organisations"] = len(entry["organisations"] - {""})
    return {
        "definition": "answered queries, sent deliveries, and calls, batches and files of imported logs that "
        "succeeded",
        "from": first.isoformat(),
        "to": last.isoformat(),
        "datasets": datasets,
        "not_in_ledger": list(outside),
    }


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))
