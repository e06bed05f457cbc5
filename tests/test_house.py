"""The house itself: its rooms, its locks, what may be imported where, where SQL and Delta may be."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("contracts", "policies", "catalog", "space", "pipelines")
MODULES = sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))

# Libraries that cost more than a tenth of a second to import.
HEAVY = {
    "dagster", "deltalake", "duckdb", "fastapi", "great_expectations", "opendp", "pandas", "pyarrow",
    "sqlalchemy", "sqlglot",
}  # fmt: skip


def imported(path: Path) -> set[str]:
    """Top-level packages the module imports when it is imported."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_the_rooms_the_user_named_are_there() -> None:
    for room in (*PACKAGES, "dagster_home", "tests", "examples", "benchmarks", "docs"):
        assert (ROOT / room).is_dir(), room


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_a_lock_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    pins = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    assert pins
    assert text.count("--hash=sha256:") >= len(pins)


def test_the_help_loads_no_heavy_library() -> None:
    program = (
        "import sys, ybz; from click.testing import CliRunner;"
        "result = CliRunner().invoke(ybz.ybz, ['--help']); assert result.exit_code == 0, result.output;"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_commands_are_looked_for_once_in_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    import ybz

    looked: list[str] = []
    found = ybz.entry_points(group="ybz.commands")
    monkeypatch.setattr(ybz, "entry_points", lambda group: looked.append(group) or found)
    commands = ybz.Commands("ybz")
    names = commands.list_commands(click.Context(commands))
    assert all(commands.get_command(click.Context(commands), name) for name in names)
    assert looked == ["ybz.commands"]


def test_every_registered_command_has_help() -> None:
    from click.testing import CliRunner

    import ybz

    context = click.Context(ybz.ybz)
    for name in ybz.ybz.list_commands(context):
        command = ybz.ybz.get_command(context, name)
        assert command is not None, name
        assert command.get_short_help_str(), f"{name} has no help"
        assert CliRunner().invoke(command, ["--help"]).exit_code == 0, name


def test_delta_tables_are_opened_in_one_room_only() -> None:
    openers = {
        p.relative_to(ROOT).as_posix() for p in MODULES if "deltalake" in p.read_text(encoding="utf-8")
    }
    # The second one lists and fetches files of object storage; the third reads tables delivered to us.
    rooms = {"catalog/releases/delta.py", "catalog/lake/storage.py", "catalog/intake/reading/delta_folder.py"}
    assert openers <= rooms, openers


def test_duckdb_is_opened_where_it_is_silenced() -> None:
    openers = {
        p.relative_to(ROOT).as_posix() for p in MODULES if "duckdb.connect(" in p.read_text(encoding="utf-8")
    }
    assert openers == {"catalog/duck.py", "space/engines/duckdb.py"}


def test_great_expectations_is_imported_only_where_a_suite_runs() -> None:
    users = {
        p.relative_to(ROOT).as_posix()
        for p in MODULES
        if "great_expectations" in p.read_text(encoding="utf-8")  # else nothing imports it there
        and any(name.split(".")[0] == "great_expectations" for name in imported(p))
    }
    assert all(user.startswith("pipelines/expectations/") for user in users), users


@pytest.mark.parametrize("path", sorted((ROOT / "policies" / "rules").glob("*.yaml")), ids=lambda p: p.name)
def test_a_rule_file_says_where_its_rules_come_from(path: Path) -> None:
    def mappings(node: object) -> list[dict[str, object]]:
        if isinstance(node, dict):
            return [node, *(m for v in node.values() for m in mappings(v))]
        if isinstance(node, list):
            return [m for v in node for m in mappings(v)]
        return []

    rules = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    found = mappings(rules)
    for word in ("source", "valid_from", "confidence"):
        assert any(word in mapping for mapping in found), f"{path.name} has no {word}"


def test_a_module_reads_in_one_sitting() -> None:
    lines = {p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8").splitlines() for p in MODULES}
    assert {path: len(read) for path, read in lines.items() if len(read) > 450} == {}


def test_an_installed_program_has_every_file_its_packages_read() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = document["tool"]["setuptools"]["package-data"]["*"]
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    read = [path for path in files if path.suffix not in (".py", ".pyc")]
    left_out = [path for path in read if not any(path.match(pattern) for pattern in patterns)]
    assert read
    assert not left_out
