"""The safety city as a real installation: catalogued, built, granted and served, by registered commands.

Decides nothing about safety: what answers is the product.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from examples.attack import contracts, papers, rows
from examples.demo.commands import Commands

_TERM: Final = timedelta(days=30)
_STARTS_WITHIN_S: Final = 60.0
# A query without an answer is asked so often before the run says that nothing was decided.
_TRIES: Final = 4
_BY: Final = "数据局 安全官"
_SECOND: Final = "数据局 局长"


@dataclass(frozen=True, slots=True)
class Said:
    """What came back for one query.

    Attributes:
        status: of the last answer; 503 where none came in time.
        body: of that answer.
        tries: how often it was asked until there was a decision, or patience ended.
    """

    status: int
    body: dict[str, Any]
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Caller:
    """Who attacks: one organisation under one grant.

    Attributes:
        grant: id of the grant.
        token: bearer token.
        port: of the served interface.
        pause_s: between two tries.
    """

    grant: str
    token: str
    port: int
    pause_s: float = 5.0

    def ask(self, sql: str) -> Said:
        """Send one query over HTTP, again where a busy machine made no decision."""
        for tries in range(1, _TRIES + 1):
            status, body = self._once(sql)
            if status != 503:
                break
            if tries < _TRIES:
                time.sleep(self.pause_s)
        return Said(status, body, tries)

    def _once(self, sql: str) -> tuple[int, dict[str, Any]]:
        body = json.dumps({"grant": self.grant, "purpose": papers.PURPOSE, "sql": sql}).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=180)
        try:
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
            connection.request("POST", "/v1/queries", body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except TimeoutError:
            return 503, {"code": "http.no_answer"}
        finally:
            connection.close()


def build(folder: Path, tables: dict[str, rows.Table]) -> Commands:
    """Make the installation in ``folder`` and release its four tables."""
    os.environ["YBZ_HOME"] = str(folder / "var")
    day = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    papers.write(folder / "var" / "rules", "privacy_budgets.yaml", papers.allowance(day))
    data = folder / "data"
    data.mkdir(parents=True)
    for name, table in tables.items():
        rows.write(data, name, table)
    commands = Commands()
    commands.run("init")
    commands.run("catalog", contracts.write(folder))
    commands.run("build")
    return commands


def sign(commands: Commands, folder: Path, mode: str, tables: dict[str, rows.Table]) -> tuple[str, str]:
    """Ask for, permit and sign the grant of a mode; its id and a token of its holder."""
    until = datetime.now(ZoneInfo("Asia/Shanghai")).date() + _TERM
    _do_without_missing_walls(commands, until)
    paper = papers.write(folder / "papers", f"request-{mode}.json", papers.request(mode, tables, until))
    if mode == "dp":
        _agree(commands, folder, tables, until)
    filed = commands.json("request", "new", paper)
    if filed["missing"]:
        raise click.ClickException(f"the request lacks {', '.join(map(str, filed['missing']))}")
    basis = "政务数据共享条例（国务院令第809号）第二十条"
    for person in (_BY, _SECOND):  # sensitive personal information takes two people
        if any(item["answer"] is None for item in filed["items"]):
            filed = commands.json("decide", filed["id"], "--permit", "--basis", basis, "--by", person)
    code = papers.CALLERS[mode]["code"]
    paper = papers.write(folder / "papers", f"terms-{mode}.json", papers.terms(mode, tables, until))
    signed = commands.json(
        "grant", "new", paper, "--to", code, "--from", contracts.DEPARTMENT["code"], "--by", _BY
    )
    token = commands.json("grant", "token", code, "--by", _BY)
    return str(signed["id"]), str(token["token"])


def _agree(commands: Commands, folder: Path, tables: dict[str, rows.Table], until: date) -> None:
    """Let an agreement and a scenario stand behind what the operator asks for."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    paper = papers.write(folder / "papers", "agreement.json", papers.agreement(tables, today, until))
    commands.json("agreement", "draft", paper, "--by", _BY)
    commands.json("agreement", "offer", papers.AGREEMENT, "--by", _BY)
    commands.json("agreement", "sign", papers.AGREEMENT, "--by", "何平")
    paper = papers.write(folder / "papers", "scenario.json", papers.scenario(tables, until))
    proposed = commands.json("scenario", "propose", paper, "--by", "何平")
    commands.json("scenario", "adopt", proposed["id"], "--by", _BY)


def _do_without_missing_walls(commands: Commands, until: date) -> None:
    """Two people let the safety city, which holds nobody's data, do without walls its kernel lacks."""
    said = commands.run("doctor", "--json", status=(0, 1)).json()
    if all(said["walls"].values()):
        return
    why = "the safety city holds nobody's data"
    asked = commands.json("doctor", "override", "--reason", why, "--until", until, "--by", _BY)
    commands.json("doctor", "agree", asked["id"], "--by", _SECOND)


@contextlib.contextmanager
def served() -> Iterator[int]:
    """The installation served over HTTP by ``ybz serve``; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = [sys.executable, "-m", "ybz", "serve", "--port", str(port)]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(server, port)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                connection.close()
                return
        connection.close()
        time.sleep(0.1)
    raise click.ClickException("`ybz serve` did not start — run it by hand to see why")
