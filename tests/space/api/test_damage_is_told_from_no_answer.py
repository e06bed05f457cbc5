"""What is kept and was changed is told as damage, which asking again does not mend."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from catalog.lake.storage import StorageDamaged, StorageTrouble
from space.api.answering.problem import install


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [(StorageDamaged, 500, "storage.damaged"), (StorageTrouble, 503, "storage.unreachable")],
)
def test_a_caller_is_told_whether_asking_again_may_help(
    raised: type[StorageTrouble], status: int, code: str
) -> None:
    app = FastAPI()
    install(app)

    @app.get("/rows")
    def rows() -> None:
        raise raised("workspace/grt_1/wst_1.parquet is not what was kept")

    answer = TestClient(app).get("/rows")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ("retry-after" in answer.headers) == (status == 503)
    assert "grt_1" not in answer.text
