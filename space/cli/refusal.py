"""How a refusal reads at the terminal: reason codes and nearest allowed forms on stderr, exit status 1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import NoReturn

import click

from policies.decision import Deny


def refuse(decision: Deny, *, as_json: bool) -> NoReturn:
    """End the command with a refusal.

    Args:
        decision: the denial, printed with all its reasons.
        as_json: also print it as one JSON object on stdout.
    """
    if as_json:
        reasons = [asdict(reason) for reason in decision.reasons]
        click.echo(json.dumps({"ok": False, "reasons": reasons}, ensure_ascii=False))
    for reason in decision.reasons:
        where = f" ({reason.where})" if reason.where else ""
        click.echo(f"refused: {reason.code}: {reason.message}{where}", err=True)
        if reason.allowed:
            click.echo(f"  allowed: {reason.allowed}", err=True)
    raise click.exceptions.Exit(1)


@contextmanager
def refusals(as_json: bool) -> Iterator[None]:
    """Print what a service refuses the way :func:`refuse` does."""
    from policies.machine import IllegalStep
    from space.errors import Refused

    try:
        yield
    except Refused as refused:
        refuse(refused.decision, as_json=as_json)
    except IllegalStep as illegal:
        refuse(illegal.denial, as_json=as_json)
