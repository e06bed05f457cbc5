"""Who signs on the first page is shown everything the act says, in words of both languages."""

from __future__ import annotations

import re

import pytest

from space.api.countersigning import ACTS
from space.console.pages.home import signatures


@pytest.mark.parametrize("door", sorted(ACTS))
def test_every_key_of_an_act_has_words_in_both_languages(door: str) -> None:
    said = dict.fromkeys(ACTS[door].body.model_fields, "x")
    places = dict.fromkeys(re.findall(r"{(\w+)}", door), "x")
    shown = signatures.stated({"places": places, "said": said})
    assert len(shown) == len(said | places)
    for (chinese, english), _ in shown:
        assert re.search(r"[\u4e00-\u9fff]", chinese), chinese
        assert re.fullmatch(r"[A-Z][a-z ]+", english), english


def test_what_has_no_words_yet_is_shown_by_its_name() -> None:
    shown = signatures.stated({"places": {}, "said": {"unheard_of": 3, "reason": ""}})
    assert shown == [(("理由", "Reason"), ""), (("unheard_of", "unheard_of"), 3)]
