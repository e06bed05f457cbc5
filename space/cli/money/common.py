"""What the commands of money share: a group that takes a code at once, and the keys of a check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from space.cli.wayback.options import open_installation

if TYPE_CHECKING:
    from catalog.home import Home
    from catalog.keys import Ring, Signer

key_option = click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Public key (PEM) or published keys (JWK set); this installation's where none is given.",
)
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


class Shown(click.Group):
    """A group whose first word may be a code or id at once: ``show`` is meant then."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, ``show`` for a word that is no name of a command."""
        return super().get_command(ctx, cmd_name) or (self.commands["show"] if _names(cmd_name) else None)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Put ``show`` before a word that is no name of a command."""
        if args and args[0] not in self.commands and _names(args[0]):
            args = ["show", *args]
        return super().resolve_command(ctx, args)


def _names(word: str) -> bool:
    """Whether a word is a code, an id or a number, and no misspelt command."""
    return word.isupper() or any(character.isdigit() for character in word)


def signer_of(home: Home) -> Signer:
    """What signs for the installation."""
    from catalog import keys

    return keys.load(home).signer


def ring_given(key: Path | None) -> Ring:
    """The public keys a document is checked with: as given, else those of this installation."""
    from catalog.keys import ring_of
    from catalog.store import reading
    from space.money.signed import ring_from

    if key is not None:
        return ring_from(key)
    home, engine, _now = open_installation()
    with reading(engine) as connection:
        return ring_of(connection, signer_of(home))
