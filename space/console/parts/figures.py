"""Numbers and instants as readers see them, and the cards that show one number each.

Decides that no number stands alone: a card says what it counts and as of when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nicegui import ui

from policies.clocks import ZONE
from space.console.language import Language
from space.console.parts.ways import link
from space.console.parts.words import Words

_MISSING = "—"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what explains it.

    Attributes:
        label: what it is called.
        shown: the number, as text, with its unit.
        meaning: its definition, in one or two sentences.
        as_of: when it was true, as text.
        target: address of the rows behind it; empty where there are none.
        of: what it divides, such as "17 / 18"; empty where it divides nothing.
    """

    label: str
    shown: str
    meaning: str
    as_of: str
    target: str = ""
    of: str = ""


def cards(figures: list[Figure], say: Language) -> None:
    """Figures side by side; each opens to its definition, and leads to its rows."""
    with ui.element("ul").classes("ybz-figures"):
        for figure in figures:
            with ui.element("li").classes("ybz-figure"):
                ui.label(figure.label).classes("ybz-figure-label")
                if figure.target:
                    link(figure.shown, figure.target).classes("ybz-number")
                else:
                    ui.label(figure.shown).classes("ybz-number")
                if figure.of:
                    ui.label(figure.of).classes("ybz-fine")
                with ui.element("details"):
                    Words("summary", say("怎么算的", "How it is counted"))
                    ui.label(figure.meaning)
                    ui.label(f"{say('数据截至', 'As of')} {figure.as_of}").classes("ybz-fine")


def number(value: int | float | None) -> str:
    """A count, grouped by thousands.

    >>> number(1234567), number(None)
    ('1,234,567', '—')
    """
    return _MISSING if value is None else f"{value:,}"


def share(value: float | None, digits: int = 1) -> str:
    """A ratio as per cent.

    >>> share(0.9725), share(None)
    ('97.2%', '—')
    """
    return _MISSING if value is None else f"{100 * value:.{digits}f}%"


def yuan(fen: int | None) -> str:
    """Money, of a whole number of fen.

    >>> yuan(123456)
    '¥1,234.56'
    """
    return _MISSING if fen is None else f"¥{fen / 100:,.2f}"


def instant(text: str | None) -> str:
    """An instant of the interface, in the ledger's own time.

    >>> instant("2026-11-22T01:02:03+00:00")
    '2026-11-22 09:02'
    """
    if not text:
        return _MISSING
    return datetime.fromisoformat(text).astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def plain(value: Any) -> str:
    """Anything of a document, as text."""
    return _MISSING if value in (None, "", [], {}) else str(value)
