"""How a message is signed, and where its secret comes from.

Decides that no secret is kept in the store: it follows from a key file of the installation, the id of the
webhook and the generation, and is shown once. A message bears the signature of the secret now and, for a
time after a rotation, of the former one.

Source: Standard Webhooks 1.0 (symmetric signatures ``v1``: HMAC-SHA-256 over id, timestamp and body).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from catalog import lasting
from catalog.home import Home
from catalog.keys import KeyTrouble

KEY_FILE: Final = "webhooks.key"
_BYTES: Final = 32
# Says what a leaked text is. Source: Standard Webhooks 1.0, "Signature scheme".
PREFIX: Final = "whsec_"


def secret_of(home: Home, webhook_id: str, generation: int) -> str:
    """The secret of a webhook, as its receiver keeps it."""
    return PREFIX + base64.b64encode(_raw(home, webhook_id, generation)).decode()


def headers(
    home: Home, webhook_id: str, generations: Iterable[int], message_id: str, body: bytes, now: datetime
) -> dict[str, str]:
    """The headers a message bears."""
    at = str(int(now.timestamp()))
    signed = f"{message_id}.{at}.".encode() + body
    signatures = [
        "v1," + base64.b64encode(hmac.digest(_raw(home, webhook_id, each), signed, hashlib.sha256)).decode()
        for each in generations
    ]
    return {"webhook-id": message_id, "webhook-timestamp": at, "webhook-signature": " ".join(signatures)}


def _raw(home: Home, webhook_id: str, generation: int) -> bytes:
    said = f"webhook\0{webhook_id}\0{generation}".encode()
    return hmac.digest(_key(home), said, hashlib.sha256)


def _key(home: Home) -> bytes:
    """The key of the installation, made at its first use."""
    path = home.keys / KEY_FILE
    if not path.exists():
        draft = path.with_name(f".{KEY_FILE}.{secrets.token_hex(4)}")
        lasting.write(draft, secrets.token_bytes(_BYTES))
        try:
            os.link(draft, path)  # of two processes that make one at once, the first one's stays
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)
    key = path.read_bytes()
    if len(key) != _BYTES:
        raise KeyTrouble(f"{path} is damaged — restore it from backup")
    return key
