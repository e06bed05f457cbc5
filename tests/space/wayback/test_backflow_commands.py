"""The way back on the command line."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner

from pipelines.backflow.delivering import deliver_due
from space.cli.wayback.backflow import backflow
from tests.space.wayback.moves import HOMES


def test_the_commands_list_show_acknowledge_and_balance(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    run = CliRunner()
    wanted = ["--body", "village", "--dataset", "civil.population", "--fields", "name, phone"]
    opened = run.invoke(
        backflow, ["subscribe", *wanted, "--basis", "政务数据共享条例 第24条", "--by", "张三", "--json"]
    )
    town.later(days=60)
    deliver_due(town.home, town.engine, town.now)

    listed = json.loads(run.invoke(backflow, ["list", "--json"]).stdout)
    shown = json.loads(run.invoke(backflow, ["show", listed[0]["id"], "--json"]).stdout)
    counted = json.loads(run.invoke(backflow, ["ack", listed[0]["id"], "--by", "王五", "--json"]).stdout)
    balanced = json.loads(run.invoke(backflow, ["balance", "--json"]).stdout)

    assert json.loads(opened.stdout)["fields"] == ["name", "phone"]
    assert {row["name"] for row in shown} == {"居民4", "居民5"}
    assert counted["state"] == "acknowledged"
    assert balanced == [
        {
            "id": listed[0]["id"],
            "sent_at": listed[0]["sent_at"],
            "release": listed[0]["release"],
            "area": "990102002003",
            "changed": 8,
            "delivered": 2,
            "unattributed": 1,
            "other_areas": 5,
            "balanced": True,
        }
    ]
    assert "8 = 2 + 1 + 5" in run.invoke(backflow, ["balance"]).stdout
    assert "2 added" in run.invoke(backflow, ["inbox", "--body", "village"]).stdout


def test_the_commands_fail_where_the_counts_differ(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    (sent,) = town.deliver().sent

    disputed = CliRunner().invoke(backflow, ["ack", sent.id, "--counts", "1", "0", "0", "--by", "王五"])
    balanced = CliRunner().invoke(backflow, ["balance"])

    assert (disputed.exit_code, balanced.exit_code) == (1, 1)
    assert "DIFFERS" in balanced.stdout
