"""Saving the question at hand: as a view of the workspace, as a template, or to be asked on every release."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.pages.operator.around import address
from space.console.parts.asking import Question, answers
from space.console.parts.notes import done
from space.console.parts.ways import go
from space.console.seats import Seat


def saving(seat: Seat, grant: dict[str, Any], sql: Callable[[], str]) -> None:
    """A button that saves the question at hand.

    Args:
        seat: who saves.
        grant: it is asked under.
        sql: gives the text as it stands.
    """
    if not seat.may(Act.WORKSPACE_KEEP):
        return
    say = seat.say
    kinds = {
        "views": say("视图：在别的问句里当表用", "a view: named in other questions"),
        "templates": say("模板：登记摘要，供条款列明", "a template: its digest can be listed by terms"),
    }
    if seat.may(Act.STANDING_KEEP):
        kinds["standing"] = say("定期提问：每次发布后可再问", "a standing question: asked on every release")

    async def save() -> None:
        given = await answers(
            say("保存这一句", "Save the question"),
            [
                Question("kind", say("存为", "Save as"), choices=kinds, value="views"),
                Question(
                    "name", say("名称", "Name"), needed=False,
                    hint=say("视图、模板要有名称："
                    "小写字母、数字、下划线", "views and templates: a-z, 0-9, _"),
                ),
                Question(
                    "runs", say("一年几次", "Runs a year"), needed=False,
                    hint=say("只用于定期提问；要留足全年的预算", "standing questions: keeps a year's budget"),
                ),
            ],
            say, do=say("保存", "Save"),
        )  # fmt: skip
        if given is not None:
            await _saved(seat, grant, sql(), given)

    ui.button(say("保存…", "Save…"), icon="bookmark_add", on_click=save).props("flat")


async def _saved(seat: Seat, grant: dict[str, Any], sql: str, given: dict[str, str]) -> None:
    say, kind = seat.say, given["kind"]
    if kind == "standing":
        runs = int(given["runs"]) if given["runs"].isdigit() else 0
        body = {"grant": grant["id"], "purpose": grant["purpose"], "sql": sql, "runs": runs}
        await seat.calls.post("/v1/standing-queries", body)
    else:
        await seat.calls.put(
            f"/v1/grants/{grant['id']}/workspace/{kind}/{given['name'] or '_'}", {"sql": sql}
        )
    done(say("已保存", "Saved"))
    go(address("/saved", grant=grant["id"]))
