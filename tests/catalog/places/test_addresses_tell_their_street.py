"""An address tells the street it lies in, in the spellings people use, or tells none at all."""

from __future__ import annotations

from datetime import date

import pytest

from catalog.places.addresses import AddressList, PlaceName
from catalog.places.divisions import Division, Divisions, Succession
from policies.attribution import attributing

DAY = date(2026, 11, 1)
DIVISIONS = (
    Division("990100", "云州市"),
    Division("990101", "云湖区", "990100"),
    Division("990102", "云岭区", "990100"),
    Division("990101001", "清波街道", "990101"),
    Division("990101002", "望湖街道", "990101"),
    Division("990102001", "清波街道", "990102"),
    Division("990102003", "红旗街道", "990102", valid_to="2020-01-01"),
    Division("990102004", "石桥街道", "990102"),
    Division("990101001001", "东升社区", "990101001"),
    Division("990101002001", "东升社区", "990101002"),
    Division("990101002002", "水磨沟村", "990101002"),
)
NAMES = (
    PlaceName("滨江路", "990101001", "place", 1, 99),
    PlaceName("滨江路", "990101002", "place", 100, 300),
    PlaceName("中心街", "990101001", "place", None, None, "odd"),
    PlaceName("中心街", "990101002", "place", None, None, "even"),
    PlaceName("锦绣花园", "990102004"),
    PlaceName("老城关", "990101001", "alias"),
)
TREE = Divisions(DIVISIONS, (Succession("990102003", "990102004", "2020-01-01"),), DAY)
LIST = AddressList(DIVISIONS, NAMES, TREE, attributing(DAY))


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("云州市云湖区清波街道东升社区12号楼3单元", "990101001001"),
        ("云湖区清波街道办事处东升社区居委会12号", "990101001001"),
        ("云湖清波东升12号", "990101001001"),
        ("云湖区　清波街道，东升社区（原二轻宿舍）", "990101001001"),
        ("云湖区望湖街道", "990101002"),
        ("水磨沟村3组", "990101002002"),
        ("云湖区滨江路８８号", "990101001"),
        ("滨江路188号5栋", "990101002"),
        ("云湖区中心街7号", "990101001"),
        ("云湖区中心街18号", "990101002"),
        ("锦绣花园2栋", "990102004"),
        ("云岭区红旗街道5号", "990102004"),  # a former name
        ("云湖区老城关9号", "990101001"),
        ("云湖区清波街道清波街道东升社区", "990101001001"),
        ("云湖区望湖街道清波路3号", "990101002"),  # a road called like another street
    ],
)
def test_an_address_in_many_spellings_tells_its_division(address: str, code: str) -> None:
    told = LIST.locate(address)

    assert told.code == code
    assert 0.85 <= told.confidence <= 1


@pytest.mark.parametrize(
    ("address", "how", "near"),
    [
        ("清波街道12号", "several", "990100"),  # two districts have one
        ("云湖区东升社区", "several", "990101"),  # two streets have one
        ("云湖区", "too_coarse", "990101"),
        ("云湖区滨河路3号", "too_coarse", "990101"),
        ("云湖区滨江路", "several", "990101"),  # the road runs through two streets
        ("云湖区清波街道与望湖街道交界处", "between", ""),
        ("云湖区清波街道望湖街道", "contradiction", "990101"),
        ("本市", "no_name", ""),
        ("", "no_name", ""),
        ("清波路12号", "no_name", ""),
    ],
)
def test_an_address_that_leaves_the_street_open_tells_none_and_says_why(
    address: str, how: str, near: str
) -> None:
    told = LIST.locate(address)

    assert (told.code, told.how, told.near) == (None, how, near)


def test_what_was_assumed_lowers_the_confidence() -> None:
    full, short = LIST.locate("云湖区清波街道东升社区"), LIST.locate("云湖清波东升")

    assert full.how == "full_name"
    assert short.how == "short_name"
    assert short.confidence < full.confidence


def test_a_name_counts_only_while_it_holds() -> None:
    tree = Divisions(DIVISIONS, (), date(2019, 1, 1))
    names = [PlaceName("新建路", "990101001", valid_from="2020-01-01")]
    before = AddressList(DIVISIONS, names, tree, attributing(DAY))
    after = AddressList(DIVISIONS, names, TREE, attributing(DAY))

    assert before.locate("新建路1号").code is None
    assert before.locate("云岭区红旗街道").code == "990102003"
    assert after.locate("新建路1号").code == "990101001"


def test_a_stem_of_one_character_is_no_name() -> None:
    tree = Divisions((Division("990103", "丰县"),), (), DAY)
    found = AddressList((Division("990103", "丰县"),), (), tree, attributing(DAY))

    assert found.locate("丰收路3号").how == "no_name"
    assert found.locate("丰县").near == "990103"
