"""What tests of a department's room share: choosing from a list, the interface beside the browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.console.conftest import Reader

_PATIENCE_S = 60.0


def choose(page: Any, label: str, option: str) -> None:
    """Choose one of a list."""
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


@contextmanager
def interface(one: Reader) -> Iterator[httpx.Client]:
    """The interface, in the session of a browser."""
    secret = next(each for each in one.page.context.cookies() if each["name"] == "ybz-session")["value"]
    with httpx.Client(base_url=one.address, cookies={"ybz-session": secret}, timeout=_PATIENCE_S) as client:
        client.headers["X-CSRF-Token"] = client.get("/v1/sessions/current").json()["proof"]
        yield client
