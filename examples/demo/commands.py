"""Runs registered ``ybz`` commands with real arguments, in this process, and reads what they print.

Decides nothing: a command that fails ends the demonstration with the command's own words.
"""

from __future__ import annotations

import contextlib
import io
import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import click

from ybz import ybz


class CommandFailed(click.ClickException):
    """A command of the story that should have succeeded did not.

    Attributes:
        line: the command as a person would type it.
    """

    def __init__(self, line: str, said: str) -> None:
        self.line = line
        super().__init__(f"`{line}` failed: {said or 'without a word'}")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command did.

    Attributes:
        line: the command as a person would type it.
        status: exit status.
        out, err: what it printed.
    """

    line: str
    status: int
    out: str
    err: str

    def json(self) -> Any:
        """The JSON the command printed.

        Raises:
            CommandFailed: it printed something else.
        """
        try:
            return json.loads(self.out)
        except json.JSONDecodeError as error:
            raise CommandFailed(self.line, f"printed no JSON ({error.msg})") from error


@dataclass(slots=True)
class Commands:
    """The commands run so far.

    Attributes:
        lines: each as a person would type it, in order.
    """

    lines: list[str] = field(default_factory=list)

    def run(self, *words: object, status: tuple[int, ...] = (0,)) -> Said:
        """Run one command.

        Args:
            words: name, arguments and options.
            status: exit statuses the story expects; 1 is a refusal.

        Raises:
            CommandFailed: the exit status is another than expected.
        """
        arguments = [str(word) for word in words]
        line = shlex.join(["ybz", *arguments])
        self.lines.append(line)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            ended = _invoke(arguments, err)
        said = Said(line, ended, out.getvalue(), err.getvalue())
        if ended not in status:
            raise CommandFailed(line, said.err.strip() or said.out.strip()[-300:])
        return said

    def json(self, *words: object) -> Any:
        """Run one command with ``--json`` and read what it prints."""
        return self.run(*words, "--json").json()


def _invoke(arguments: list[str], err: io.StringIO) -> int:
    """Exit status of a command line, as the ``ybz`` program would end."""
    with _own_context():
        try:
            status = ybz.main(args=arguments, prog_name="ybz", standalone_mode=False)
            return status if isinstance(status, int) else 0
        except click.exceptions.Exit as stop:
            return stop.exit_code
        except click.ClickException as error:
            err.write(error.format_message())
            return error.exit_code
        except SystemExit as stop:
            if isinstance(stop.code, int | None):
                return stop.code or 0
            err.write(str(stop.code))
            return 1
        # As `ybz` itself does: what is meant for a person is one line, the rest goes up.
        except Exception as error:
            if not getattr(error, "user_facing", False):
                raise
            err.write(str(error))
            return 1


@contextlib.contextmanager
def _own_context() -> Iterator[None]:
    """Keep the demonstration's own click context away from the command's."""
    from click.globals import pop_context, push_context

    current = click.get_current_context(silent=True)
    if current is None:
        yield
        return
    pop_context()
    try:
        yield
    finally:
        push_context(current)
