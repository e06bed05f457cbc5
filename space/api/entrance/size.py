"""The size of requests: what is larger than any question is refused before it is read whole.

Decides on bytes alone, for known and unknown callers alike.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Bytes of a body. The longest question is 100,000 characters; JSON writes one in at most 12 bytes.
LARGEST_BODY: Final = 2 * 1024 * 1024
# Bytes where files are sent in base64, or many records; the rules of their rooms ask for less.
LARGEST_FILES: Final = 32 * 1024 * 1024
_FILES: Final = re.compile(
    r"^/console/_nicegui/client/[^/]+/upload/[^/]+$"
    r"|^/v1/(grants/[^/]+/workspace/tables/[^/]+|corrections/[^/]+/evidence|drafts(/.+)?|bulk/(imports|adoptions|arrivals)"
    r"|forms/(workbooks|handouts|returns)|grassroots/workbooks|datasets/[^/]+/attribution/checks"
    r"|inventory/imports|places/lists|rectifications/returns|registrations(/.+)?|verifications/batches|receipts/verifications"
    r"|entries/[^/]+/deliveries)$"
)


class BodyLimit:
    """Wraps an application so that no request brings more than a question may, or the files it is for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, counting what arrives of its body."""
        read = 0
        most = LARGEST_FILES if _FILES.match(scope.get("path", "")) else LARGEST_BODY

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413)
            return message

        await self._app(scope, counted if scope["type"] == "http" else receive, send)
