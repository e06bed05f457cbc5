"""What is stated about secrets is read whole or believed not at all."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from catalog.home import Home
from catalog.linking.secrets import FOLDER, STATED, NotStated, origin, secrets_of
from catalog.linking.settings import InterfaceLink

DOCS = Path(__file__).parents[3] / "docs" / "usage.md"
ON = date(2026, 11, 22)
OWN = "11990100MA0009EX04"


def written(home: Home, text: str) -> Path:
    folder = home.root / FOLDER
    folder.mkdir(exist_ok=True)
    path = folder / STATED
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_the_example_of_the_docs_lets_its_secret_go_where_it_says_and_from_that_day(home: Home) -> None:
    (example,) = re.findall(r"```yaml\n(- secret: .*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    written(home, example)
    secrets = secrets_of(home)
    link = InterfaceLink("https://gateway.city.example:8443/people", auth="file:civil-affairs.token")
    secrets.check(link, OWN, ON)
    for department, day in ((OWN, date(2026, 11, 21)), ("11990100MA0009EX05", ON), ("", ON)):
        with pytest.raises(NotStated):
            secrets.check(link, department, day)


def test_a_link_to_a_file_elsewhere_is_not_believed(home: Home, tmp_path: Path) -> None:
    path = written(home, "[]")
    path.rename(tmp_path / "elsewhere.yaml")
    path.symlink_to(tmp_path / "elsewhere.yaml")
    assert secrets_of(home).fault == "it is a link to a file elsewhere"


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://Host.Example/x?y=1", "https://host.example:443"),
        ("http://host.example", "http://host.example:80"),
        ("http://[::1]:8080/x", "http://::1:8080"),
        ("http://host.example./x", "http://host.example.:80"),
    ],
)
def test_an_address_is_told_by_scheme_host_and_port(url: str, same: str) -> None:
    assert origin(url) == same
