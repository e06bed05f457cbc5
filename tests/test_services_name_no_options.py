"""What a service says is read on pages and over HTTP too: it names fields; options are the commands'."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ybz import as_options

ROOT = Path(__file__).resolve().parents[1]
OPTION = re.compile(r"(?<![\w-])--[a-z]")
# Rooms nobody reads but at a terminal, and one page that shows the command for a key that stays elsewhere.
AT_THE_TERMINAL = {
    "catalog/backup/placing.py": "stating where the store stands",
    "catalog/backup/putting_back.py": "restoring",
    "catalog/backup/signature.py": "restoring",
    "catalog/evidence/continuing.py": "resuming the log after a restore",
    "catalog/evidence/restoring.py": "resuming the log after a restore",
    "catalog/keys/following.py": "publishing the log after a restore",
    "catalog/store/elsewhere.py": "moving the store",
    "space/access/passing.py": "commands judged by the matrix",
    "space/console/pages/contracting/steps.py": "a command to copy to where the key is",
    "space/resuming.py": "resuming after a restore",
    "space/wayback/forms/compiling/sidecar.py": "a file that is filled for a command",
}


def is_a_command(path: Path) -> bool:
    """Whether a module is part of the command line."""
    return any(part.startswith("cli") for part in (*path.parts[:-1], path.stem))


def words_of(tree: ast.Module) -> Iterator[ast.Constant]:
    """Every text of a module but its docstrings."""
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node


def speaking() -> dict[str, list[int]]:
    """Module → lines that name an option."""
    found: dict[str, list[int]] = {}
    for top in ("contracts", "policies", "catalog", "space", "pipelines"):
        for path in sorted((ROOT / top).rglob("*.py")):
            within = path.relative_to(ROOT)
            if is_a_command(within):
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            lines = [node.lineno for node in words_of(tree) if OPTION.search(str(node.value))]
            if lines:
                found[within.as_posix()] = lines
    return found


def test_no_service_names_an_option_of_a_command() -> None:
    found = speaking()
    told = {path: lines for path, lines in found.items() if path not in AT_THE_TERMINAL}
    assert not told, f"say the field and what to do; the command adds its option: {told}"
    assert AT_THE_TERMINAL.keys() <= found.keys(), "a room that names none is no exception any more"


def test_a_command_says_its_own_options_for_the_fields_a_service_names() -> None:
    told = "say where it moves — give `under` or `region`, or close its `seen_added_condition`"
    moved = as_options(told, ["organisation", "move", "X", "--by", "merge"])
    assert moved == "say where it moves — give `--under` or `--region`, or close its `seen_added_condition`"
    assert "`--seen-added-condition`" in as_options(told, ["approve", "edu.schools"])
    assert as_options(told, ["no such command"]) == told
