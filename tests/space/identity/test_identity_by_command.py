"""People, accounts and clients by command: the first administrators, then all the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from joserfc.jwk import OKPKey

from tests.space.identity.conftest import USCC, Bureau
from ybz import ybz


def run(*words: str, status: int = 0) -> Any:
    """What a command prints as JSON."""
    done = CliRunner().invoke(ybz, [*words, "--json"])
    assert done.exit_code == status, done.output
    return json.loads(done.stdout.splitlines()[0])


def test_the_first_administrator_of_each_role_is_entered_once(bureau: Bureau) -> None:
    run("participant", "register", USCC, "数据公司", "--kind", "operator", "--region", "140581")
    assert run("participant", "show", USCC)["region"] == "140581"
    first = run("account", "first", "zhao.min", "赵敏", "--organisation", "dept-a")
    assert len(first["code"]) == 23
    again = run("account", "first", "qian.jun", "钱军", "--organisation", "dept-a", status=1)
    assert again["reasons"][0]["code"] == "identity.first"
    security = ("--organisation", "dept-a", "--role", "security_admin")
    assert run("account", "first", "qian.jun", "钱军", *security)["person"] != first["person"]
    assert {each["login"] for each in run("account", "list")} == {"zhao.min", "qian.jun"}
    twice = run("person", "enter", first["person"], "dept-a", "audit_admin", status=1)
    assert twice["reasons"][0]["code"] == "identity.administrators"


def test_a_person_comes_acts_and_leaves(bureau: Bureau) -> None:
    person = run("person", "register", "王芳", "--contact", "wang@example.cn")["id"]
    held = run("person", "enter", person, "dept-a", "clerk", "--until", "2099-12-31")["id"]
    assert run("person", "change", held)["last_day"] is None
    opened = run("account", "open", person, "wang.fang")
    assert run("account", "reset", "wang.fang")["code"] != opened["code"]
    token = run("person", "token", held, "--days", "9")
    assert token["token"].startswith("ybz_")
    shown = run("person", "show", person)
    assert [each["role"] for each in shown["memberships"]] == ["clerk"]
    assert run("person", "correct", person, "--name", "王小芳")["name"] == "王小芳"
    assert run("account", "sign-out", "wang.fang")["ended"] == 0
    assert run("account", "show", "wang.fang")["sessions"] == []
    assert run("person", "end", person)["ended_at"]
    assert len(run("person", "list")) == 1
    refused = CliRunner().invoke(ybz, ["person", "enter", person, "dept-a", "nobody"])
    assert refused.exit_code == 2
    printed = CliRunner().invoke(ybz, ["person", "show", person])
    assert "left" in printed.output


def test_a_client_is_registered_rotated_and_ended(bureau: Bureau, tmp_path: Path) -> None:
    made = run("client", "register", "dept-a", "夜间作业", "--role", "reader")
    assert made["secret"].startswith("ybzc_")
    key = tmp_path / "key.json"
    key.write_text(json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=False)), encoding="utf-8")
    rotated = run("client", "rotate", made["id"], "--key", str(key))
    assert (rotated["secret"], rotated["credential"]["kind"]) == (None, "key")
    assert [each["kind"] for each in run("client", "show", made["id"])["credentials"]] == ["secret", "key"]
    assert run("client", "revoke", made["id"])["id"] == made["id"]
    assert len(run("client", "rotate-keys")["kid"]) == 16
    assert run("client", "end", made["id"])["ended_at"]
    assert run("client", "list")[0]["id"] == made["id"]
    key.write_text(json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True)), encoding="utf-8")
    refused = run("client", "register", "dept-a", "x", "--key", str(key), status=1)
    assert refused["reasons"][0]["code"] == "identity.client_key"
