"""The ``ybz`` command: joins the commands each package registers under ``ybz.commands``.

Holds no command itself. A command module is imported only when its command is named (or listed
in the help), so that heavy libraries load only where they are used.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import sys
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points

import click

# Where lxml happens to be installed openpyxl reads and writes other things: workbooks are alike everywhere.
os.environ.setdefault("OPENPYXL_LXML", "False")

# The story's order, so that the help reads as the way of a dataset.
STORY = """
    init organisation inventory lists draft lint workbook bulk elements standard compare catalog submit
    approve entry diff impact authority classify library build leases link show search lineage quality
    rectify evaluate register open due clock usage figures report edition dcat upward
    preview request decide grant revoke explain query verification workspace standing receipt verify evidence
    backflow form correct serve doctor demo attack
"""
ORDER = {name: place for place, name in enumerate(STORY.split())}


class Commands(click.Group):
    """A group whose members are entry points, loaded on use."""

    @cached_property
    def _points(self) -> dict[str, EntryPoint]:
        """Registered commands by name, looked for once: it reads the metadata of all that is installed."""
        return {p.name: p for p in entry_points(group="ybz.commands")}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the story's order, then the rest by alphabet."""
        names = self._points
        return sorted(names, key=lambda n: (ORDER.get(n, len(ORDER)), n))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command called ``cmd_name``, imported now."""
        point = self._points.get(cmd_name)
        if point is None:
            return None
        command: click.Command = point.load()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant; where commands are judged by the access matrix, it is judged first."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and command is not None and not ctx.resilient_parsing:
            from space.access.shell import judge

            judge(ctx, name, command, rest)
        return name, command, rest


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="yibenzhang", prog_name="ybz")
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
@click.option("--home", metavar="DIR", help="Installation folder (YBZ_HOME; default ./var).")
@click.pass_context
def ybz(ctx: click.Context, debug: bool, home: str | None) -> None:
    """一本账: one ledger for a city's public data, and a trusted space to use it in."""
    ctx.obj = {"debug": debug}
    if home:
        os.environ["YBZ_HOME"] = home


def main() -> None:
    """Run the command line; a failure is one line on stderr and exit status 1."""
    ended: list[int] = []
    # The first to be registered is the last to be called.
    atexit.register(_leave, ended)
    try:
        _run()
    except SystemExit as stop:
        ended.append(stop.code if isinstance(stop.code, int) else int(stop.code is not None))
        raise
    except BaseException:
        ended.append(1)
        raise


def _leave(ended: list[int]) -> None:
    """End the process here where native libraries were loaded.

    Their own ending has aborted a finished command now and then, and DuckDB's binding names its own
    types as leaked. Everything of ours is written and closed by now.
    """
    if {"duckdb", "pyarrow"} & set(sys.modules):
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(ended[0] if ended else 0)


def _run() -> None:
    debug = "--debug" in sys.argv[1:2]
    try:
        # Without its standalone mode click gives back the status that `ctx.exit` was called with.
        status = ybz(standalone_mode=False)
        if isinstance(status, int):
            sys.exit(status)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit("aborted")
    # The last line of defence for a person at the terminal: name the failure, keep its values out.
    except Exception as error:
        if debug:
            raise
        print(f"ybz: {as_options(_told(error), sys.argv[1:])}", file=sys.stderr)
        sys.exit(1)


def _told(error: Exception) -> str:
    """A failure in one line: our own words, the path the system refused, or else the kind alone."""
    if getattr(error, "user_facing", False):
        return str(error)
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror} — check the path and who may write there"
    return f"{type(error).__name__} (run `ybz --debug …` for details)"


def as_options(text: str, words: Sequence[str]) -> str:
    """What a service says of a field, where the command that was run has an option for it, as that option.

    Args:
        text: names fields in backticks; a page or a program reads it as it stands.
        words: what was typed behind ``ybz``.
    """
    command: click.Command = ybz
    for word in words:
        found = (
            command.get_command(click.Context(command), word) if isinstance(command, click.Group) else None
        )
        command = found or command
    options = {option for parameter in command.params for option in parameter.opts}

    def named(field: re.Match[str]) -> str:
        option = f"--{field[1].replace('_', '-')}"
        return f"`{option}`" if option in options else field[0]

    return re.sub("`([a-z][a-z_0-9]*)`", named, text)


def drop_binding_noise() -> None:
    """Keep what DuckDB's binding writes when a process ends, its own types as leaked, off the terminal."""
    if "duckdb" in sys.modules:
        sys.stderr.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


if __name__ == "__main__":
    main()
