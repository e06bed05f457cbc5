"""The doctor asks the object storage whether it answers, and lets this installation write and delete."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from catalog.home import Home
from catalog.lake.storage import Storage, StorageTrouble
from space.doctor import CHECKS
from space.observing.finding import Case, Finding
from tests.object_storage import Gateway, gateway
from ybz import ybz

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Gateway]:
    """A server of these tests."""
    with gateway() as running:
        yield running


def found(home: Home, engine: Engine) -> Finding:
    return dict(CHECKS)["storage"](Case(home, engine, NOW))


def elsewhere(monkeypatch: pytest.MonkeyPatch, home: Home, **other: str) -> None:
    """A lake at an address where nobody listens, unless told."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "YBZ_LAKE_URL": "s3://city/lake", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "who", "AWS_SECRET_ACCESS_KEY": "hidden-secret", "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
    }  # fmt: skip
    for name, value in (settings | other).items():
        monkeypatch.setenv(name, value)


def test_a_lake_in_a_folder_needs_none(home: Home, engine: Engine) -> None:
    assert (found(home, engine).level, "folder" in found(home, engine).found) == ("ok", True)


def test_storage_where_nobody_listens_is_found_without_showing_a_secret(
    home: Home, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere(monkeypatch, home)
    told = found(home, engine)
    assert (told.level, "does not answer" in told.found) == ("lack", True)
    assert "s3://city/lake" in told.found
    assert "hidden" not in told.found + told.todo


def test_an_address_that_names_no_bucket_is_found(
    home: Home, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YBZ_LAKE_URL", "s3:/lake")
    assert found(home, engine).level == "lack"


def test_an_endpoint_without_tls_that_nobody_allowed_is_said_so(
    home: Home, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere(monkeypatch, home)
    monkeypatch.delenv("AWS_ALLOW_HTTP")
    assert 'write aws_allow_http: "true"' in found(home, engine).found
    options = tmp_path / "lake.yaml"
    options.touch(mode=0o600)
    options.write_text('aws_allow_http: "true"\n', encoding="utf-8")
    monkeypatch.setenv("YBZ_LAKE_OPTIONS", str(options))
    assert "does not answer" in found(home, engine).found


def test_init_refuses_options_others_may_read_before_it_makes_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = tmp_path / "lake.yaml"
    options.write_text("aws_secret_access_key: hidden-secret\n", encoding="utf-8")
    options.chmod(0o644)
    monkeypatch.setenv("YBZ_HOME", str(tmp_path / "new"))
    monkeypatch.setenv("YBZ_LAKE_URL", "s3://city/lake")
    monkeypatch.setenv("YBZ_LAKE_OPTIONS", str(options))
    done = CliRunner().invoke(ybz, ["init"])
    assert "may be read by others" in str(done.exception)
    assert not (tmp_path / "new").exists()


@pytest.mark.full
def test_storage_that_serves_is_found_to_and_keeps_nothing_of_the_trial(
    home: Home, engine: Engine, server: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment("well").items():
        monkeypatch.setenv(name, value)
    assert (found(home, engine).level, found(home, engine).todo) == ("ok", "")
    assert not list((server.folder / "well").rglob("*"))


@pytest.mark.full
def test_credentials_that_are_not_good_are_found_and_not_shown(
    home: Home, engine: Engine, server: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere(monkeypatch, home, **server.environment("wrong") | {"AWS_SECRET_ACCESS_KEY": "hidden-secret"})
    told = found(home, engine)
    assert (told.level, "takes nothing" in told.found) == ("lack", True)
    assert "hidden" not in told.found + told.todo


@pytest.mark.full
def test_storage_that_does_not_let_anything_be_deleted_is_found(
    home: Home, engine: Engine, server: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment("kept").items():
        monkeypatch.setenv(name, value)

    def refuse(*_: Any) -> None:
        raise StorageTrouble("403")

    monkeypatch.setattr(Storage, "remove", refuse)
    assert found(home, engine).found == "s3://city/kept does not delete"
