"""A builder in a process of its own that can be told to die: ``release_driver HOME LOAD STEP ROWS``.

The functions of the release protocol are wrapped here, from outside, so that the process kills itself
with SIGKILL at the step named; nothing of it is in the program itself.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from catalog.errors import CatalogError
from catalog.home import Home
from catalog.releases import delta, last_step, leases, publication
from catalog.releases.published import latest, protected_folder, vault_folder
from catalog.store import open_store, reading
from tests.catalog.merging import APPEND, LOG, PAY, Builder, Row, bounded, row


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_before(work: Callable[..., Any]) -> Callable[..., Any]:
    def dies(*args: Any, **more: Any) -> Any:
        die()

    return dies


def dying_after(work: Callable[..., Any]) -> Callable[..., Any]:
    def dies(*args: Any, **more: Any) -> Any:
        work(*args, **more)
        die()

    return dies


def die_when_a_data_file_appears(folder: Path) -> None:
    """Watch a table and die as soon as a data file of a version not yet committed is there."""
    held = set(folder.glob("*.parquet*"))

    def watch() -> None:
        while True:
            if set(folder.glob("*.parquet*")) - held:
                die()
            time.sleep(0.0005)

    threading.Thread(target=watch, daemon=True).start()


def slow(work: Callable[..., Any]) -> Callable[..., Any]:
    def waits(*args: Any, **more: Any) -> Any:
        time.sleep(0.5)
        return work(*args, **more)

    return waits


def saying(work: Callable[..., Any]) -> Callable[..., Any]:
    def says(*args: Any, **more: Any) -> Any:
        made = work(*args, **more)
        print("at work", flush=True)
        return made

    return says


def without_room(work: Callable[..., Any]) -> Callable[..., Any]:
    """No file may grow beyond some kilobytes while ``work`` writes, as on a full disk."""

    def fails(*args: Any, **more: Any) -> Any:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        sys.dont_write_bytecode = True  # half of a module would be kept for every later run
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        try:
            return work(*args, **more)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    return fails


def arm(step: str, home: Home) -> None:
    vault, protected = vault_folder(home, PAY.name), protected_folder(home, PAY.name)
    commits = {"replace": "commit", "append": "append", "merge": "merge"}
    if step == "before_intent":
        publication.open_intent = dying_before(publication.open_intent)
    elif step == "after_intent":
        publication.open_intent = dying_after(publication.open_intent)
    elif step == "in_vault_write":
        die_when_a_data_file_appears(vault)
    elif step == "in_protected_write":
        die_when_a_data_file_appears(protected)
    elif step in ("after_vault", "after_protected"):
        wanted = vault if step == "after_vault" else protected
        for name in commits.values():
            work = getattr(delta, name)

            def guarded(path: Path, *args: Any, _work: Callable[..., Any] = work, **more: Any) -> None:
                _work(path, *args, **more)
                if path == wanted:
                    die()

            setattr(delta, name, guarded)
    elif step == "in_store_transaction":
        last_step.record_attempt = dying_after(last_step.record_attempt)
    elif step == "after_finish":
        publication.finish = dying_after(publication.finish)
    elif step == "in_lease_renewal":
        leases.renew = dying_after(leases.renew)
        publication.commit_protected = slow(publication.commit_protected)
    elif step == "disk_full":
        for name in commits.values():
            setattr(delta, name, without_room(getattr(delta, name)))
    elif step == "slowly":
        publication.commit_protected = slow(publication.commit_protected)
        publication.open_intent = saying(publication.open_intent)


def rows_of(load: str, number: int, many: int) -> list[Row]:
    """The first, second, … delivery of a load."""
    first = number * many if load == "append" else 0
    rows = [row(f"v{n}", n % 900, day=number + 1, amount=number) for n in range(first, first + many)]
    return [*rows[::7], row("new", 1, day=number + 1)] if load == "merge" and number else rows


def builder(home: Home, load: str) -> Builder:
    """A builder that goes on from what is published."""
    build = Builder(home, open_store(home), bounded(APPEND if load == "append" else LOG))
    with reading(build.engine) as connection:
        build.release = latest(connection, PAY.name)
    return build


def main(root: str, load: str, step: str, many: str) -> None:
    """Make the delivery that follows what is published; a refusal is one line, as the command prints it."""
    home = Home(Path(root))
    build = builder(home, load)
    number = 0 if build.release is None else build.release.number
    if step == "in_lease_renewal":
        build.renew_s = 0.05
    arm(step, home)
    try:
        build.deliver(*rows_of(load, number, int(many)), whole=load == "replace")
    except CatalogError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main(*sys.argv[1:])
