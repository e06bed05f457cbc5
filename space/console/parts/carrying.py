"""A dialog that stays open until what was asked for is done: a refusal is told in it, what was typed is kept.

Decides nothing: whether it is done is the interface's to say.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from space.console.calling import Declined
from space.console.parts.asking import Question, asked_field, named_dialog
from space.console.parts.notes import reasons
from space.console.seats import Seat


async def carried_out(
    seat: Seat,
    title: str,
    questions: list[Question],
    act: Callable[[dict[str, str]], Awaitable[Any]],
    *,
    text: str = "",
    do: str = "",
) -> Any:
    """Ask for values and do something with them; what the act gave, None where the reader left.

    Args:
        seat: of the reader.
        title: what is about to be done.
        questions: in their order; none asks for a plain yes.
        act: does it; where it is declined the dialog stays, with the reasons and what was typed.
        text: what it means, and whether it can be undone.
        do: label of the button that does it.
    """
    say = seat.say
    with named_dialog(title) as dialog, ui.card().classes("ybz-dialog"):
        ui.label(title).classes("ybz-subtitle")
        if text:
            ui.label(text)
        fields = {one.name: asked_field(one, say) for one in questions}
        told = ui.element("div")

        async def sent() -> None:
            told.clear()
            if not all(made.validate() for made in fields.values()):
                return
            try:
                given = await act({name: str(made.value or "") for name, made in fields.items()})
            except Declined as declined:
                with told:
                    reasons(seat, declined)
                return
            dialog.submit({} if given is None else given)

        with ui.row().classes("ybz-doing"):
            ui.button(do or say("确定", "Do it"), on_click=sent).props("unelevated")
            ui.button(say("取消", "Cancel"), on_click=dialog.close).props("flat")
    found = await dialog
    dialog.delete()
    return found
