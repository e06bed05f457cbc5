"""What a steward reads when a path or a contract file is at fault."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from catalog import cli
from catalog.home import Home

PROGRAM = (sys.executable, "-c", "from ybz import main; main()")


def test_an_installation_where_a_file_stands_names_the_path(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("")
    run = subprocess.run(
        [*PROGRAM, "--home", str(taken), "init"], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == f"ybz: {taken}: File exists — check the path and who may write there\n"


def test_a_broken_contract_is_named_once(home: Home, tmp_path: Path) -> None:
    CliRunner().invoke(cli.init)
    broken = tmp_path / "broken.yaml"
    broken.write_text("apiVersion: [", encoding="utf-8")
    result = CliRunner().invoke(cli.catalog, [str(broken)])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{broken}:1: is not YAML")
