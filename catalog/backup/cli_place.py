"""Command ``ybz evidence place``: where the store stands, and what a person states of another place."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from catalog.backup.placing import Stated
    from catalog.store.standing import Place

_NEXT = {
    "moved": "the log goes on here; next: `ybz doctor`",
    "lost": "no grant answers yet; next: `ybz evidence resume EXPORT` with the newest copy published outside",
    "rehearsal": "a rehearsal: it sends nothing, publishes nowhere outside, and no grant answers yet; next:"
    " `ybz evidence resume EXPORT` with the published folder, which is only read",
}


@click.command()
@click.option(
    "--moved",
    "stated",
    flag_value="moved",
    help="The former one was stopped before, and is gone: it goes on here.",
)
@click.option(
    "--lost",
    "stated",
    flag_value="lost",
    help="The former one is lost, and may have gone on after this was copied: as after a restore.",
)
@click.option(
    "--rehearsal",
    "stated",
    flag_value="rehearsal",
    help="A copy to try things out, beside one that runs: as after `ybz restore --rehearsal`.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the evidence log.")
@click.option("--by", default="", metavar="NAME", help="Who states it (default: the login name).")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
def place(stated: str | None, reason: str, by: str, as_json: bool) -> None:
    """Say where the store stands, or state why it stands elsewhere than it was written last.

    A folder that was moved to another disk, or copied, is only read until somebody states which it is.
    """
    from catalog.backup.placing import Stated, state
    from catalog.home import Home
    from catalog.store import open_store

    home = Home.find()
    engine = open_store(home)
    if stated is None:
        _tell(_looked(engine), as_json)
        return
    if not reason.strip():
        raise click.UsageError("say why (--reason TEXT): it is kept in the evidence log")
    what, now = Stated(stated), datetime.now(UTC)
    last = state(engine, home, what, by=by or getpass.getuser(), reason=reason, now=now)
    _tell(_done(engine, what, last), as_json)


def _looked(engine: Engine) -> dict[str, Any]:
    from catalog.store import reading, standing

    here = standing.of(engine)
    with reading(engine) as connection:
        last = standing.elsewhere(connection)
    if here is None:
        told = "on a server: whatever folder names it writes one ledger"
    elif last is None:
        told = "where it was written last"
    else:
        told = (
            "elsewhere than it was written last, and only read: say --moved, --lost or --rehearsal (--help)"
        )
    return _shown(engine, last) | {"stated": None, "told": told}


def _done(engine: Engine, what: Stated, last: Place) -> dict[str, Any]:
    return _shown(engine, last) | {"stated": what.value, "told": _NEXT[what.value]}


def _shown(engine: Engine, last: Place | None) -> dict[str, Any]:
    from catalog.store import standing

    here = standing.of(engine)
    return {"at": here and here.path, "written_last_at": last and last.path}


def _tell(shown: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    click.echo(f"{shown['at'] or 'the store'}: {shown['told']}")
    if shown["written_last_at"]:
        click.echo(f"  written last at {shown['written_last_at']}")
