"""What somebody typed while the session ended, carried over signing in; it lies in the page alone, sealed.

Decides that only a form of a page of that session is carried, back to the same person in the same body and
for a day; the server keeps nothing of it. It is not done by signing in: whoever typed it sends it again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.fernet import InvalidToken
from fastapi import Request
from sqlalchemy import Connection

from catalog import keys
from catalog.store import reading
from space.api.entrance import browsers
from space.api.services import Services
from space.desk.session import ForeignForm, Sealer, Session
from space.errors import Refused
from space.identity import sealing
from space.identity import sessions as known

_PURPOSE: Final = b"desk carried over"
# Bytes of what is carried: it stands in both forms of the page to sign in, which stays within its weight.
_MOST: Final = 14_000
_A_DAY_S: Final = 86_400
_PROOF, _SUBJECT = "proof", "subject"
# A sheet is put back to be filled on, not handed in.
_HAND_IN, _SAVE = "/submit", "/save"
# Fields nobody typed.
_UNTYPED: Final = frozenset({_SUBJECT, "version", "seen", "row", "kind", "field"})


@dataclass(frozen=True, slots=True)
class Carried:
    """A form that was not done.

    Attributes:
        path: it was sent to.
        fields: name → values, without the proof of the session that ended.
    """

    path: str
    fields: Mapping[str, list[str]]

    @property
    def typed(self) -> tuple[str, ...]:
        """What somebody wrote, in its order."""
        return tuple(
            text for name, texts in self.fields.items() if name not in _UNTYPED for text in texts if text
        )


def carry(wired: Services, request: Request, sent: Mapping[str, list[str]]) -> str:
    """What a form brought whose session is over, sealed; empty where it is not to be carried."""
    secret = browsers.session_secret(request, wired.home)
    with reading(wired.engine) as connection:
        former = None if secret is None else known.former(connection, secret)
    fields = {name: values for name, values in sent.items() if name != _PROOF}
    if former is None or not fields:
        return ""
    sealer = Sealer(keys.load(wired.home).pseudonym)
    try:
        browsers.require_own_site(request, wired.home)
        sealer.require_proof(sealer.session(former.id, ""), sent.get(_PROOF, [""])[0])
    except (Refused, ForeignForm):
        return ""
    told = [former.id, former.whose, request.url.path, fields]
    text = json.dumps(told, ensure_ascii=False)
    return (
        sealing.box(sealer.secret, _PURPOSE).encrypt(text.encode()).decode()
        if len(text.encode()) <= _MOST
        else ""
    )


def carried(
    wired: Services, connection: Connection, sealed: str, secret: str
) -> tuple[Carried, Session] | None:
    """What was carried over to a fresh session, and the session; None where it is not that person's."""
    sealer = Sealer(keys.load(wired.home).pseudonym)
    now = known.former(connection, secret)
    try:
        opened = sealing.box(sealer.secret, _PURPOSE).decrypt(sealed.encode(), ttl=_A_DAY_S)
    except (InvalidToken, UnicodeError):
        return None
    before, whose, path, fields = json.loads(opened)
    if now is None or whose != now.whose:
        return None
    fresh = sealer.session(now.id, "")
    if _SUBJECT in fields and path.startswith("/desk/forms/"):
        former = sealer.session(before, "")
        fields[_SUBJECT] = [sealer.seal(sealer.opened(one, former), fresh) for one in fields[_SUBJECT]]
    if path.endswith(_HAND_IN):
        path = path.removesuffix(_HAND_IN) + _SAVE
    return Carried(path, fields), fresh
