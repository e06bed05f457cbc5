"""Text in an element of its meaning: a heading, a term, a line of a list."""

from __future__ import annotations

from nicegui import ElementFilter, ui
from nicegui.elements.mixins.text_element import TextElement

from space.console.language import Language

# Marks the heading a page begins with.
TITLE = "page-title"


class Words(TextElement):
    """Plain text in an element; what looks like markup in it is shown as text."""

    def __init__(self, tag: str, text: str) -> None:
        """Text in an element.

        Args:
            tag: such as ``h2``.
            text: to be shown.
        """
        super().__init__(tag=tag, text=text)


def heading(text: str, level: int = 2) -> Words:
    """A heading below the page's own."""
    return Words(f"h{level}", text).classes("ybz-subtitle")


def title(text: str, say: Language) -> None:
    """Call the page by what it shows, such as the title of one dataset, and no longer by its kind."""
    for element in ElementFilter(kind=Words, marker=TITLE):
        element.set_text(text)
    ui.page_title(f"{text} · {say('一本账', 'yibenzhang')}")


def badge(text: str, tone: str = "calm") -> ui.label:
    """A few words on a coloured ground; ``good``, ``warn``, ``bad`` or ``calm``."""
    return ui.label(text).classes(f"ybz-badge {tone}")


def facts(pairs: list[tuple[str, str]]) -> None:
    """Terms with their values."""
    with ui.element("dl").classes("ybz-facts"):
        for term, value in pairs:
            Words("dt", term)
            Words("dd", value)
