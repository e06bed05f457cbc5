"""What the documents say is what the code does: commands run, codes explained, links and lists whole."""

from __future__ import annotations

import ast
import contextlib
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from space.api.answering.problem import _STATUS
from ybz import ybz

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md")))
READMES = PAGES[:2]
PACKAGES = ("contracts", "policies", "catalog", "space", "pipelines")
MARK = "<!-- executed by tests/test_docs.py -->"
FENCE = re.compile(r"^(<!-- [^\n]+ -->)?\n?```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- commands that are run -------------------------------------------------------------------------------


def steps(text: str) -> list[tuple[str, list[str]]]:
    """Each executed block with the lines that are said to be printed."""
    found: list[tuple[str, list[str]]] = []
    for mark, language, body in FENCE.findall(text):
        if mark == MARK:
            assert language == "bash"
            found.append((body, []))
        elif language == "text" and found:
            found[-1][1].extend(body.splitlines())
    return found


def run(blocks: list[tuple[str, list[str]]], folder: Path) -> None:
    """Run the blocks in one shell, and find in what each prints what the page says it prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PORT": str(port), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    environment.pop("YBZ_HOME", None)
    script = "set -euo pipefail\n" + "echo '== next'\n".join(body for body, _ in blocks)
    with subprocess.Popen(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as shell:
        try:
            printed, complaints = shell.communicate(timeout=240)
        finally:
            # A page that starts a server ends it; where a step before failed, it is ended here.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGTERM)
    assert shell.returncode == 0, printed + complaints
    parts = printed.split("== next\n")
    assert len(parts) == len(blocks)
    for (body, said), part in zip(blocks, parts, strict=True):
        lines = iter(part.splitlines())
        for line in said:
            wanted = re.compile(".+".join(re.escape(piece) for piece in line.split("…")))
            assert any(wanted.fullmatch(shown.rstrip()) for shown in lines), f"{body}\n{line}\nin\n{part}"


@pytest.fixture
def programs() -> None:
    for program in ("bash", "curl", "ybz"):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        if shutil.which(program, path=path) is None:
            pytest.fail(f"{program} is not on this machine: the pages' commands cannot be run")


@pytest.mark.full
@pytest.mark.usefixtures("programs")
def test_the_first_grant_is_reached_as_its_page_says(tmp_path: Path) -> None:
    run(steps((DOCS / "first-grant.md").read_text(encoding="utf-8")), tmp_path)


@pytest.mark.full
@pytest.mark.usefixtures("programs")
def test_the_way_back_goes_as_its_page_says(tmp_path: Path) -> None:
    ledger = (DOCS / "first-grant.md").read_text(encoding="utf-8").split("\n## A request")[0]
    way_back = (DOCS / "way-back.md").read_text(encoding="utf-8")
    run(steps(ledger) + steps(way_back), tmp_path)


@pytest.mark.full
@pytest.mark.usefixtures("programs")
def test_rows_without_a_code_find_their_street_as_the_page_says(tmp_path: Path) -> None:
    run(steps((DOCS / "attribution.md").read_text(encoding="utf-8")), tmp_path)


@pytest.mark.full
@pytest.mark.usefixtures("programs")
def test_the_grassroots_ledger_goes_as_its_page_says(tmp_path: Path) -> None:
    ledger = (DOCS / "first-grant.md").read_text(encoding="utf-8").split("\n## An agreement")[0]
    page = (DOCS / "grassroots-ledger.md").read_text(encoding="utf-8")
    run(steps(ledger) + steps(page), tmp_path)


@pytest.mark.full
@pytest.mark.usefixtures("programs")
def test_a_stewards_week_goes_as_its_page_says(tmp_path: Path) -> None:
    run(steps((DOCS / "a-stewards-week.md").read_text(encoding="utf-8")), tmp_path)


# --- commands that are named -----------------------------------------------------------------------------


def mentions(text: str) -> Iterator[list[str]]:
    """Every ``ybz …`` of a page, in blocks and in running text, as words."""
    inline = re.findall(r"`ybz ([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    blocks = [body.replace("\\\n", " ") for _, _, body in FENCE.findall(text)]
    lines = [line for body in blocks for line in body.splitlines()]
    called = [m[1] for line in lines if (m := re.match(r"(?:\$ )?ybz (.+)", line.strip()))]
    for words in (*inline, *called):
        yield shlex.split(re.split(r"\s[|>&]", words)[0], comments=True)


def test_commands_and_options_named_in_documents_exist() -> None:
    seen = 0
    for page in PAGES:
        for words in mentions(page.read_text(encoding="utf-8")):
            seen += 1
            command, rest = click.Command("none"), list(words)
            group: click.Command | None = ybz
            while isinstance(group, click.Group) and rest and not rest[0].startswith("-"):
                name = rest.pop(0)
                group = group.get_command(click.Context(group), name)
                assert group is not None, f"{named(page)}: ybz {' '.join(words)}"
                command = group
            options = {flag for p in command.params for flag in (*p.opts, *p.secondary_opts)} | {"--help"}
            options |= {flag for p in ybz.params for flag in p.opts} if not command.params else set()
            for word in rest:
                if word.startswith("--"):
                    assert word.split("=")[0] in options, f"{named(page)}: ybz {' '.join(words)}"
    assert seen > 50


def test_make_targets_named_in_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        for target in re.findall(r"(?:`|\$ )make ([a-z-]+)", page.read_text(encoding="utf-8")):
            assert target in targets, f"{named(page)}: make {target}"


# --- codes that are explained ----------------------------------------------------------------------------


def text_of(node: ast.expr | None) -> list[str]:
    """The constant pieces of a wording."""
    if isinstance(node, ast.JoinedStr):
        return [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


@cache
def stated() -> dict[str, list[str]]:
    """Every reason code of the packages with the constant pieces of its wording, from the source text."""
    found: dict[str, list[str]] = {}
    for path in (p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py"))):
        source = path.read_text(encoding="utf-8")
        if not re.search(r"\bReason\b", source):
            continue  # what does not name it calls it nowhere
        tree = ast.parse(source)
        constants = {
            node.target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason"):
                continue
            first, named_ones = node.args[0], {k.arg: k.value for k in node.keywords}
            if named(path) == "space/query/reasons.py":
                continue  # its table is read below
            code = constants.get(first.id) if isinstance(first, ast.Name) else getattr(first, "value", None)
            assert isinstance(code, str), f"{named(path)}:{node.lineno}: the code is not a constant"
            wording = [*node.args[1:2], *node.args[3:4], named_ones.get("message"), named_ones.get("allowed")]
            found.setdefault(code, []).extend(piece for part in wording for piece in text_of(part))
    from space.query.reasons import WORDING

    return found | {code: list(wording) for code, wording in WORDING.items()}


def sections() -> dict[str, str]:
    """Code → its section, over the two pages of refusals."""
    found: dict[str, str] = {}
    for name in ("refusals.md", "refusals-of-acts.md"):
        text = (DOCS / name).read_text(encoding="utf-8")
        for code, body in re.findall(r"^### `([^`]+)`\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE):
            assert code not in found, f"{code} has two sections"
            found[code] = body
    return found


def test_every_reason_code_has_a_section_and_no_section_is_left_over() -> None:
    assert sorted(sections()) == sorted(stated())


def test_sections_of_codes_repeat_the_wording_and_add_to_it() -> None:
    explained = sections()
    for code, pieces in stated().items():
        for piece in pieces:
            assert piece.strip() in explained[code], f"{code}: {piece}"


def test_every_problem_over_http_is_listed_with_its_status() -> None:
    text = (DOCS / "refusals-of-acts.md").read_text(encoding="utf-8")
    for _, status, code in _STATUS:
        assert f"| `{code}` | {status} |" in text, code


# --- pages, folders, links -------------------------------------------------------------------------------


def links(page: Path) -> list[str]:
    return [
        target
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
        if "://" not in target
    ]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_between_documents_lead_somewhere() -> None:
    for page in PAGES:
        for target in links(page):
            file, _, anchor = target.partition("#")
            aim = (page.parent / file).resolve() if file else page
            assert aim.exists(), f"{named(page)} → {target}"
            assert not anchor or anchor in anchors(aim), f"{named(page)} → {target}"


def test_both_languages_have_the_same_blocks_links_and_folders() -> None:
    english, chinese = (page.read_text(encoding="utf-8") for page in READMES)

    def blocks(text: str) -> list[str]:
        return [re.sub(r"\s*#.*", "", body) for _, kind, body in FENCE.findall(text) if kind != "mermaid"]

    assert blocks(english) == blocks(chinese)
    assert sorted(links(READMES[0])[1:]) == sorted(links(READMES[1])[1:])
    assert re.findall(r"`([a-z_]+/)`", english) == re.findall(r"`([a-z_]+/)`", chinese)
    assert english.count("\n## ") == chinese.count("\n## ")


def test_the_picture_of_the_house_names_its_folders() -> None:
    made_here = {"var", "build", "dist", "htmlcov"}
    folders = {
        p.name
        for p in ROOT.iterdir()
        if p.is_dir() and not p.name.startswith((".", "_")) and p.name not in made_here
    }
    folders = {name for name in folders if not name.endswith(".egg-info")}
    table = [line for line in READMES[0].read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert {name for line in table for name in re.findall(r"`([a-z_]+)/`", line.split("|")[1])} == folders


def test_decisions_are_numbered_and_listed() -> None:
    records = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    listed = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    lines = [line for line in listed.splitlines() if re.match(r"\d+\. ", line)]
    for number, (path, line) in enumerate(zip(records, lines, strict=True), start=1):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert title.startswith(f"{number}. ")
        assert line == f"{number}. [{title.removeprefix(f'{number}. ')}]({path.name})"
