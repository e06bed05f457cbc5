"""What stands around every page: who is here, where one can go, and how it is said that something failed.

Decides the landmarks of a page (WAI-ARIA): a link to skip to its content, a banner, one navigation, one main
part. What stands in the main part is the page's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Final

from nicegui import ui

from space.console.calling import Declined
from space.console.parts.figures import instant
from space.console.parts.notes import refusal
from space.console.parts.scripts import asked
from space.console.parts.ways import around, go, link
from space.console.parts.words import TITLE, Words
from space.console.seats import Seat
from space.console.workspaces import Workspace, offered

HOME: Final = "/console"
_SIGN_OUT: Final = "/desk/sign-out"
_ACT_IN: Final = "/desk/act-in"


def at(path: str) -> str:
    """The address of a page of the console."""
    return HOME + path


@contextmanager
def framed(seat: Seat, title: str) -> Iterator[None]:
    """A page's main part, with what stands around it.

    Args:
        seat: who sits before it.
        title: of the page, in the reader's language.
    """
    called = seat.say("一本账", "yibenzhang")
    ui.page_title(title if title == called else f"{title} · {called}")
    ui.on_exception(_failed(seat))
    rooms = offered(seat)
    with ui.header().classes("ybz-banner"):
        drawer_button = ui.button(icon="menu").props("flat round").classes("ybz-narrow")
        drawer_button.props(f'aria-label="{seat.say("打开栏目", "Open navigation")}"')
        link(seat.say("一本账", "yibenzhang"), at("/")).classes("ybz-brand")
        ui.space()
        _who(seat)
    with ui.left_drawer(fixed=True).props("width=216 breakpoint=900").classes("ybz-rooms") as drawer:
        _navigation(seat, rooms)
    drawer_button.on_click(drawer.toggle)
    with ui.element("div").classes("ybz-main").props('id="main" tabindex="-1"') as main:
        _on_paper(seat)
        Words("h1", title).classes("ybz-title").mark(TITLE)
        yield
    ui.skip_link(seat.say("跳到正文", "Skip to content"), target=main)


def _on_paper(seat: Seat) -> None:
    """Where a printed page comes from, whose it is and of when; a screen shows it around the page."""
    made = instant(datetime.now(UTC).isoformat())
    ledger = seat.say("一本账", "yibenzhang")
    Words("p", f"{ledger} · {seat.called} · {seat.name} · {made}").classes("ybz-paper ybz-paper-head")


def _navigation(seat: Seat, rooms: tuple[Workspace, ...]) -> None:
    label = seat.say("主要栏目", "Main")
    with ui.element("nav").props(f'aria-label="{label}"'), ui.element("ul"):
        for room in rooms:
            here = seat.path == room.path or (room.path != "/" and seat.path.startswith(room.path + "/"))
            with ui.element("li"), around(at(room.path)) as way:
                ui.icon(room.icon).props('aria-hidden="true"')
                ui.label(seat.say(room.zh, room.en))
            if here:
                way.props('aria-current="page"')
        if seat.may_sit_at_the_desk:
            with ui.element("li"), around("/desk"):
                ui.icon("inbox").props('aria-hidden="true"')
                ui.label(seat.say("基层工作台", "Grass-roots desk"))


def _who(seat: Seat) -> None:
    with ui.element("div").classes("ybz-who"):
        ui.label(seat.called).classes("ybz-where")
        ui.label(f"{seat.name} · {seat.role_name}").classes("ybz-person")
    say = seat.say
    with ui.button(icon="account_circle").props("flat round") as button:
        button.props(f'aria-label="{say("账号与语言", "Account and language")}"')
        with ui.menu().props('auto-close aria-label="menu"'):
            ui.menu_item(
                say("English", "中文"),
                on_click=lambda: go(f"{HOME}/language/{say.other.value}?to={seat.address}"),
            )
            if len(seat.memberships) > 1:
                ui.menu_item(say("换一个身份", "Act for another"), on_click=lambda: go(_ACT_IN))
            ui.menu_item(say("退出", "Sign out"), on_click=lambda: _sign_out(seat))


async def _sign_out(seat: Seat) -> None:
    with suppress(TimeoutError):  # a browser that keeps nothing of ours, or says nothing
        await asked("leaving", "forget")
    await seat.calls.post("/v1/sessions/current/end")
    go("/desk/sign-in")


def _failed(seat: Seat) -> Callable[[Exception], None]:
    """Tells, on the page, what an act of its reader was refused for."""

    def told(error: Exception) -> None:
        if isinstance(error, Declined) and error.status == 401:
            go(f"{HOME}/again?to={seat.address}")
        elif isinstance(error, Declined):
            refusal(seat, error)
        else:
            say = seat.say
            ui.notify(
                say("没有办成：系统出错，已记入日志。", "Not done: an internal error, noted in the log."),
                type="negative",
            )

    return told
