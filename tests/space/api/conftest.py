"""The bureau behind the real application, called in this process, with a token for every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.testclient import TestClient

from catalog.store import writing
from policies.access import OrganisationKind, Role
from space.api.app import create_app
from space.identity.organisations import Organisation, register
from space.identity.tokens import issue
from tests.space.bureau import Bureau, bureau, busy, founded, granting, pool

__all__ = ["bureau", "busy", "founded", "granting", "pool"]

AUTHORITY = "shuju"


@dataclass
class Door:
    """A client of the interface.

    Attributes:
        bureau: behind it.
        client: of the application, without a token.
    """

    bureau: Bureau
    client: TestClient
    _tokens: dict[tuple[str, Role], str] = field(default_factory=dict)

    def bearer(self, role: Role, organisation: str = AUTHORITY) -> dict[str, str]:
        """A header that bears a token of a role of an organisation."""
        if (organisation, role) not in self._tokens:
            with writing(self.bureau.engine) as connection:
                made = issue(connection, organisation, role=role, by="张磊", days=10, now=self.bureau.clock())
            self._tokens[organisation, role] = made.secret
        return {"Authorization": f"Bearer {self._tokens[organisation, role]}"}

    def get(self, path: str, role: Role = Role.AUTHORITY, organisation: str = AUTHORITY, **more: Any) -> Any:
        """Read as a role."""
        headers = self.bearer(role, organisation) | more.pop("headers", {})
        return self.client.get(path, headers=headers, **more)

    def post(
        self, path: str, body: Any, role: Role = Role.AUTHORITY, organisation: str = AUTHORITY, **more: Any
    ) -> Any:
        """Act as a role."""
        headers = self.bearer(role, organisation) | more.pop("headers", {})
        return self.client.post(path, json=body, headers=headers, **more)


@pytest.fixture
def door(busy: Bureau) -> Iterator[Door]:
    """The interface over the bureau; its authority is registered."""
    authority = Organisation(AUTHORITY, "市数据局", OrganisationKind.AUTHORITY)
    with writing(busy.engine) as connection:
        register(connection, authority, busy.clock())
    app = create_app(busy.home, clock=busy.clock, pool=busy.pool)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Door(busy, client)


@pytest.fixture
def waiting(door: Door) -> Callable[[str], dict[str, Any]]:
    """Wait for a job to end."""
    import time

    def wait(job: str, **who: Any) -> dict[str, Any]:
        for _ in range(3_000):
            found: dict[str, Any] = door.get(f"/v1/jobs/{job}", **who).json()
            if found["state"] not in ("waiting", "running"):
                return found
            time.sleep(0.02)
        raise AssertionError(f"the job {job} did not end")

    return wait
