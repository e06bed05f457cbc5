"""One dataset built in a process of its own, for whoever asked for it over the interface.

Decides that the outcome is told before its rows are sent back, and that only the subscriptions of this
dataset are served: the steward who hands rows in waits for nobody else's, and is told of nobody else's. What
is not sent here the regular run sends. Each line of the output is JSON: ``outcome``, then ``sending``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Engine

from catalog.home import Home
from catalog.releases.published import Release, latest
from catalog.store import open_store, reading
from pipelines.backflow.delivering import deliver
from pipelines.backflow.moving import CannotDeliver
from pipelines.backflow.redelivering import redeliver_due
from pipelines.build import build

_STANDS: Final = ("released", "unchanged")


def main(name: str) -> None:
    """Build a dataset, tell the outcome, then send its rows back and tell that."""
    home = Home.find()
    (outcome,) = build(home, [name])
    engine = open_store(home)
    with reading(engine) as connection:
        release = latest(connection, name)
    read = _read(release) if outcome.state == "released" else []
    _tell("outcome", asdict(outcome) | {"read": read})
    if release is not None and outcome.state in _STANDS:
        _tell("sending", sent_back(home, engine, release))


def sent_back(home: Home, engine: Engine, release: Release) -> dict[str, Any]:
    """What the subscriptions of a dataset were sent; a failure is told: the release stands all the same."""
    now = datetime.now(UTC)
    sent, why = 0, ""
    try:
        sent = len(deliver(home, engine, release.dataset, release.id, now))
        sent += redeliver_due(home, engine, now, dataset=release.dataset)
    except CannotDeliver as error:
        why = str(error)
    except Exception as error:  # the text of a foreign error may quote a value
        why = f"internal error: {type(error).__name__}"
    return {"sent_back": sent, "not_sent_back": why}


def _read(release: Release | None) -> list[str]:
    """Digests of the files a release was read from."""
    files = () if release is None else release.counts.get("files", ())
    return [str(file["sha256"]) for file in files if file.get("sha256")]


def _tell(what: str, told: Mapping[str, Any]) -> None:
    # At once: whoever waits may stop this process during what follows.
    sys.stdout.write(json.dumps({what: told}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
