"""Numbers of identity as dated rules: passwords, sessions, tokens (``policies/rules/identity.yaml``).

Decides nothing: it gives rules their types.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from policies.rulebook import rule

_RULES: Final = "identity"


@dataclass(frozen=True, slots=True)
class Hashing:
    """How passwords are hashed with argon2id.

    Attributes:
        memory_kib: memory of one hash.
        time_cost: passes over it.
        parallelism: lanes.
        hash_bytes, salt_bytes: lengths.
    """

    memory_kib: int
    time_cost: int
    parallelism: int
    hash_bytes: int
    salt_bytes: int


@dataclass(frozen=True, slots=True)
class Patience:
    """How many attempts may go wrong, and how long one waits after.

    Attributes:
        free: attempts without a wait.
        first_wait_s: after the next; each further one doubles it.
        longest_wait_s: where it stops growing.
    """

    free: int
    first_wait_s: int
    longest_wait_s: int

    def wait(self, failures: int) -> timedelta:
        """How long one waits after so many attempts that went wrong in a row.

        >>> [Patience(2, 10, 60).wait(n).seconds for n in (2, 3, 4, 5, 6, 900)]
        [0, 10, 20, 40, 60, 60]
        """
        over = failures - self.free
        if over <= 0:
            return timedelta(0)
        doubled = min(over - 1, self.longest_wait_s.bit_length())
        return timedelta(seconds=min(self.longest_wait_s, self.first_wait_s * 2**doubled))


def hashing(on: date) -> Hashing:
    """How passwords are hashed now."""
    return Hashing(**_value("argon2id", on))


def patience(on: date) -> dict[str, Patience]:
    """Whose attempts are counted: ``browser``, ``address``, ``account``, ``everyone``."""
    return {name: Patience(**held) for name, held in _value("wrong_attempts", on).items()}


def whole(name: str, on: date) -> int:
    """A rule that is a whole number."""
    return int(_value(name, on))


def minutes(name: str, on: date) -> timedelta:
    """A rule that counts minutes."""
    return timedelta(minutes=whole(name, on))


def hours(name: str, on: date) -> timedelta:
    """A rule that counts hours."""
    return timedelta(hours=whole(name, on))


def words(name: str, on: date) -> tuple[str, ...]:
    """A rule that is a list of words."""
    return tuple(str(each) for each in _value(name, on))


def password_length(on: date) -> tuple[int, int]:
    """Characters of a password, at least and at most."""
    held = _value("password_length", on)
    return int(held["least"]), int(held["most"])


def office_tokens_open_the_desk(on: date) -> bool:
    """Whether the token of an office and a stated name open the desk."""
    return bool(_value("office_token_sign_in", on))


def _value(name: str, on: date) -> Any:
    return rule(_RULES, name, on).value
