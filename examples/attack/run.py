"""Runs a corpus: the city, the grant, the server, then line after line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import duckdb

from examples.attack import installation, report, rows
from examples.attack.verdict import Came, Line, judge, open_rows
from examples.demo.folder import fresh
from examples.demo.progress import Steps


def run(files: Sequence[Path], mode: str, folder: Path) -> dict[str, Any]:
    """Send every line of the files to a fresh safety city.

    Args:
        files: corpora, one JSON object a line.
        mode: ``threshold`` or ``dp``.
        folder: of the installation; made fresh.

    Returns:
        See :func:`examples.attack.report.document`.
    """
    lines = [line for file in files for line in read(file)]
    home = fresh(folder, keep=False)
    with Steps(3) as steps:
        with steps.step("the safety city: four tables, catalogued and built"):
            tables = rows.tables()
            commands = installation.build(home, tables)
        with steps.step(f"a request, its decision, a grant in {mode} mode"):
            grant, token = installation.sign(commands, home, mode, tables)
        with steps.step(f"{len(lines)} lines over HTTP"), installation.served() as port:
            caller = installation.Caller(grant, token, port)
            truth = open_rows(tables)
            came = [_came(line, caller.ask(line.sql), truth) for line in lines]
    return report.document(mode, came)


def _came(line: Line, said: installation.Said, truth: duckdb.DuckDBPyConnection) -> Came:
    return replace(judge(line, said.status, said.body, truth), tries=said.tries)


def read(file: Path) -> Iterator[Line]:
    """The lines of a corpus.

    Raises:
        click.ClickException: a line is not ``{id, sql}`` with a known ``expect``.
    """
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not text.strip():
            continue
        try:
            stated = json.loads(text)
            expect = stated.get("expect")
            line = Line(str(stated["id"]), str(stated.get("class", "benign")), str(stated["sql"]), expect)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise click.ClickException(
                f"{file}:{number}: is no line of a corpus — each is a JSON object with id and sql"
            ) from None
        if expect not in (None, "refuse", "suppress", "allow_safe"):
            raise click.ClickException(f"{file}:{number}: expect is refuse, suppress or allow_safe")
        yield line
