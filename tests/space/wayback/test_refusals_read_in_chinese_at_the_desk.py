"""Every refusal a clerk can meet is worded in Chinese, with its English wording beside it."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from functools import cache
from pathlib import Path

import pytest

from catalog.errors import CatalogError
from policies.decision import Deny, Reason
from space.desk.wording import reason_told, told, words
from space.errors import Refused, SpaceError, Unknown

ROOT = Path(__file__).resolve().parents[3]
# Where what the pages of the desk do is decided.
ROOMS = (
    "space.desk",
    "space.wayback",
    "space.errors",
    "space.identity.guarding",
    "space.identity.openid",
    "space.identity.passwords",
    "space.identity.people",
    "space.identity.signing_in",
    "catalog.stops",
    "policies.access",
    "policies.machine",
)
HAN = re.compile(r"[\u4e00-\u9fff]")


@cache
def modules() -> tuple[str, ...]:
    """The pages of the desk and everything of these rooms they import, one way or another."""
    found: dict[str, None] = {}
    todo = [f"space.desk.{path.stem}" for path in (ROOT / "space" / "desk").glob("*.py")]
    while todo:
        name = todo.pop()
        path = ROOT / Path(*name.split(".")).with_suffix(".py")
        if name in found or not name.startswith(ROOMS) or not path.is_file():
            continue
        found[name] = None
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                todo += [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
    return tuple(found)


def codes(name: str) -> set[str]:
    """The reason codes a module refuses with."""
    tree = ast.parse((ROOT / Path(*name.split(".")).with_suffix(".py")).read_text(encoding="utf-8"))
    made = [
        node.args[0] if node.args else next(key.value for key in node.keywords if key.arg == "code")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason"
    ]
    module = importlib.import_module(name)
    return {
        each.value if isinstance(each, ast.Constant) else getattr(module, ast.unparse(each)) for each in made
    }


@pytest.mark.parametrize("name", sorted(modules()))
def test_every_reason_of_what_the_desk_does_has_chinese_words(name: str) -> None:
    lacking = codes(name) - set(words("refusals"))
    assert not lacking, "word them in space/desk/refusals.yaml"


def test_every_failure_of_what_the_desk_does_has_chinese_words() -> None:
    made = {
        kind.__name__
        for name in modules()
        for _, kind in inspect.getmembers(importlib.import_module(name), inspect.isclass)
        if issubclass(kind, SpaceError | CatalogError) and kind.__module__ in modules()
    }
    assert made - set(words("errors")) == set()
    assert {"SpaceError", "CatalogError"} <= set(words("errors")), "what no class words, its root does"


def test_words_are_chinese_and_tell_of_something_that_exists() -> None:
    # Of any room: the console words what it is refused by the same list.
    packages = [ROOT / name for name in ("contracts", "policies", "catalog", "space", "pipelines")]
    code = "".join(path.read_text(encoding="utf-8") for each in packages for path in each.rglob("*.py"))
    assert [one for one in words("refusals") if f'"{one}"' not in code] == []
    for text in (*words("refusals").values(), *words("errors").values()):
        assert HAN.search(text), text
        assert text.endswith("。"), text


def test_a_refusal_is_told_in_chinese_with_its_english_wording_and_what_is_allowed() -> None:
    reason = Reason("grassroots.task.due", "it would be due in the past", where="due", allowed="today")
    (found,) = told(Refused(Deny((reason,))))

    assert found == reason_told(reason)
    assert HAN.search(found.chinese)
    assert (found.english, found.code, found.where) == (
        "it would be due in the past — today", "grassroots.task.due", "due"
    )  # fmt: skip


def test_a_failure_without_a_code_is_told_by_its_class_or_by_its_root() -> None:
    class Nameless(CatalogError):
        pass

    assert told(Unknown("task", "tsk_1"))[0].chinese == words("errors")["Unknown"]
    assert told(Nameless("gone"))[0].chinese == words("errors")["CatalogError"]
    assert told(ValueError("x"))[0].chinese == ""
