"""The command: what it prints, where contracts go, what it passes over."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from catalog.home import Home
from catalog.intake.cli import draft as draft_command
from catalog.intake.drafting.draft import draft
from catalog.intake.drafting.writing import State, write
from catalog.intake.landing.landing import land
from contracts.codes import resident_check
from contracts.odcs.files import read

HEADING: list[list[object]] = [["身份证号", "姓名", "金额"]]


def people(n: int) -> list[list[object]]:
    stems = [f"99010119900307{i:03d}" for i in range(100, 100 + n)]
    return [[s + resident_check(s), f"张{s[-3:]}", int(s[-3:]) + 0.5] for s in stems]


def csv(path: Path, rows: list[list[object]], encoding: str = "utf-8") -> None:
    text = "".join(",".join("" if c is None else str(c) for c in r) + "\n" for r in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))


def test_the_command_prints_the_stable_form_and_writes_contracts_that_land(
    home: Home, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    csv(folder / "名单2024年1月.csv", [*HEADING, *people(5)], "gb18030")
    (folder / "empty.csv").write_bytes(b"")
    result = CliRunner().invoke(draft_command, [str(folder), "--json"])
    assert result.exit_code == 0, result.output
    made = json.loads(result.stdout)
    assert set(made) == {"files", "families"}
    keys = [
        "path",
        "encoding",
        "sheet",
        "header_row",
        "rows",
        "columns",
        "family",
        "problem",
        "fate",
        "reasons",
    ]
    assert [list(f) for f in made["files"]] == [keys, keys]
    keys = ["name", "files", "contract", "title", "state", "proposed", "changes", "doubts", "fields"]
    assert [list(f) for f in made["families"]] == [keys]
    path = Path(made["families"][0]["contract"])
    assert path.parent == tmp_path / "var" / "contracts"
    assert land(read(path), path.parent).counts.landed == 5
    again = CliRunner().invoke(draft_command, [str(folder)])
    assert again.exit_code == 0, "drafting twice changes nothing"
    assert "5 rows × 3 columns, gb18030, heading on line 1" in again.output


def test_the_installation_inside_a_folder_is_passed_over(home: Home, tmp_path: Path) -> None:
    csv(tmp_path / "公安局" / "名单.csv", [*HEADING, *people(5)])
    csv(home.root / "lake" / "x.csv", [*HEADING, *people(5)])
    result = CliRunner().invoke(draft_command, [str(tmp_path), "--json"])
    assert [f["path"] for f in json.loads(result.stdout)["files"]] == ["公安局/名单.csv"]
    made = json.loads(result.stdout)["families"][0]
    assert made["name"] == "police.list"
    assert read(Path(made["contract"])).department.name == "公安局", "a folder may name the department"


def test_a_contract_a_person_has_touched_is_not_written_over(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    csv(folder / "a.csv", [*HEADING, *people(5)])
    made = draft(folder)
    path = write(made, out)[made.families[0].name].path
    text = path.read_text(encoding="utf-8").replace("待确认（数源部门）", "民政局")
    path.write_text(text, encoding="utf-8")
    again = write(made, out)[made.families[0].name]
    assert (again.state, again.proposed) == (State.KEPT, None), "the same files say nothing new"
    assert path.read_text(encoding="utf-8") == text
    assert write(made, out, overwrite=True)[made.families[0].name].state is State.REPLACED
    assert "民政局" not in path.read_text(encoding="utf-8")


def test_source_paths_stay_relative_where_data_and_contracts_share_a_folder(tmp_path: Path) -> None:
    csv(tmp_path / "data" / "a.csv", [*HEADING, *people(5)])
    made = draft(tmp_path / "data")
    inside = read(next(iter(write(made, tmp_path).values())).path)
    assert inside.sources[0].path == "data/a.csv"
    outside = read(next(iter(write(made, tmp_path / "elsewhere").values())).path)
    assert Path(outside.sources[0].path) == tmp_path / "data" / "a.csv"


def test_a_folder_without_files_is_an_error_of_one_line(home: Home, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for words in ([], ["--json"]):
        done = CliRunner().invoke(draft_command, [str(tmp_path / "in"), *words])
        assert (done.exit_code, done.stdout) == (1, "")
        assert "no file in" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_folder_of_refused_files_asks_for_no_confirmation(home: Home, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "empty.csv").write_bytes(b"")
    done = CliRunner().invoke(draft_command, [str(tmp_path / "in")])
    assert done.exit_code == 1
    assert "no contract was drafted" in done.stderr
    assert "Next:" not in done.stdout
    told = CliRunner().invoke(draft_command, [str(tmp_path / "in"), "--json"])
    assert (told.exit_code, json.loads(told.stdout)["files"][0]["fate"]) == (1, "refused")


LATIN = ["id,nom,lieu"] + [f"{n},Orl{n}é,ville" for n in range(40)]


def test_a_file_in_another_encoding_is_told_with_its_line_and_what_to_do(home: Home, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "élèves.csv").write_bytes("\n".join(LATIN).encode("latin-1"))
    (tmp_path / "in" / "noise.csv").write_bytes(b"\x81\xff" * 400)
    done = CliRunner().invoke(draft_command, [str(tmp_path / "in"), "--json"])
    told = {each["path"]: each["problem"] for each in json.loads(done.stdout)["files"]}
    assert (done.exit_code, set(told)) == (1, {"élèves.csv", "noise.csv"})
    for problem in told.values():
        assert problem.startswith("its encoding is not told: it is neither UTF-8 nor GB18030 (")
        assert problem.endswith(
            "— save it as UTF-8 and draft again, or write its `encoding` into the contract"
        )
    assert "the first on line 2)" in told["élèves.csv"]
    assert "Orl" not in done.stdout


def test_the_end_of_a_draft_tells_its_marks_and_the_next_commands(home: Home, tmp_path: Path) -> None:
    csv(tmp_path / "in" / "名单.csv", [*HEADING, *people(5)])
    told = CliRunner().invoke(draft_command, [str(tmp_path / "in")]).stdout
    assert "1 contract:" in told
    for word in ("? is a doubt", "~ a standard element", "ybz lint", "ybz catalog", "ybz build"):
        assert word in told


def test_a_file_in_big5_is_drafted_as_it_reads_and_a_named_encoding_holds(home: Home, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    rows: list[list[object]] = [["鄉鎮市區", "戶數"], ["中正區", 12], ["大安區", 8], ["板橋區", 5]]
    csv(folder / "戶數.csv", rows, "big5")
    asked = [str(folder), "--out", str(out)]
    assert CliRunner().invoke(draft_command, asked).exit_code == 0
    contract = read(next(out.glob("*.yaml")))
    assert [field.business_name for field in contract.fields] == ["鄉鎮市區", "戶數"]
    assert contract.sources[0].encoding == "big5"
    refused = CliRunner().invoke(draft_command, [*asked, "--force", "--encoding", "gb18030"])
    assert refused.exit_code == 1
    assert "reads as Big5, not gb18030" in refused.output
    named = CliRunner().invoke(draft_command, [*asked, "--force", "--encoding", "cp950"])
    assert named.exit_code == 0
    assert read(next(out.glob("*.yaml"))).sources[0].encoding == "cp950"
    unknown = CliRunner().invoke(draft_command, [*asked, "--encoding", "big6"])
    assert unknown.exit_code == 2
    assert "no encoding is called big6" in unknown.output
