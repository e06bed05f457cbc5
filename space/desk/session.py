"""A session at the desk: who sits there, the proof of its forms, and what they carry sealed.

Decides that nothing is done for a form another site sent, and that what a form carries is of its session
alone. Sessions themselves are :mod:`space.identity.sessions`'s.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from policies.rulebook import rule
from space.errors import SpaceError
from space.identity import guarding, sealing

_RULES: Final = "desk"


class NotSignedIn(SpaceError):
    """Nobody is signed in, or no longer."""


class ForeignForm(SpaceError):
    """A form that no page of this session sent."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who sits at the desk.

    Attributes:
        id: of the session.
        person: who acts, as colleagues and evidence of their tasks name them.
        proof: what every form of the session carries.
    """

    id: str
    person: str
    proof: str


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals what a form of a session carries, so that it can neither be read nor made.

    Attributes:
        secret: of the installation.
    """

    secret: bytes

    def session(self, session_id: str, person: str) -> Session:
        """The session of an id, with its proof."""
        return Session(session_id, person, guarding.proof(self.secret, session_id))

    def seal(self, text: str, session: Session) -> str:
        """A text a form of this session carries, such as whom a sheet is about: no address shows it."""
        return self._box(session).encrypt(text.encode()).decode()

    def opened(self, sealed: str, session: Session) -> str:
        """The text of :meth:`seal`.

        Raises:
            ForeignForm: this session did not seal it.
        """
        try:
            return self._box(session).decrypt(sealed.encode()).decode()
        except (InvalidToken, UnicodeError):
            raise ForeignForm("the form is not of this session — open the page again") from None

    def require_proof(self, session: Session, given: str) -> None:
        """Let a form pass, if a page of this session sent it.

        Raises:
            ForeignForm: it did not.
        """
        if not hmac.compare_digest(session.proof.encode(), given.encode("utf-8", "surrogatepass")):
            raise ForeignForm("the form is not of this session — open the page again")

    def _box(self, session: Session) -> Fernet:
        return sealing.box(self.secret, b"desk session" + session.id.encode())


def lines_of_a_page(on: date) -> int:
    """Rows, records or sheets on one page."""
    return int(rule(_RULES, "lines_of_a_page", on).value)
