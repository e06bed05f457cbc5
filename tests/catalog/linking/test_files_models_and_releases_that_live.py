"""Files, models and releases live while their bytes are those that were tied."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from catalog.home import Home
from catalog.linking import tying
from catalog.linking.live import live
from catalog.linking.probing import probe
from catalog.linking.settings import (
    ComponentLink,
    FileLink,
    LinkError,
)
from catalog.releases import published as releases
from catalog.store import reading, writing
from tests.catalog.linking.lamps import NOW, TODAY, allow, only, paid, tie


@pytest.mark.usefixtures("lamps")
def test_a_file_lives_while_its_bytes_are_those_that_were_tied(
    home: Home, engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "灯杆.csv"
    file.write_bytes(b"code\nL1\n")
    digest = hashlib.sha256(b"code\nL1\n").hexdigest()
    tie(engine, FileLink(str(file), digest, 8))
    assert "not among those probes may read" in only(home, engine).verdict.why
    allow(engine, "folder", str(tmp_path))
    assert only(home, engine, NOW + timedelta(minutes=1)).verdict.alive
    file.write_bytes(b"code\nL2\n")
    assert "bytes are not those" in only(home, engine, NOW + timedelta(minutes=2)).verdict.why
    file.unlink()
    assert only(home, engine, NOW + timedelta(minutes=3)).verdict.why == "there is no file at its path"


@pytest.mark.usefixtures("lamps")
def test_a_symbolic_link_leads_no_probe_out_of_its_folder(home: Home, engine: Engine, tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.write_text("secret", encoding="utf-8")
    (inside / "x").symlink_to(outside)
    allow(engine, "folder", str(inside))
    tie(engine, FileLink(str(inside / "x")))
    assert "not among those probes may read" in only(home, engine).verdict.why
    with pytest.raises(LinkError):
        FileLink(f"{inside}/../out")


@pytest.mark.usefixtures("lamps")
def test_a_fifo_is_no_file(home: Home, engine: Engine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    allow(engine, "folder", str(tmp_path))
    tie(engine, FileLink(str(tmp_path / "pipe")))
    assert only(home, engine).verdict.why == "there is no file at its path"


@pytest.mark.usefixtures("lamps")
def test_a_model_lives_while_its_artefact_is_whole_and_of_its_format(
    home: Home, engine: Engine, tmp_path: Path
) -> None:
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF....")
    allow(engine, "folder", str(tmp_path))
    tie(engine, ComponentLink("1.2", str(model), hashlib.sha256(b"GGUF....").hexdigest(), "gguf"))
    done = only(home, engine)
    assert done.verdict.alive
    assert done.verdict.details["version"] == "1.2"
    zipped = ComponentLink("1.2", str(model), hashlib.sha256(b"GGUF....").hexdigest(), "zip")
    tie(engine, zipped)
    verdicts = {p.link.settings: p.verdict for p in probe(home, engine, by="张三", now=NOW)}
    assert verdicts[zipped].why == "it does not begin as zip does"


def test_a_release_is_tied_by_itself_and_lives_as_long_as_its_cycle_is_kept(
    home: Home, engine: Engine
) -> None:
    paid(home, engine)
    assert only(home, engine).verdict.alive
    late = NOW + timedelta(days=11)
    done = only(home, engine, late)
    assert (done.verdict.alive, done.verdict.why) == (
        False,
        "its last update is 11 days old; its cycle (weekly) allows 10",
    )


@pytest.mark.parametrize("form", ["vault", "protected"])
def test_a_release_whose_file_is_gone_or_short_does_not_live(home: Home, engine: Engine, form: str) -> None:
    builder = paid(home, engine)
    assert builder.release is not None
    opened = {"vault": releases.vault_files, "protected": releases.protected_files}[form]
    (file,) = opened(home, builder.release)
    file.write_bytes(file.read_bytes()[:-20])
    assert only(home, engine).verdict.why == f"the {form} version of release 1 does not open"
    file.unlink()
    assert not only(home, engine, NOW + timedelta(minutes=1)).verdict.alive


def test_a_tie_to_releases_that_was_removed_is_not_made_again(home: Home, engine: Engine) -> None:
    paid(home, engine)
    link = only(home, engine).link
    with writing(engine) as connection, pytest.raises(LinkError, match="for a reason"):
        tying.remove(connection, link.id, reason=" ", by="张三", now=NOW)
    with writing(engine) as connection:
        tying.remove(connection, link.id, reason="由接口提供", by="张三", now=NOW)
    assert probe(home, engine, by="张三", now=NOW) == ()
    with reading(engine) as connection:
        assert live(connection, TODAY) == {}
