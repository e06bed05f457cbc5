"""Forms for the grass roots 一表通, for who asks for them: drafted, compared, filed for admission."""

from __future__ import annotations

from space.console.pages.forms import editor, listing, one

__all__ = ["editor", "listing", "one"]
