"""Ways from one page to another: links, and going on after something was done.

Decides that an address is written as browsers show it, from the first ``/`` on; the component library's own
links and navigation would put the console's beginning before it.
"""

from __future__ import annotations

import json

from nicegui import ui

from space.console.parts.words import Words


def link(text: str, address: str) -> Words:
    """A link within this installation.

    Args:
        text: of the link.
        address: such as ``/console/catalogue/civil.population`` or ``/desk``.
    """
    made = Words("a", text)
    made.props["href"] = _here(address)
    # A way back is nothing on paper.
    return made.classes("ybz-back") if text.startswith("←") else made


def around(address: str) -> ui.element:
    """A link around elements, such as an icon with a label."""
    made = ui.element("a")
    made.props["href"] = _here(address)
    return made


def go(address: str) -> None:
    """Let the browser go on to a page of this installation."""
    ui.run_javascript(f"window.location.assign({json.dumps(_here(address))})")


def again() -> None:
    """Let the browser read the page anew."""
    ui.run_javascript("window.location.reload()")


def _here(address: str) -> str:
    """An address of this installation; a link never leads anywhere else, whatever a name in it says."""
    assert address.startswith(("/console", "/desk", "/v1", "#")), "an address of this installation"
    return address


def shown_at(address: str) -> None:
    """Let the browser show another address for what the page shows now, without reading it anew."""
    ui.run_javascript(f"history.replaceState(history.state, '', {json.dumps(_here(address))})")


def to_paper() -> None:
    """Let the browser print the page."""
    ui.run_javascript("window.print()")


def take(address: str) -> None:
    """Let the browser keep a file of this installation; the page stays as it is."""
    link_of = f"{{href: {json.dumps(_here(address))}, download: ''}}"
    ui.run_javascript(f"Object.assign(document.createElement('a'), {link_of}).click()")
