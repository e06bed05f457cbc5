"""A browser that signed in to an account before, known again by what it keeps.

Decides that guessing elsewhere does not make it wait: see :mod:`space.identity.throttling`. What it keeps
says nothing of the account and lets nobody in.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from cryptography.fernet import InvalidToken

from policies.clocks import local_date
from space.identity import limits
from space.identity.accounts import spelt
from space.identity.sealing import box
from space.identity.throttling import Attempt

_PURPOSE: Final = b"known browser"
_DAY_S: Final = 86_400


def attempt(secret: bytes, login: str, address: str | None, kept: str | None, now: datetime) -> Attempt:
    """Who tries to sign in, as far as one can tell.

    Args:
        secret: of the installation.
        login: as it was typed.
        address: where the request comes from.
        kept: by the browser, since it signed in.
        now: aware instant.
    """
    name = spelt(login)
    return Attempt(name, address, _browser(secret, name, kept, now))


def remembered(secret: bytes, known: Attempt, now: datetime) -> str:
    """What a browser keeps that signed in now."""
    text = f"{known.browser or secrets.token_hex(12)} {known.login}"
    return box(secret, _PURPOSE).encrypt_at_time(text.encode(), int(now.timestamp())).decode()


def kept_seconds(now: datetime) -> int:
    """How long it is known."""
    return limits.whole("known_browser_days", local_date(now)) * _DAY_S


def _browser(secret: bytes, login: str, kept: str | None, now: datetime) -> str | None:
    if not kept:
        return None
    try:
        text = box(secret, _PURPOSE).decrypt_at_time(kept, kept_seconds(now), int(now.timestamp()))
    except InvalidToken:
        return None
    browser, _, whose = text.decode().partition(" ")
    return browser if whose == login else None
