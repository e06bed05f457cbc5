"""A form as who fills it meets it, and what it asks again: the preview of a draft and of a demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from space.console.pages.forms import words
from space.console.parts.figures import number
from space.console.parts.ways import link
from space.console.parts.words import Words, badge, heading
from space.console.seats import Seat

Bind = Callable[[str, str], Any]


def sheet(seat: Seat, form: Mapping[str, Any], titles: Mapping[str, str]) -> None:
    """The form as a sheet: each item with how it comes to its value.

    Args:
        seat: who reads.
        form: its document.
        titles: what datasets and fields are called.
    """
    say = seat.say
    with ui.element("section").classes("ybz-panel ybz-form-sheet"):
        heading(form["title"] or say("（没有名称）", "(no title)"), 3)
        about = words.of(words.SUBJECTS, say, form["subjectKind"])
        told = (
            f"{form['issuer']} · {words.period(say, form['period'])} · "
            + say(f"每{about}一份", f"one for {about}")
            + f" · {form['validFrom']} – {form['validTo']}"
        )
        Words("p", told).classes("ybz-fine")
        with ui.element("table").classes("ybz-form-items"):
            with ui.element("thead"), ui.element("tr"):
                Words("th", say("项目", "Item")).props('scope="col"')
                Words("th", say("怎么来", "How it is filled")).props('scope="col"')
            with ui.element("tbody"):
                for one in form["items"]:
                    with ui.element("tr"):
                        Words("th", one["title"]).props('scope="row"')
                        Words("td", words.filled(say, one, titles))


def compared(
    seat: Seat, found: Mapping[str, Any], titles: Mapping[str, str], bind: Bind | None = None
) -> None:
    """What a form asks again, item by item; with ``bind``, each may be taken from where it is.

    Args:
        seat: who reads.
        found: as ``/v1/forms/overlap`` tells it.
        titles: what datasets and fields are called.
        bind: called with an item and the field that has it.
    """
    say = seat.say
    with ui.element("section").classes("ybz-panel").props('role="status"'):
        heading(say("查重", "Compared with what is there"), 3)
        again, fresh = found["again"], found["new"] + found["perhaps"]
        Words(
            "p",
            say(
                f"{found['items']} 项：{found['prefilled'] + found['computed']} 项不用填，"
                f"{fresh} 项要填，{again} 项账上已有、不应再填。",
                f"{found['items']} items: {found['prefilled'] + found['computed']} come by themselves, "
                f"{fresh} are typed, {again} are in the ledger already.",
            ),
        ).classes(f"ybz-note {'bad' if again else 'good'}")
        with ui.element("ul").classes("ybz-lines"):
            for one in found["list"]:
                with ui.element("li"):
                    Words("span", one["title"])
                    badge(
                        words.of(words.COMPARED, say, one["state"]),
                        words.COMPARED_TONES.get(one["state"], "calm"),
                    )
                    if one["state"] in ("again", "perhaps"):
                        _held(seat, one, titles, bind)
        if found.get("alike"):
            alike = say("、", ", ").join(f"{code} {100 * part:.0f}%" for code, part in found["alike"].items())
            Words("p", say(f"和这些表相近：{alike}", f"Like these forms: {alike}")).classes("ybz-fine")


def _held(seat: Seat, one: Mapping[str, Any], titles: Mapping[str, str], bind: Bind | None) -> None:
    say = seat.say
    with ui.element("div").classes("ybz-wide"):
        for held in one["held"]:
            form = held["place"].startswith("form:")
            dataset = held["place"].rpartition(".")[0]
            if form:
                told = say(
                    f"{held['who']}的报表 {held['place'][5:]}", f"{held['place'][5:]} of {held['who']}"
                )
                Words("p", told).classes("ybz-fine")
                continue
            with ui.element("p").classes("ybz-fine"):
                Words("span", f"{held['who']} · ")
                link(titles.get(dataset, dataset), f"/console/catalogue/{dataset}")
                if bind is not None:
                    ui.button(
                        say("改为从这里带出", "Take it from there"),
                        on_click=lambda item=one["item"], place=held["place"]: bind(item, place),
                    ).props("flat dense no-caps")


def counted(seat: Seat, counts: Mapping[str, int]) -> None:
    """What a demand asked again when it was filed, in one line."""
    say = seat.say
    told = [
        f"{words.of(words.COMPARED, say, name)} {number(counts[name])}"
        for name in words.COMPARED
        if counts.get(name)
    ]
    Words("p", say("提交时：", "When it was filed: ") + say("；", "; ").join(told)).classes("ybz-fine")
