"""The page to sign in: which ways in are shown, and what was typed before the session ended."""

from __future__ import annotations

from starlette.responses import HTMLResponse

from policies.clocks import local_date
from space.api.services import Services
from space.desk.rendering import page
from space.desk.wording import told
from space.errors import Refused
from space.identity import limits
from space.identity.openid_provider import provider_of


def sign_in_page(
    wired: Services,
    *,
    status: int = 200,
    wrong: bool = False,
    refused: Refused | None = None,
    chosen: bool = False,
    to: str = "",
    carried: str = "",
) -> HTMLResponse:
    """The page to sign in.

    Args:
        wired: the services.
        status: of the response.
        wrong: a token or a name was not taken.
        refused: why an account was not.
        chosen: a new password was just chosen.
        to: page to go on with.
        carried: sealed; what was typed before the session ended.
    """
    return page(
        "sign_in", None, status=status, wrong=wrong, chosen=chosen, to=to, carried=carried,
        refused=() if refused is None else told(refused),
        elsewhere=provider_of(wired.home) is not None,
        by_token=limits.office_tokens_open_the_desk(local_date(wired.clock())),
    )  # fmt: skip
