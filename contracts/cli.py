"""``ybz lint`` and ``ybz compare``: what is wrong with contract files, and what a new one takes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from contracts.lint import Linted
    from contracts.problems import Problem

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=_FILE)
@click.option("--against", type=_FILE, help="A former contract, or a folder of them: versions must show it.")
@click.option("--elements", type=_FILE, help="The city's own elements, as `ybz standard export` writes them.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def lint(paths: tuple[Path, ...], against: Path | None, elements: Path | None, as_json: bool) -> None:
    """Check contract files (契约), or all that lie under a folder; exit 1 if any has an error.

    Each error is one line: file, line, field, what is wrong, what to do. A warning names a core item of
    the catalogue (核心元数据) the contract leaves unsaid; it fails nothing.
    """
    from contracts.elements import read_elements
    from contracts.lint import lint_files

    own = None if elements is None else read_elements(elements)
    results = lint_files(paths, against, own=own)
    problems = [problem for result in results for problem in result.problems]
    warnings = [warning for result in results for warning in result.warnings]
    failed = bool(problems) or not results
    if as_json:
        click.echo(json.dumps({"ok": not failed, "files": [*map(_linted, results)]}, ensure_ascii=False))
    else:
        for result in results:
            for problem in result.problems:
                click.echo(str(problem))
            for warning in result.warnings:
                click.echo(f"{warning.place}: warning: {warning.what} — {warning.remedy}")
        if not results:
            click.echo("no contract file there — name a file, or a folder that holds *.yaml", err=True)
        counts = ((len(results), "contract"), (len(problems), "error"), (len(warnings), "warning"))
        click.echo(", ".join(_count(*pair) for pair in counts), err=True)
    if failed:
        raise SystemExit(1)


@click.command()
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def compare(old: Path, new: Path, as_json: bool) -> None:
    """Say what changes from contract OLD to NEW of one dataset, and whether it breaks a promise.

    The version says it too: a breaking change asks for a major step, anything else users meet for a
    minor one, words and layouts for a patch. Exit 1 where a breaking change has no major step.
    """
    from contracts.comparing.contracts import findings
    from contracts.comparing.versions import step_between
    from contracts.odcs.files import read

    before, after = read(old), read(new)
    found = findings(before, after)
    step = step_between(before.version, after.version, found)
    verdict = "breaking" if any(finding.breaking for finding in found) else "compatible"
    if as_json:
        said = {
            "dataset": after.name,
            "verdict": verdict,
            "reasons": [finding.as_document() for finding in found if finding.breaking],
            "changes": [finding.as_document() for finding in found if not finding.breaking],
            "version": step.as_document(),
        }
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        for finding in found:
            click.echo(f"{'breaks' if finding.breaking else 'changes'}: {finding}")
        click.echo(f"{verdict}: {step.sentence()}", err=not step.enough)
    if not step.enough:
        raise SystemExit(1)


def _linted(result: Linted) -> dict[str, Any]:
    return {
        "path": str(result.path),
        "name": result.name,
        "problems": [*map(_problem, result.problems)],
        "warnings": [*map(_problem, result.warnings)],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "field": problem.field,
        "what": problem.what,
        "remedy": problem.remedy,
    }


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
