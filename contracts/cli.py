"""``ybz lint``: read contract files and say what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def lint(paths: tuple[Path, ...], as_json: bool) -> None:
    """Check contract files (契约), or all that lie under a folder; exit 1 if any has an error.

    Each error is one line: file, line, field, what is wrong, what to do.
    """
    from contracts.lint import lint_files

    results = lint_files(paths)
    problems = [problem for result in results for problem in result.problems]
    failed = bool(problems) or not results
    if as_json:
        files = [
            {
                "path": str(result.path),
                "name": result.name,
                "problems": [
                    {"line": p.line, "field": p.field, "what": p.what, "remedy": p.remedy}
                    for p in result.problems
                ],
            }
            for result in results
        ]
        click.echo(json.dumps({"ok": not failed, "files": files}, ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(str(problem))
        if not results:
            click.echo("no contract file there — name a file, or a folder that holds *.yaml", err=True)
        click.echo(f"{len(results)} contracts, {len(problems)} errors", err=True)
    if failed:
        raise SystemExit(1)


@click.group()
def compare() -> None:
    """What changes between two contracts of one dataset, and whether it breaks a promise."""
