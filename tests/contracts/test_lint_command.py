"""``ybz lint``: one line for each error, and an exit status a script can use."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contracts.cli import lint
from contracts.model import Contract, Field, Party
from contracts.odcs import dumps


def contract(table: str, id_: str | None = None) -> str:
    return dumps(
        Contract(
            id=id_ or table,
            title=table,
            schema="a",
            table=table,
            department=Party("局"),
            fields=(Field("x"),),
        )
    )


def run(*arguments: object) -> Result:
    return CliRunner().invoke(lint, [str(argument) for argument in arguments])


def test_good_contracts_pass(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(contract("a"))
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.yml").write_text(contract("b"))
    result = run(tmp_path)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == "2 contracts, 0 errors\n"


def test_each_error_is_one_line_with_file_line_field_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(contract("a").replace("status: draft", "status: [x]").replace("string", "money"))
    result = run(path)
    assert result.exit_code == 1
    first, second = result.stdout.splitlines()
    assert first == f"{path}:6: status: text is expected, found a list — write one text"
    assert second.startswith(f"{path}:16: x.logicalType: 'money' is not known here — write one of string, ")


def test_an_empty_and_a_broken_file_are_errors_also_inside_a_folder(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("")
    (tmp_path / "broken.yaml").write_text("a: [")
    result = run(tmp_path)
    assert result.exit_code == 1
    assert [line.split(" — ")[0].rpartition("/")[2] for line in result.stdout.splitlines()] == [
        "broken.yaml:1: is not YAML: expected the node content, but found '<stream end>'",
        "empty.yaml:1: the file is empty",
    ]


def test_other_yaml_files_of_a_folder_are_left_alone_but_not_when_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(contract("a"))
    other = tmp_path / "compose.yaml"
    other.write_text("services: {}\n")
    assert run(tmp_path).exit_code == 0
    assert run(other).exit_code == 1


def test_a_name_or_an_id_used_twice_is_an_error_of_the_second(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(contract("a", "one"))
    (tmp_path / "b.yaml").write_text(contract("a", "two"))
    (tmp_path / "c.yaml").write_text(contract("c", "one"))
    result = run(tmp_path)
    assert result.exit_code == 1
    assert f"{tmp_path / 'b.yaml'}:1: name: a.a is also that of {tmp_path / 'a.yaml'}" in result.stdout
    assert f"{tmp_path / 'c.yaml'}:1: id: one is also that of {tmp_path / 'a.yaml'}" in result.stdout


def test_json_says_the_same_in_one_object(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(contract("a"))
    (tmp_path / "b.yaml").write_text("")
    result = run(tmp_path, "--json")
    said = json.loads(result.stdout)
    assert result.exit_code == 1
    assert said["ok"] is False
    good, bad = said["files"]
    assert good == {"path": str(tmp_path / "a.yaml"), "name": "a.a", "problems": []}
    assert bad["name"] is None
    assert bad["problems"][0]["line"] == 1
    assert set(bad["problems"][0]) == {"line", "field", "what", "remedy"}


def test_a_folder_without_contracts_and_a_missing_file_fail(tmp_path: Path) -> None:
    empty, missing = run(tmp_path), run(tmp_path / "none.yaml")
    assert empty.exit_code == missing.exit_code == 1
    assert "no contract file there" in empty.stderr
    assert "there is no such file" in missing.stdout


def test_no_path_is_wrong_usage() -> None:
    assert run().exit_code == 2


@pytest.mark.parametrize(("good", "status"), [(True, 0), (False, 1)])
def test_the_program_exits_as_the_command_does(tmp_path: Path, good: bool, status: int) -> None:
    (tmp_path / "a.yaml").write_text(contract("a") if good else "")
    program = "import sys; from contracts.cli import lint; lint(sys.argv[1:], standalone_mode=False)"
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True)
    assert done.returncode == status


def test_the_command_module_loads_nothing_heavy() -> None:
    heavy = "{'pyarrow', 'sqlalchemy', 'ruamel.yaml'}"
    program = f"import sys, contracts.cli; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"
