"""The least a FastAPI service can do, the load program's baseline: one answer of the size of a dataset's."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI

app = FastAPI(docs_url=None, redoc_url=None)
_ANSWER = {"name": "civil.population", "title": "常住人口", "fields": [{"name": f"f{n}"} for n in range(12)]}


@app.get("/bare")
def bare() -> dict[str, object]:
    """A constant."""
    return _ANSWER


if __name__ == "__main__":
    # The same reader of HTTP and the same loop as ours.
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        log_level="error",
        access_log=False,
        http="httptools",
        loop="auto",
        ws="none",
    )
