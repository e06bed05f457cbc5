"""Settings come from the environment, then the file, then what is shipped; what is none is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalog.home import Home
from catalog.settings import reading as settings
from catalog.settings.known import BY_NAME, FAMILIES, SETTINGS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file of an installation the environment names; nothing else is set."""
    for name in BY_NAME:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("YBZ_HOME", str(tmp_path))
    return tmp_path / "settings.yaml"


def write(file: Path, text: str, mode: int = 0o600) -> None:
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)


def test_the_environment_goes_before_the_file_and_the_file_before_what_is_shipped(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.value("YBZ_LOG_LEVEL") == "info"
    write(file, "log_level: error\nport: 9000\n")
    assert (settings.value("YBZ_LOG_LEVEL"), settings.number("YBZ_PORT")) == ("error", 9000)
    monkeypatch.setenv("YBZ_LOG_LEVEL", "debug")
    assert settings.value("YBZ_LOG_LEVEL") == "debug"
    origins = {one.name: one.origin for one in settings.listing()}
    assert (origins["YBZ_LOG_LEVEL"], origins["YBZ_PORT"], origins["YBZ_HOST"]) == (
        "environment",
        "file",
        "default",
    )


def test_a_file_elsewhere_is_read_where_it_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = file.with_name("other.yaml")
    write(other, "port: 9001\n")
    monkeypatch.setenv("YBZ_SETTINGS", str(other))
    assert settings.number("YBZ_PORT") == 9001


def test_a_file_that_is_named_and_not_there_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YBZ_SETTINGS", str(file.with_name("none.yaml")))
    with pytest.raises(settings.SettingsError, match=r"none\.yaml, which is not there"):
        settings.value("YBZ_PORT")


def test_the_store_is_the_one_the_file_names(file: Path) -> None:
    write(file, "database_url: postgresql+psycopg://ybz@db/ledger\n")
    assert Home(file.parent).database_url == "postgresql+psycopg://ybz@db/ledger"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("databse_url: sqlite:///x\n", "settings.yaml:1: no setting is called databse_url"),
        ("port: 9000\nhome: /x\n", "settings.yaml:2: no setting is called home"),
        ("host: h\nport: many\n", "settings.yaml:2: port is a whole number from 0 to 65535"),
        ("port: 70000\n", "settings.yaml:1: port is a whole number from 0 to 65535"),
        ("log_level: loud\n", "log_level is one of debug, info, warning, error"),
        ("mail_password: [a]\n", "settings.yaml:1: mail_password is one text or number"),
        ("- port\n", "holds no settings"),
        ("port: [\n", "is no YAML"),
        ("port: 9000\nport: 9001\n", "settings.yaml:2: this name stands there twice"),
        ("YBZ_PORT: 9000\n", "no setting is called YBZ_PORT — did you mean port?"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(file: Path, text: str, said: str) -> None:
    write(file, text)
    with pytest.raises(settings.SettingsError, match=re.escape(said)) as refused:
        settings.require()
    assert "\n" not in str(refused.value)


def test_a_near_name_is_offered(file: Path) -> None:
    write(file, "databse_url: sqlite:///x\n")
    with pytest.raises(settings.SettingsError, match="did you mean database_url"):
        settings.require()


def test_an_unknown_name_in_the_environment_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YBZ_SECRET_LICENCES", "a password")
    settings.require()
    monkeypatch.setenv("YBZ_DATABASE", "x")
    with pytest.raises(settings.SettingsError, match="no setting is called YBZ_DATABASE — did you mean"):
        settings.require()


def test_a_file_with_a_secret_that_others_may_read_is_refused(file: Path) -> None:
    write(file, "port: 9000\n", mode=0o644)
    settings.require()
    for text in ("mail_password: geheim\n", "database_url: postgresql+psycopg://u:geheim@h/d\n"):
        write(file, text, mode=0o640)
        with pytest.raises(settings.SettingsError, match="chmod 600") as refused:
            settings.require()
        assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("YBZ_MAIL_PASSWORD", "geheim"),
        ("YBZ_METRICS_TOKEN", "geheim"),
        ("YBZ_DATABASE_URL", "postgresql+psycopg://u:geheim@db:5432/ledger"),
        ("YBZ_DATABASE_URL", "postgresql+psycopg://u:ge#he?im@db/ledger?password=geheim"),
        ("YBZ_ENGINE_URL", "sc://spark:15002/;token=geheim"),
    ],
)
def test_no_secret_is_shown(file: Path, monkeypatch: pytest.MonkeyPatch, name: str, held: str) -> None:
    monkeypatch.setenv(name, held)
    shown = {one.name: one.value for one in settings.listing()}[name]
    assert shown
    assert "ge" not in shown.replace("ledger", "")


def test_every_variable_the_code_reads_is_a_setting_and_is_read_in_one_place() -> None:
    names, readers = set(), set()
    for path in (p for room in ("catalog", "space", "pipelines") for p in (ROOT / room).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        names |= set(re.findall(r"\bYBZ_[A-Z][A-Z_]*[A-Z]\b", text))
        if re.search(r"environ\b[^\n]*YBZ_", text):
            readers.add(path.relative_to(ROOT).as_posix())
    assert {name for name in names if not f"{name}_".startswith(FAMILIES)} <= set(BY_NAME)
    assert readers == {"catalog/settings/reading.py"}
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


def test_every_setting_is_listed_in_the_page_for_operators() -> None:
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    for setting in SETTINGS:
        assert f"`{setting.name}`" in page, setting.name
