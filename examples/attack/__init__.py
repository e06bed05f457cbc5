"""``ybz attack``: run a corpus of attacks and of honest queries against a real gateway.

Makes the safety city, a fresh installation of its own with nobody's data, grants it in one mode, serves it
and sends every line over HTTP, as an operator would. Says per class what was refused, suppressed and
released, and every line that did not come out as it should; exit status 1 if there is one.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

CORPUS = Path(__file__).parent / "corpus"
MODES = ("threshold", "dp")


@click.command()
@click.option(
    "--corpus",
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Lines {id, class, sql, expect}; without expect a line is benign (default: the shipped corpora).",
)
@click.option("--mode", type=click.Choice(MODES), default="threshold", show_default=True)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the safety city lives; made fresh, and kept (default: a folder of its own, removed again).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def attack(files: tuple[Path, ...], mode: str, folder: Path | None, as_json: bool) -> None:
    """Attack the gateway with every line of a corpus and say what got through."""
    from examples.attack.place import place
    from examples.attack.run import run
    from examples.demo import FOREIGN

    for name in FOREIGN:
        os.environ.pop(name, None)
    shipped = tuple(sorted(CORPUS.glob("*.jsonl")))
    with place(folder) as home:
        told = run(files or shipped, mode, home)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        from examples.attack.show import tell

        tell(told)
    if told["deviations"]:
        sys.exit(1)
