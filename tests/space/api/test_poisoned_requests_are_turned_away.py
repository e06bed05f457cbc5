"""What no program of good will sends: each is answered with a clear 4xx, and the next request is served."""

from __future__ import annotations

from typing import Any

import pytest

from policies.access import Role
from space.api.entrance.door import MOST_LEVELS
from tests.space.api.conftest import Door

JSON = {"Content-Type": "application/json"}
DEMAND = '{"demander":"a","what":"%s","task":"b","basis":"c"}'


def sent(door: Door, body: bytes | str, path: str = "/v1/lists/demands", **headers: str) -> Any:
    """Send a body as it is."""
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    known = door.bearer(Role.AUTHORITY) | JSON | headers
    return door.client.post(path, content=raw, headers=known)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"what":"' + b"a" * 10_000_000 + b'"}', 413),
        (b"[" * 200_000, 400),
        (b"[" * (MOST_LEVELS + 1) + b"]" * (MOST_LEVELS + 1), 400),
        (b'{"a":' * 500 + b"1" + b"}" * 500, 400),
        (DEMAND % "\\ud800", 400),
        (DEMAND % "\\udfff\\ud800", 400),
        (b'{"what":"\xff\xfe"}', 400),
        (b"9" * 10_000, 400),
        # A text that does not end, full of signs that could begin one: hours, if it were tried from each.
        (b"[]" * MOST_LEVELS + b'"' + b'\\"' * 900_000, 422),
        (b'{"what":' + b'"\\\\' * 600_000, 422),
        (b"", 422),
        (b"{", 422),
        (b"NaN", 422),
        (b'{"__proto__":{"a":1}}', 422),
    ],
)
def test_a_body_that_is_poison_is_a_clear_refusal(door: Door, body: bytes | str, status: int) -> None:
    answer = sent(door, body)
    assert answer.status_code in (status, 422 if status == 400 else status), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert door.get("/healthz").status_code == 200


def test_pairs_of_surrogates_and_escaped_backslashes_are_texts_like_any(door: Door) -> None:
    for text in ("\\ud83d\\ude00", "\\\\ud800", "平台", "[[[[", "\\u0041", '\\"[' * 40, '\\\\\\"{' * 40):
        assert sent(door, DEMAND % text).status_code == 201, text
    for text in ("\\\\\\ud800", 'a\\\\","task":"\\udc00'):
        assert sent(door, DEMAND % text).status_code == 400, text


def test_numbers_no_store_can_hold_are_refused(door: Door) -> None:
    for number in ("1e400", str(2**80), "-" + "9" * 400):
        body = f'{{"period":"2026-09","stage":"live","what":["x"],"reason":"r","code":{number}}}'
        assert 400 <= sent(door, body, "/v1/inventory/balance/2026-09/explanations").status_code < 500
    for value in (2**63, 10**30):
        assert 400 <= door.get("/v1/lineage/market.firms", params={"offset": value}).status_code < 500


def test_a_flood_of_headers_is_turned_away_before_anything_is_read(door: Door) -> None:
    many = {f"X-{n}": "a" for n in range(150)}
    long = {"X-Long": "a" * 40_000}
    for headers in (many, long):
        answer = door.get("/v1/entries", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (431, "http.431")


@pytest.mark.parametrize(
    "path", ["/v1/entries/a%00b", "/v1/entries/a%0Ab", "/v1/entries?owner=%00", "/v1/search?q=a%00"]
)
def test_control_characters_in_an_address_are_refused(door: Door, path: str) -> None:
    assert door.get(path).status_code == 400


def test_a_nul_in_a_text_is_kept_out_or_kept_whole(door: Door) -> None:
    answer = sent(door, DEMAND % "a\\u0000b")
    assert answer.status_code in (201, 400, 422)
    assert door.get("/v1/lists/demands").status_code == 200


@pytest.mark.parametrize("name", ["/a.csv", "../a.csv", "a/../../b.csv", "a\\b.csv", "", ".", "a//b.csv"])
def test_a_sent_file_that_would_lie_elsewhere_is_refused(door: Door, name: str) -> None:
    body = {"file": {"name": name, "content": "5L+h5oGv"}, "by": "张磊"}
    answer = door.post("/v1/bulk/imports", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


def test_where_files_are_sent_a_request_may_be_larger_than_a_question(door: Door) -> None:
    body = {"file": {"name": "form.csv", "content": "AAAA" * 750_000}, "by": "张磊", "dry_run": True}
    assert door.post("/v1/bulk/imports", body).status_code == 202
