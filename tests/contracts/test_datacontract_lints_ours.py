"""``datacontract lint``, another product, accepts what we write; it runs in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import venv
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.intake.cli import draft
from contracts.odcs import files as odcs

ROOT = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_name("datacontract.lock")
# Its own interpreter lints every file of a folder and prints {file: [result, what it says]}.
PROGRAM = """
import json, logging, pathlib, sys
from datacontract.data_contract import DataContract
logging.disable(logging.CRITICAL)
said = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.yaml")):
    run = DataContract(data_contract_file=str(path)).lint()
    said[path.name] = [str(run.result.value), [check.reason for check in run.checks if check.reason]]
print(json.dumps(said))
"""


def test_its_lock_has_hashes_and_no_address() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert "datacontract-cli==" in text
    assert "://" not in text
    pins = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    assert text.count("--hash=sha256:") >= len(pins) > 30


@pytest.fixture(scope="module")
def its_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has the locked product, and nothing of ours."""
    folder = tmp_path_factory.mktemp("datacontract") / "venv"
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--requirement",
        LOCK,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-2_000:]
    return python


def lint(python: Path, folder: Path) -> dict[str, list[object]]:
    """What the product says of every contract in a folder."""
    done = subprocess.run(
        [python, "-I", "-c", PROGRAM, folder], capture_output=True, text=True, timeout=600, cwd=folder
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    said: dict[str, list[object]] = json.loads(done.stdout.splitlines()[-1])
    return said


@pytest.mark.full
def test_contracts_of_the_city_as_kept_and_as_written_again_pass(its_python: Path, tmp_path: Path) -> None:
    kept = sorted((ROOT / "examples" / "city" / "contracts").glob("*.yaml"))
    for path in kept:
        contract = odcs.read(path)
        (tmp_path / f"kept_{path.name}").write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
        (tmp_path / f"written_{path.name}").write_text(odcs.dumps(contract), encoding="utf-8")
    said = lint(its_python, tmp_path)
    assert len(said) == 2 * len(kept) >= 34
    assert {name: words for name, words in said.items() if words[0] != "passed"} == {}


@pytest.mark.full
def test_a_contract_with_everything_we_can_say_passes(its_python: Path, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "odcs-mapping.md").read_text(encoding="utf-8")
    example, more, *_ = (block.split("```")[0] for block in page.split("```yaml\n")[1:])
    (tmp_path / "page.yaml").write_text(odcs.dumps(odcs.loads(example + more)), encoding="utf-8")
    assert [words[0] for words in lint(its_python, tmp_path).values()] == ["passed"]


@pytest.mark.full
def test_contracts_drafted_from_files_pass(its_python: Path, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "津贴2024.csv").write_text(
        "身份证号,姓名,发放日期,金额\n11010519491231002X,甲,2024-01-05,100.50\n" * 3
    )
    (files / "企业.csv").write_bytes(
        "统一社会信用代码,注册资本（万元）\n91350100M000100Y43,10\n".encode("gb18030")
    )
    (files / "人口.csv").write_text("地区,2021年,2022年,2023年\n东区,10,11,12\n西区,20,21,22\n")
    made = tmp_path / "made"
    done = CliRunner().invoke(draft, [str(files), "--out", str(made)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    said = lint(its_python, made)
    assert said
    assert {name: words for name, words in said.items() if words[0] != "passed"} == {}


@pytest.mark.full
def test_it_does_find_what_is_no_contract(its_python: Path, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v3.2.0\nkind: DataContract\nid: a\nversion: 1.0.0\nshareType: x\n"
    )
    assert [words[0] for words in lint(its_python, tmp_path).values()] != ["passed"]
