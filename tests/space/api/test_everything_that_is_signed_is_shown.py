"""Who signs on the first page is shown everything the act says, in words of both languages."""

from __future__ import annotations

import re

import pytest

from space.api.parties.countersigning import ACTS
from space.api.sharing import extending
from space.console.language import Language
from space.console.pages.home import in_words, signatures


@pytest.mark.parametrize("door", sorted(ACTS))
def test_every_key_of_an_act_has_words_in_both_languages(door: str) -> None:
    said = dict.fromkeys(ACTS[door].body.model_fields, "x")
    places = dict.fromkeys(re.findall(r"{(\w+)}", door), "x")
    shown = signatures.stated({"places": places, "said": said})
    assert len(shown) == len(said | places)
    for chinese, english in (signatures.called(key) for key, _ in shown):
        assert re.search(r"[\u4e00-\u9fff]", chinese), chinese
        assert re.fullmatch(r"[A-Z][a-z ]+", english), english


def test_what_has_no_words_yet_is_shown_by_its_name() -> None:
    shown = signatures.stated({"places": {}, "said": {"unheard_of": 3, "reason": ""}})
    assert shown == [("reason", ""), ("unheard_of", 3)]
    assert [signatures.called(key) for key, _ in shown] == [("理由", "Reason"), ("unheard_of", "unheard_of")]


def waiting(door: str, said: dict[str, object]) -> dict[str, object]:
    """A signature that waits for 范恺, asked for by 舒钧."""
    return {
        "door": door, "places": {"rule": "answer_conditional"}, "said": said,
        "asked_by": {"person": "per_1", "name": "舒钧"}, "waits_for": {"person": "per_2", "name": "范恺"},
    }  # fmt: skip


SAID = {
    "approved_by": "fankai", "by": "", "purpose": "governance.administration", "method": "query",
    "kind": "open",
    "implementing_body": "119901000000000000", "rule": "answer_conditional", "extension": "answer_extension",
    "items": [{"dataset": "civil.low_income", "fields": ["category", "x"]}],
    "subject": "entry:civil.low_income",
    "reason": "technical", "words": "日志",
}  # fmt: skip
KNOWN = in_words.Known(
    {"civil.low_income": {"title": "低保对象", "fields": [{"name": "category", "title": "类别"}]}},
    {"119901000000000000": "发展改革委"},
)


def test_codes_logins_and_names_of_tables_are_shown_as_words_and_names_of_people() -> None:
    one = waiting("POST /v1/inventory/exclusions", SAID)
    told = {key: in_words.worded(Language.CHINESE, one, key, SAID[key], KNOWN) for key in SAID}
    assert told == {
        "approved_by": "范恺", "by": "舒钧", "purpose": "公共治理：依法履职",
        "method": "查询服务（可用不可见）",
        "kind": "依申请开放", "implementing_body": "发展改革委", "rule": "有条件共享答复",
        "extension": "答复延期", "items": ["低保对象（类别、x）"], "subject": "目录 低保对象",
        "reason": "系统运行表",
        "words": "日志",
    }  # fmt: skip


def test_who_consents_for_the_provider_is_not_taken_for_who_asked() -> None:
    one = waiting(
        extending.EXTENSION.door, said := {"by": "per_2", "approved_by": "shujun", "reason": "technical"}
    )
    told = {key: in_words.worded(Language.CHINESE, one, key, said[key], in_words.Known()) for key in said}
    assert told == {"by": "范恺", "approved_by": "舒钧", "reason": "technical"}, "a person's own words stay"
