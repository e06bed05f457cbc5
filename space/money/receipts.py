"""What stands for an answer in money matters: the receipt of a call, or that of a delivery 供数回执.

Decides which signed statements count as receipts of an answer. What each says is decided where it is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.keys import Ring
from space.calls import jws, receipts
from space.calls.jws import SignatureInvalid
from space.supply.receipts import DELIVERY_TYPE


def answered(statement: str, ring: Ring) -> Mapping[str, Any]:
    """What a receipt states, of a call or of a delivery.

    Args:
        statement: compact JWS.
        ring: public keys of the installation.

    Raises:
        SignatureInvalid: it is neither, or does not hold.
    """
    try:
        return receipts.verify(statement, ring)
    except SignatureInvalid as error:
        try:
            return jws.verify(statement, ring, DELIVERY_TYPE, receipts.signed_within)
        except SignatureInvalid:
            raise error from None
