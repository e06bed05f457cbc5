"""What pages are made of: text stays text, and no page reaches past the interface."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import space.console

CONSOLE = Path(space.console.__file__).parent
# Ways by which text becomes markup or a script, or leaves the console's own links; where one is wanted.
DANGEROUS = {
    "html": (),
    "markdown": (),
    "restructured_text": (),
    "add_head_html": ("mounting.py",),
    "add_body_html": (),
    "run_javascript": ("parts/ways.py", "parts/scripts.py"),
    "link": (),
    "navigate": (),
}
# What the plumbing needs beside the interface; pages need nothing.
BESIDE = {
    "lines.py": {"catalog.store", "space.api.services", "space.identity.callers", "space.identity.sessions"},
    "threshold.py": {"catalog.settings", "space.api.entrance", "space.identity"},
    "calling.py": {"space.api.entrance.browsers", "space.errors"},
    "parts/notes.py": {"space.desk.wording"},
    "pages/operator/refusing.py": {"space.desk.wording"},
    # Whatever reads a text of a person decides its encoding in one way.
    "pages/department/records_of_file.py": {"catalog.intake.reading.encoding"},
    "pages/operator/workspace.py": {"catalog.intake.reading.encoding"},
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the console, by its path within."""
    for path in sorted(CONSOLE.rglob("*.py")):
        yield path.relative_to(CONSOLE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_no_page_makes_markup_or_scripts_of_text() -> None:
    found = [
        f"{name}:{node.lineno} ui.{node.attr}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "ui"
        and name not in DANGEROUS.get(node.attr, (name,))
    ]
    assert not found


def test_no_page_reads_the_store_or_calls_a_service() -> None:
    reached = [
        f"{name} imports {module}"
        for name, tree in modules()
        for node in ast.walk(tree)
        for module in _imported(node)
        if module.split(".")[0] in ("catalog", "space", "pipelines")
        and not module.startswith("space.console")
        and module not in BESIDE.get(name, set())
    ]
    assert not reached


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
