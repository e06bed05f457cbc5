"""``ybz demo``: the whole story on the demonstration city, told by registered commands only.

Makes a fresh installation, lets every figure be compared with what the generator planted, and fails
where one differs. Decides nothing about data: each step is a command anybody can type.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import click

# Settings of a real installation that the demonstration must not touch.
FOREIGN = ("YBZ_DATABASE_URL", "YBZ_LAKE_URL", "YBZ_ENGINE_URL", "DAGSTER_HOME")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the story.")
@click.option("--keep", is_flag=True, help="Move a former demonstration aside instead of removing it.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Where the demonstration lives; made fresh.",
)
def demo(as_json: bool, keep: bool, folder: Path) -> None:
    """Run the whole story on the demonstration city 云州市 and compare every figure.

    Files → catalogue → build → edition → request → grant → query → receipt → backflow → correction →
    evidence. Exit status 1 if a figure is not what the generator planted.
    """
    from examples.demo.run import run

    began = time.perf_counter()
    for name in FOREIGN:
        os.environ.pop(name, None)
    stage = run(folder, keep=keep)
    stage.report.seconds = time.perf_counter() - began
    if as_json:
        click.echo(json.dumps(stage.report.document(), ensure_ascii=False))
    else:
        from examples.demo.show import tell

        tell(stage)
        click.echo(f"\n{len(stage.commands.lines)} commands in {stage.report.seconds:.0f} s.", nl=False)
        click.echo(" Every figure is what the generator planted." if not stage.report.differences else "")
    for difference in stage.report.differences:
        click.echo(f"differs: {difference}", err=True)
    if stage.report.differences:
        sys.exit(1)
