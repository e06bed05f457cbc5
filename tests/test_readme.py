"""The commands a newcomer reads are run as they are written."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from ybz import ybz

ROOT = Path(__file__).resolve().parents[1]
MARK = "<!-- executed by tests/test_readme.py -->"


def commands(page: str) -> list[str]:
    """The commands of the block after the mark."""
    after = (ROOT / page).read_text(encoding="utf-8").split(MARK, 1)[1]
    block = re.search(r"```console\n(.*?)```", after, re.DOTALL)
    assert block is not None
    return [line.removeprefix("$ ").strip() for line in block[1].splitlines() if line.startswith("$ ")]


def folder_of_a_newcomer(folder: Path) -> Path:
    """Two months of one table in GB18030 with a title line, a total and a signature; and one more table."""
    folder.mkdir()
    for month in ("2024年1月", "2024年2月"):
        lines = [f"{month}公共图书馆借阅情况", "馆代码,馆名,借阅册次"]
        lines += [f"{code:04d},第{code}图书馆,{code * 37}" for code in range(1, 31)]
        lines += ["合计,,17205", "填表人：王敏"]
        (folder / f"图书馆借阅_{month}.csv").write_text("\n".join(lines) + "\n", encoding="gb18030")
    rows = ["站点编号,站点名称,启用日期"] + [f"S{n:03d},第{n}站,2020年3月{n % 28 + 1}日" for n in range(40)]
    (folder / "公交站点.csv").write_text("\n".join(rows) + "\n", encoding="utf-8-sig")
    return folder


def test_both_languages_give_the_same_five_commands() -> None:
    assert commands("README.md") == commands("README.zh-CN.md")
    assert len(commands("README.md")) == 5


def published(folder: Path, run: Callable[[list[str]], str]) -> None:
    """Give the commands one after the other; the last shows both tables released with their rows."""
    folder_of_a_newcomer(folder / "FOLDER")
    printed = ""
    for command in commands("README.md"):
        name, *words = shlex.split(command)
        assert name == "ybz"
        printed = run(words)
    lines = [line for line in printed.splitlines() if "release 1" in line]
    assert len(lines) == 2, printed
    assert "60" in printed, "both months are one family of sixty rows"
    assert "40" in printed


def test_a_newcomer_reaches_a_published_ledger_in_five_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YBZ_HOME", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(words: list[str]) -> str:
        done = CliRunner().invoke(ybz, words)
        assert done.exit_code == 0, f"{words}: {done.output}"
        return done.stdout

    published(tmp_path, run)


@pytest.mark.full
def test_the_installed_program_takes_a_newcomer_as_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YBZ_HOME", raising=False)
    program = shutil.which("ybz", path=str(Path(sys.executable).parent))
    assert program is not None, "the project is not installed: run `make test`"

    def run(words: list[str]) -> str:
        done = subprocess.run(
            [program, *words], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, f"{words}: {done.stderr}{done.stdout}"
        return done.stdout

    published(tmp_path, run)
