"""The Python client of a space: ask under a grant, get rows and a receipt that was found to hold.

    from space.client import connect
    with connect("https://space.example", token="ybz_…") as space:
        answer = space.query("SELECT street, count(*) AS n FROM household.registry GROUP BY street",
                             grant="grt_…", purpose="research")
        print(answer.to_pandas(), answer.receipt["id"])

Decides nothing about data: every rule is the space's. What it adds is that an act is done once however often
the line breaks, and that no answer is handed on whose receipt does not hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import httpx

from catalog.keys import Ring, public_from_pem
from space.remote.answers import Answer, of_document, verified
from space.remote.wire import Patience, Wire

if TYPE_CHECKING:
    import pyarrow as pa

_PATH: Final = "/v1"
# Rows of a page of a list that is read whole.
_PAGE: Final = 1000


def connect(
    url: str,
    *,
    token: str | Callable[[], str],
    keys: Path | None = None,
    patience: Patience | None = None,
    transport: httpx.BaseTransport | None = None,
) -> Client:
    """A client of the space at an address.

    Args:
        url: of the space, without ``/v1``.
        token: the bearer token, or what gives the one good now.
        keys: file of the space's public keys, a PEM or a published JWK set, handed over on another way; the
            keys the space publishes at ``/v1/keys`` where None: a receipt then proves what the space said, to
            whoever trusts the connection it was said over.
        patience: how long to go on asking.
        transport: the way to the space; the network where None.

    Raises:
        KeyTrouble: the file holds no key.
    """
    given = (lambda: token) if isinstance(token, str) else token
    ring = None if keys is None else _ring(keys.read_bytes())
    return Client(Wire(url, given, patience or Patience(), transport), ring)


class Client:
    """Calls of one organisation to one space.

    Every method raises :class:`space.remote.wire.SpaceProblem` where the space refuses, with its reasons, and
    :class:`space.remote.wire.NotReached` where no answer comes.
    """

    def __init__(self, wire: Wire, ring: Ring | None = None) -> None:
        """Speak over ``wire``; receipts are verified with ``ring``, asked for once where None."""
        self._wire, self._ring = wire, ring

    @property
    def ring(self) -> Ring:
        """The public keys receipts are verified with."""
        if self._ring is None:
            self._ring = Ring.of_jwks(self._wire.get(f"{_PATH}/keys").json())
        return self._ring

    def query(self, sql: str, *, grant: str, purpose: str, key: str | None = None) -> Answer:
        """Answer one SELECT.

        Args:
            sql: in the DuckDB dialect.
            grant: id of the grant.
            purpose: its code; the grant's.
            key: ``Idempotency-Key``, for a caller who may have to ask for the same answer in another process.

        Raises:
            ReceiptDoubted: the answer's receipt does not hold.
        """
        asked = {"grant": grant, "purpose": purpose, "sql": sql}
        return of_document(self._wire.post(f"{_PATH}/queries", asked, key).json(), grant, self.ring)

    def explain(self, sql: str, *, grant: str, purpose: str) -> dict[str, Any]:
        """Say what would be done and what it would cost; nothing is run or spent."""
        return self._acted("queries/explain", {"grant": grant, "purpose": purpose, "sql": sql})

    def verify(
        self, records: Sequence[Mapping[str, Any]], *, dataset: str, grant: str, purpose: str
    ) -> list[str]:
        """Say of each record whether it is a ``match``, a ``mismatch`` or ``not_found`` (核验).

        Args:
            records: field to value; every record gives the same fields.
            dataset: ``schema.table``.
            grant: id of the grant.
            purpose: its code.

        Raises:
            ReceiptDoubted: the answer's receipt does not hold.
        """
        asked = {"grant": grant, "purpose": purpose, "dataset": dataset, "records": [*map(dict, records)]}
        told = self._acted("verifications", asked)
        verified(told["receipt"], grant, self.ring)
        return [str(one) for one in told["outcomes"]]

    def search(self, words: str, *, limit: int = 20) -> list[dict[str, Any]]:
        """Published datasets that contain every word, the best first."""
        found: list[dict[str, Any]] = self._read("search", {"q": words, "limit": limit})["datasets"]
        return found

    def dataset(self, name: str) -> dict[str, Any]:
        """A published dataset, as anyone may see it."""
        return self._read(f"datasets/{name}")

    def dictionary(self, name: str) -> dict[str, Any]:
        """Its columns with their public bounds and code lists, before any grant."""
        return self._read(f"datasets/{name}/dictionary")

    def sample(self, name: str, rows: int = 1_000) -> pa.Table:
        """Rows made up from its contract to develop against; none of them is anybody's."""
        from pyarrow import BufferReader, csv

        content = self._wire.get(f"{_PATH}/datasets/{name}/sample", {"rows": rows}).content
        return csv.read_csv(BufferReader(content))

    def grants(self) -> list[dict[str, Any]]:
        """The grants the organisation holds."""
        held: list[dict[str, Any]] = []
        asked: dict[str, Any] = {"limit": _PAGE}
        while True:
            page = self._read("grants", asked)
            held += page["grants"]
            if page["next"] is None:
                return held
            asked["cursor"] = page["next"]

    def receipt(self, receipt_id: str) -> Mapping[str, Any]:
        """What a receipt of an earlier call states, its signature verified.

        Raises:
            ReceiptDoubted: it does not hold.
        """
        told = self._read(f"receipts/{receipt_id}")
        return verified(told, str(told["states"]["grant"]), self.ring)

    def proof(self, entry: str) -> dict[str, Any]:
        """The proof that an entry, such as a receipt's ``entry``, is in the evidence log."""
        return self._read(f"evidence/{entry}")

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def __enter__(self) -> Self:
        """The same."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def _read(self, path: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        told: dict[str, Any] = self._wire.get(f"{_PATH}/{path}", params).json()
        return told

    def _acted(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = self._wire.post(f"{_PATH}/{path}", body).json()
        return told


def _ring(raw: bytes) -> Ring:
    if raw.lstrip().startswith(b"{"):
        return Ring.of_jwks(json.loads(raw))
    return Ring.single(public_from_pem(raw))
