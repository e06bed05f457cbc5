"""Only what was tested lately counts; one link speaks for a dataset; links by command."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from catalog.errors import UnknownDataset
from catalog.home import Home
from catalog.linking.live import live, rate
from catalog.linking.probing import probe
from catalog.linking.settings import (
    InterfaceLink,
    JobLink,
    LinkError,
    ReleaseLink,
)
from catalog.store import reading
from tests.catalog.linking.lamps import NOW, ROW, TODAY, Gateway, allow, paid, tie
from ybz import ybz


@pytest.mark.usefixtures("lamps")
def test_only_resources_tested_lately_count_in_the_link_rate(
    home: Home, engine: Engine, gateway: Gateway
) -> None:
    paid(home, engine)
    allow(engine, "network", "127.0.0.0/8")
    tie(engine, InterfaceLink(gateway.says("/x", [ROW])))
    with reading(engine) as connection:
        before = rate(connection, TODAY)
    assert (before.entries, before.tied, before.tested, before.alive, before.share) == (2, 1, 0, 0, 0.0)
    assert before.not_live == {"civil.pay": "tied to nothing", "road.lamps": "not tested within 7 days"}
    probe(home, engine, by="张三", now=NOW)
    with reading(engine) as connection:
        assert rate(connection, TODAY).share == 1.0
        assert rate(connection, TODAY).by_department == {"云州市住建局": (1, 1), "云州市民政局": (1, 1)}
        assert rate(connection, TODAY + timedelta(days=6)).alive == 2
        assert rate(connection, TODAY + timedelta(days=7)).alive == 0
        before = rate(connection, TODAY - timedelta(days=1))
    assert (before.entries, before.tied, before.alive, before.share) == (0, 0, 0, None)


@pytest.mark.usefixtures("lamps")
def test_the_best_link_of_a_dataset_speaks_for_it(home: Home, engine: Engine, gateway: Gateway) -> None:
    allow(engine, "network", "127.0.0.0/8")
    tie(engine, InterfaceLink(gateway.says("/good", [ROW])))
    tie(engine, JobLink("交换平台", "job-7"))
    assert [p.verdict.alive for p in probe(home, engine, by="张三", now=NOW)] == [True, False]
    with reading(engine) as connection:
        assert live(connection, TODAY)["road.lamps"].kind == "interface"
    gateway.says("/good", b"", 500)
    probe(home, engine, by="张三", now=NOW + timedelta(minutes=1))
    with reading(engine) as connection:
        assert not live(connection, TODAY)["road.lamps"].alive


@pytest.mark.usefixtures("lamps")
def test_a_link_is_made_once_and_for_an_entry_of_the_ledger(engine: Engine) -> None:
    tie(engine, ReleaseLink())
    with pytest.raises(LinkError, match="already"):
        tie(engine, ReleaseLink())
    with pytest.raises(UnknownDataset):
        tie(engine, ReleaseLink(), "road.none")


@pytest.mark.usefixtures("lamps")
def test_links_are_kept_by_command(home: Home, gateway: Gateway) -> None:
    url = gateway.says("/good", {"rows": [ROW]})

    def run(*words: str, status: int = 0) -> str:
        result = CliRunner().invoke(ybz, list(words))
        assert result.exit_code == status, result.output
        return result.output

    run("link", "allow", "network", "127.0.0.0/8", "--reason", "内网网关", "--by", "安全员")
    assert "内网网关" in run("link", "destinations")
    made = json.loads(
        run(
            "link",
            "add",
            "road.lamps",
            "interface",
            "--url",
            url,
            "--rows",
            "rows",
            "--field",
            "code",
            "--json",
        )
    )
    assert "not tested yet" in run("link", "list", "road.lamps")
    assert "1 of 1 links live" in run("link", "probe", "road.lamps")
    assert "alive, it answers with all 1 fields" in run("link", "show", made["id"])
    assert json.loads(run("link", "rate", "--json"))["share"] == 1.0
    run("link", "remove", made["id"], "--reason", "下线")
    assert json.loads(run("link", "list", "--json")) == []
