"""A session at the desk: who signed in, kept in one sealed cookie, and the proof of its forms.

Decides that a session holds a token and a person's name, ends by itself, and is worth nothing once its token
is withdrawn; that nothing is done for a form another site sent. Nothing of a session is stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from policies.rulebook import rule
from space.errors import SpaceError

COOKIE: Final = "desk"
_RULES: Final = "desk"


class NotSignedIn(SpaceError):
    """Nobody is signed in, or no longer."""


class ForeignForm(SpaceError):
    """A form that no page of this session sent."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who sits at the desk.

    Attributes:
        token: the bearer token of the body.
        person: who acts, as evidence names them.
        proof: what every form of the session carries.
    """

    token: str
    person: str
    proof: str


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals what a browser keeps for us, so that it can neither be read nor made.

    Attributes:
        secret: of the installation.
    """

    secret: bytes

    def sign_in(self, token: str, person: str, now: datetime) -> str:
        """The cookie of a new session."""
        content = json.dumps([token, person], ensure_ascii=False).encode()
        return self._box().encrypt_at_time(content, int(now.timestamp())).decode()

    def session(self, cookie: str | None, now: datetime, hours: int) -> Session:
        """The session of a cookie.

        Args:
            cookie: as the browser sent it; None where it sent none.
            now: aware instant.
            hours: how long a session lasts.

        Raises:
            NotSignedIn: there is none, it was changed, or it is over.
        """
        try:
            content = self._box().decrypt_at_time(cookie or "", hours * 3600, int(now.timestamp()))
        except InvalidToken:
            raise NotSignedIn("sign in with the token of your office — the session is over") from None
        token, person = json.loads(content)
        return Session(token, person, self._proof(cookie or ""))

    def seal(self, text: str, session: Session) -> str:
        """A text a form of this session carries, such as whom a sheet is about: no address shows it."""
        return self._box(session.token).encrypt(text.encode()).decode()

    def opened(self, sealed: str, session: Session) -> str:
        """The text of :meth:`seal`.

        Raises:
            ForeignForm: this session did not seal it.
        """
        try:
            return self._box(session.token).decrypt(sealed.encode()).decode()
        except (InvalidToken, UnicodeError):
            raise ForeignForm("the form is not of this session — open the page again") from None

    def require_proof(self, session: Session, given: str) -> None:
        """Let a form pass, if a page of this session sent it.

        Raises:
            ForeignForm: it did not.
        """
        if not hmac.compare_digest(session.proof.encode(), given.encode()):
            raise ForeignForm("the form is not of this session — open the page again")

    def _proof(self, cookie: str) -> str:
        return hmac.new(_derived(self.secret, b"desk form"), cookie.encode(), hashlib.sha256).hexdigest()

    def _box(self, of: str = "") -> Fernet:
        return Fernet(base64.urlsafe_b64encode(_derived(self.secret, b"desk session" + of.encode())))


def session_hours(on: date) -> int:
    """Hours after which somebody signs in again."""
    return int(rule(_RULES, "session_hours", on).value)


def lines_of_a_page(on: date) -> int:
    """Rows, records or sheets on one page."""
    return int(rule(_RULES, "lines_of_a_page", on).value)


@lru_cache(maxsize=256)
def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret)
