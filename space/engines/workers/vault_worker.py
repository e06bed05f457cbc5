"""The worker that reads vault files: lists of rows for departments, and verification 核验.

``python -I -m space.engines.workers.vault_worker``. A kind of process of its own: it never opens a protected
file, and the workers of queries never open a vault file. The walls, the one constant failure and the messages
are those of :mod:`space.engines.workers.worker`. It answers at the next full time bucket, whatever it found.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from space.engines.workers.worker import Run, serve

if TYPE_CHECKING:
    import pyarrow as pa


def main() -> None:
    """Serve jobs over vault files until the input ends."""
    serve(_jobs)


def _jobs() -> Run:
    from space.engines import duckdb
    from space.engines.workers import matching
    from space.query.plan import Plan

    def run(request: dict[str, Any], files: Mapping[str, list[Path]]) -> pa.Table:
        job, seconds, began = request["plan"], request["seconds"], time.monotonic()
        try:
            if "list" in job:
                return duckdb.execute(Plan.from_document(job["list"]), files, seconds=seconds)
            return matching.match(job["verify"], files, seconds=seconds)
        finally:
            bucket = job["bucket_ms"] / 1000
            time.sleep(bucket - (time.monotonic() - began) % bucket)

    return run


if __name__ == "__main__":
    main()
