"""Integrates and publishes until a named step is reached, and dies there as by kill −9."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catalog import lasting
from catalog.evidence import checkpoint, export, sequence, tiles
from catalog.evidence.publishing import publish
from catalog.home import Home
from catalog.keys import heads, load
from catalog.releases import leases
from catalog.store import open_store

# Step → where it happens, and whether death comes after it rather than before.
STEPS: dict[str, tuple[Any, str, bool]] = {
    "before the lease": (leases, "take", False),
    "after the lease": (leases, "take", True),
    "before positions": (sequence, "place", False),
    "after positions": (sequence, "place", True),
    "before tiles": (tiles.Writing, "store", False),
    "after tiles": (tiles.Writing, "store", True),
    "before the head is kept": (heads, "keep", False),
    "after the head is kept": (heads, "keep", True),
    "before the signature": (checkpoint, "sign", False),
    "after the signature": (checkpoint, "sign", True),
    "before the lease ends": (leases, "give_back", False),
    "before entries are copied": (export, "_write_entries", False),
    "after entries are copied": (export, "_make_sure", True),
    "before the copy is named": (lasting, "write", False),
}


def main(root: str, step: str, count: int) -> None:
    """Die at the ``count``-th time the step is reached."""
    where, name, after = STEPS[step]
    real, times = getattr(where, name), [0]

    def dying(*args: Any, **given: Any) -> Any:
        times[0] += 1
        last = times[0] == count
        if last and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        done = real(*args, **given)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(where, name, dying)
    sequence.BATCH = 3
    home = Home(Path(root))
    publish(open_store(home), home, load(home).signer, datetime.now(UTC))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
