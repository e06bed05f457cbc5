"""A space served over real HTTP, and what an operator's program holds of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from catalog.store import writing
from policies.access import Role
from space.api.app import create_app
from space.client import Client, connect
from space.granting.grants import Grant
from space.identity.tokens import issue
from space.remote.wire import Patience
from tests.space.bureau import busy, founded, granting, pool
from tests.space.serving import serving

__all__ = ["busy", "founded", "granting", "pool"]

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"


@dataclass
class Office:
    """An operator's program: the address, its token, its grant over firms."""

    address: str
    token: str
    held: Grant
    bureau: Any

    def client(self, **more: Any) -> Client:
        """A client of the space that gives up soon."""
        return connect(self.address, token=self.token, patience=Patience(first_s=0.01), **more)


@pytest.fixture
def office(busy: Any) -> Iterator[Office]:
    """An office at a space that is served."""
    held = busy.held(busy.trade)
    with writing(busy.engine) as connection:
        token = issue(connection, held.grantee, role=Role.CLIENT, by="张磊", days=9, now=busy.clock()).secret
    with serving(create_app(busy.home, clock=busy.clock, pool=busy.pool)) as address:
        yield Office(address, token, held, busy)
