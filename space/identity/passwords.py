"""Passwords 口令: what one has to be like, how it is hashed, and how one is compared.

Decides by dated rules (``policies/rules/identity.yaml``). Comparing takes the same work whether there is a
hash to compare with or not, so that time does not tell which accounts exist. A password is never kept, told
or logged.
"""

from __future__ import annotations

import base64
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policies.decision import Decision, Deny, Permit, Reason
from space.identity import limits

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# Version 1.3 of argon2, as the encoded form writes it. Source: RFC 9106, section 3.1.
_VERSION: Final = 19
_KINDS: Final = (str.islower, str.isupper, str.isdigit)


def judged(password: str, *, login: str, name: str, on: date) -> Decision:
    """Whether a password may be one, with every reason why not.

    Args:
        password: as it was typed.
        login: of the account.
        name: of the person.
        on: whose rules count.
    """
    reasons = []
    least, most = limits.password_length(on)
    if not least <= len(password) <= most:
        reasons.append(
            Reason(
                "identity.password.length",
                "the password is too short or too long",
                "password",
                f"from {least} to {most} characters",
            )
        )
    plain = password.casefold()
    if any(part and part in plain for part in (login.casefold(), name.casefold())):
        reasons.append(
            Reason("identity.password.named", "the password holds the login or the person's name", "password")
        )
    if plain in {word.casefold() for word in limits.words("common_passwords", on)}:
        reasons.append(
            Reason("identity.password.common", "the password is among those tried first", "password")
        )
    asked = limits.whole("password_kinds", on)
    if _kinds(password) < asked:
        reasons.append(
            Reason(
                "identity.password.kinds",
                "the password is made of too few kinds of characters",
                "password",
                f"at least {asked} of small letters, capitals, digits and other characters",
            )
        )
    return Deny(tuple(reasons)) if reasons else Permit()


def hashed(password: str, on: date) -> str:
    """The argon2id hash of a password, with its parameters."""
    with _one_of_few(on):
        return _hasher(limits.hashing(on)).hash(_plain(password))


def matches(kept: str | None, password: str, on: date) -> bool:
    """Whether a password is that of a hash; where there is none the same work is done, and it is not.

    Args:
        kept: the hash; None for an account that is unknown, or has no password yet.
        password: as it was typed.
        on: whose parameters stand in for a hash that is not there.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    held = limits.hashing(on)
    with _one_of_few(on):
        try:
            _hasher(held).verify(kept or _stand_in(held), _plain(password))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def outdated(kept: str, on: date) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher(limits.hashing(on)).check_needs_rehash(kept)


def _kinds(password: str) -> int:
    found = [any(kind(each) for each in password) for kind in _KINDS]
    other = any(not any(kind(each) for kind in _KINDS) for each in password)
    return sum(found) + other


def _plain(password: str) -> bytes:
    """One spelling of what keyboards write differently. Source: RFC 8265, section 4.2 (OpaqueString)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@lru_cache(maxsize=8)
def _hasher(held: limits.Hashing) -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(
        time_cost=held.time_cost,
        memory_cost=held.memory_kib,
        parallelism=held.parallelism,
        hash_len=held.hash_bytes,
        salt_len=held.salt_bytes,
    )


@lru_cache(maxsize=8)
def _stand_in(held: limits.Hashing) -> str:
    """A hash of no password that takes as long to compare with as any: made of random bytes, not hashed."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(count)).rstrip(b"=").decode("ascii")
        for count in (held.salt_bytes, held.hash_bytes)
    )
    cost = f"m={held.memory_kib},t={held.time_cost},p={held.parallelism}"
    return f"$argon2id$v={_VERSION}${cost}${salt}${digest}"


@lru_cache(maxsize=8)
def _places(count: int) -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(count)


@contextmanager
def _one_of_few(on: date) -> Iterator[None]:
    """Hash only so many at a time: each takes its memory."""
    with _places(limits.whole("hashed_at_once", on)):
        yield
