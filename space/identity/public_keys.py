"""Public keys others sign with: machine clients, providers of identities.

Decides which keys can be one: public, asymmetric, and long enough.
"""

from __future__ import annotations

from typing import Any, Final

from policies.decision import Deny, Reason
from space.errors import Refused

# Members of a JWK that are of its private half. Source: RFC 7518, section 6.2.2 and 6.3.2; RFC 8037.
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_CURVES: Final = frozenset({"Ed25519", "P-256"})
# Bits of an RSA key at least. Source: RFC 7518, section 3.3.
_LEAST_BITS: Final = 2048
_LONGEST: Final = 4096


def checked_key(jwk: dict[str, Any]) -> dict[str, Any]:
    """A public key as it is kept, with its ``kid``: its own, else its thumbprint.

    Args:
        jwk: as its owner gives it (RFC 7517).

    Raises:
        Refused: it holds a private key, is of another kind, or too short.
    """
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry, RSAKey

    if len(str(jwk)) > _LONGEST or _PRIVATE & set(jwk):
        raise _refused()
    try:
        key = JWKRegistry.import_key(jwk)
        public = dict(key.as_dict(private=False))
        strong = (isinstance(key, RSAKey) and key.public_key.key_size >= _LEAST_BITS) or public.get(
            "crv"
        ) in _CURVES
        kid = str(jwk.get("kid") or key.thumbprint())
    except (JoseError, ValueError, TypeError, KeyError):
        raise _refused() from None
    if not strong:
        raise _refused()
    return public | {"kid": kid[:100], "use": "sig"}


def _refused() -> Refused:
    reason = Reason(
        "identity.client_key",
        "the key is not a public key a client can sign with",
        where="jwk",
        allowed="a public JWK: Ed25519, P-256, or RSA of 2048 bits or more",
    )
    return Refused(Deny((reason,)))
