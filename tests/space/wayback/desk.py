"""A clerk at the desk of the street: signs in, opens pages, sends the forms that stand on them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser

import httpx

from catalog.store import writing
from policies.access import Role
from space.api.app import create_app
from space.identity.tokens import Issued, issue
from tests.space.serving import serving
from tests.space.wayback.conftest import Town

# Bytes a page may weigh at most, so that it loads over a slow line.
HEAVIEST = 50_000


class _Forms(HTMLParser):
    """The forms of a page: where they go, and what they carry."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((said["action"], {}))
        elif tag == "input" and said.get("type") not in ("radio", "checkbox") and self.found:
            self.found[-1][1][said["name"]] = said.get("value", "")


@dataclass
class Clerk:
    """A browser without scripts.

    Attributes:
        client: with the cookie of the session.
        token: the body signs in with.
    """

    client: httpx.Client
    token: Issued

    def sign_in(self, person: str = "王芳") -> httpx.Response:
        """Open a session."""
        return self.client.post("/desk/sign-in", data={"token": self.token.secret, "person": person})

    def page(self, path: str) -> str:
        """A page, as light as it has to be and without a script."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return self.looked_at(answer)

    def looked_at(self, answer: httpx.Response) -> str:
        """The text of a page that was answered."""
        assert len(answer.content) < HEAVIEST
        assert "<script" not in answer.text
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        return answer.text

    def send(
        self, text: str, action: str, filled: Mapping[str, str | list[str]], *, to: str = ""
    ) -> httpx.Response:
        """Fill in the first form of a page that goes to an address, and send it."""
        parser = _Forms()
        parser.feed(text)
        carried = next(fields for path, fields in parser.found if path == action)
        return self.client.post(to or action, data={**carried, **filled})


@contextmanager
def clerk_of(town: Town, body: str = "street") -> Iterator[Clerk]:
    """A clerk of a body, before signing in; the town's clock is the server's."""
    with writing(town.engine) as connection:
        token = issue(connection, body, role=Role.CLIENT, by="李四", days=10, now=town.now)
    app = create_app(town.home, clock=lambda: town.now)
    with (
        serving(app) as address,
        httpx.Client(base_url=address, timeout=60, follow_redirects=True) as client,
    ):
        yield Clerk(client, token)


def link_to(text: str, start: str) -> str:
    """The first link of a page that starts so."""
    return next(path for path in re.findall(r'href="([^"]+)"', text) if path.startswith(start))
