"""What a page asks its reader before something is done: a reason, a yes, a few values.

Decides that what cannot be undone is asked for by name, and that a dialog can be left with Escape.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nicegui import ui

from space.console.language import Language


@dataclass(frozen=True, slots=True)
class Question:
    """One value to be given.

    Attributes:
        name: of the value.
        label: as it is asked.
        hint: what is expected, in a few words.
        choices: value → label, where it is one of several.
        long: whether it takes more than one line.
        needed: whether it may stay empty.
        value: to begin with.
        day: whether it is a day, picked from a calendar.
        count: whether it is a whole number.
    """

    name: str
    label: str
    hint: str = ""
    choices: dict[str, str] = field(default_factory=dict)
    long: bool = False
    needed: bool = True
    value: str = ""
    day: bool = False
    count: bool = False


def named_dialog(name: str, role: str = "dialog") -> ui.dialog:
    """A dialog that is read out by its name; its content is put into a card within it.

    Args:
        name: what it is about.
        role: ``dialog``, or ``alertdialog`` for what has to be answered to.
    """
    made = ui.dialog()
    made.props["role"], made.props["aria-label"] = role, name
    return made


async def answers(
    title: str, questions: list[Question], say: Language, *, text: str = "", do: str = ""
) -> dict[str, str] | None:
    """Ask for values; None where the reader left.

    Args:
        title: what is about to be done.
        questions: in their order; none asks for a plain yes.
        say: of the reader.
        text: what it means, and whether it can be undone.
        do: label of the button that does it.
    """
    with named_dialog(title) as dialog, ui.card().classes("ybz-dialog"):
        ui.label(title).classes("ybz-subtitle")
        if text:
            ui.label(text)
        fields: dict[str, Any] = {one.name: asked_field(one, say) for one in questions}

        def sent() -> None:
            if all(made.validate() for made in fields.values()):
                dialog.submit({name: str(made.value or "") for name, made in fields.items()})

        with ui.row().classes("ybz-doing"):
            ui.button(do or say("确定", "Do it"), on_click=sent).props("unelevated")
            ui.button(say("先不办", "Not now"), on_click=dialog.close).props("flat")
    given: dict[str, str] | None = await dialog
    dialog.delete()
    return given


def asked_field(one: Question, say: Language) -> Any:
    """The element a value is given in."""
    needed = {say("请填写", "needed"): lambda value: bool(str(value or "").strip())} if one.needed else {}
    if one.count:
        digits = say("请只写数字，例如 2210", "digits only, such as 2210")
        needed[digits] = lambda value: not str(value or "").strip() or str(value).strip().isdecimal()
    if one.choices:
        made: Any = ui.select(one.choices, label=one.label, value=one.value or None, validation=needed)
    elif one.long:
        made = ui.textarea(one.label, value=one.value, validation=needed)
    else:
        made = ui.input(one.label, value=one.value, validation=needed)
    if one.day:
        made.props("type=date")
    made.props("outlined stack-label").classes("ybz-wide")
    if one.hint:
        made.props(f'hint="{one.hint}"')
    return made.without_auto_validation()
