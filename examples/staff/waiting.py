"""What waits for the staff who sign in: two departments at odds, a registration, a scenario to adopt.

Decides nothing: each step is a command anybody can type, and one that was taken before is not taken again.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from examples.demo import papers
from examples.demo.commands import Commands
from examples.staff.roster import AUTHORITY, BASIS

# Both departments say that the name of a person is theirs to answer for.
CLAIMED: Final = (
    ("civil.population", "name", "户口登记机关，随更名登记更新", "云州市公安局 卫民"),
    ("civil_affairs.old_age_allowance", "name", "每季度上门走访核对，老年人现用名更准", "云州市民政局 闵征"),
)
REGISTERED: Final = "eco.air_readings"
ATTACHED: Final = ("explanation", "commitment", "risk_assessment")
FORM: Final = {
    "agent_name": "云州市生态环境局 经办", "agent_contact": "0999-6300119", "storage_place": "云州市政务云",
    "storage_way": "关系型数据库", "source_legality": "依法履职监测产生", "scenario": "环境服务",
    "evidence_reference": "本系统存证日志",
}  # fmt: skip
PROPOSED: Final = "商圈空气质量服务"
PROPOSED_FOR: Final = timedelta(days=120)


def leave(commands: Commands, folder: Path) -> None:
    """Let something wait for the data authority, for the registrar and for the implementing body.

    Args:
        commands: of the installation.
        folder: of the demonstration; papers are written beside it.
    """
    _claim(commands)
    _register(commands, folder / "papers")
    _propose(commands, folder / "papers")


def _claim(commands: Commands) -> None:
    found = commands.json("authority", "list")
    if found["sources"] or found["conflicts"]:
        return
    for dataset, field, basis, by in CLAIMED:
        commands.json("authority", "claim", dataset, field, "--basis", basis, "--by", by)


def _register(commands: Commands, place: Path) -> None:
    code, name, _ = AUTHORITY
    if not commands.json("register", "registrar", "list"):
        commands.run(
            "register", "registrar", "name", code, name, "--designated-by", name, "--basis", BASIS,
            "--by", name,
        )  # fmt: skip
    if commands.json("register", "list"):
        return
    import yaml

    place.mkdir(parents=True, exist_ok=True)
    form = place / "registration.yaml"
    commands.run("register", "form", REGISTERED, "--out", form)
    filled: dict[str, Any] = yaml.safe_load(form.read_text(encoding="utf-8"))
    form.write_text(yaml.safe_dump(filled | FORM, allow_unicode=True), encoding="utf-8")
    attached: list[object] = []
    for key in ATTACHED:
        file = place / f"{key}.txt"
        file.write_text(f"{REGISTERED} {key}\n", encoding="utf-8")
        attached += ["--attach", f"{key}={file}"]
    commands.json("register", "apply", REGISTERED, "--form", form, *attached, "--by", FORM["agent_name"])


def _propose(commands: Commands, place: Path) -> None:
    if any(one["title"] == PROPOSED for one in commands.json("scenario", "list")):
        return
    until: date = datetime.now(UTC).date() + PROPOSED_FOR
    name, fields = papers.AIR
    scenario = papers.scenario(until) | {
        "title": PROPOSED,
        "description": "按监测站点统计空气质量，为商圈经营者提供出行和营业参考",
        "items": [{"dataset": name, "fields": dict.fromkeys(fields, "比较各商圈的空气质量")}],
    }
    paper = papers.write(place, "scenario-of-air.json", scenario)
    commands.json("scenario", "propose", paper, "--by", "运营公司 李强")
