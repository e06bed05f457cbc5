"""A workbook made to fill the memory is refused in one line at every door, and the process goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.catalog.intake import bombs
from tests.space.api.conftest import Door

CHECKOUT = Path(__file__).parents[3]
MOST_MIB = 300
DOORS = 8


def said(where: str, status: int, document: dict[str, Any]) -> str:
    """The line that refuses the file: of the answer, of the job, or of the file among those of a draft."""
    if where == "/v1/drafts":
        return str(document["files"][0]["problem"])
    if status == 202:
        assert document["state"] == "failed"
        return str(document["problem"]["detail"])
    assert status == 422
    return str(document["detail"])


@pytest.mark.full
def test_a_bomb_sent_to_any_door_is_one_clear_line(door: Door, tmp_path: Path) -> None:
    folder = tmp_path / "bombs"
    folder.mkdir()
    for name in ("far", "merged"):
        bombs.write(folder / f"{name}.xlsx", bombs.XLSX[name]())
    environment = os.environ | {"YBZ_HOME": str(door.bureau.home.root)}
    command = [sys.executable, "-m", "tests.space.api.bombed", str(folder)]
    ended = subprocess.run(
        command, cwd=CHECKOUT, env=environment, check=False, capture_output=True, text=True
    )
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0, (told[-1:], ended.stderr[-500:])
    assert len(told) == 2 * DOORS
    for file, where, status, document, grown in told:
        assert grown < MOST_MIB, (file, where)
        line = said(where, status, document)
        assert line, (file, where, status, document)
        assert "\n" not in line
        assert "/ybz-" not in line, "where it lay on this machine is told to nobody"
