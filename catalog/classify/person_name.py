"""Names of persons 姓名: a known surname, one or two characters more, and a column that says so.

Many words begin like a surname. Without a telling name nearly all values must match, most of them be
different, and their last character vary (places end in 区 or 村, firms in 店).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from ruamel.yaml import YAML

from catalog.classify.column import Column
from catalog.classify.finding import Evidence

_NAME: Final = re.compile(
    r"姓名|名字|法定代表人|法人代表|负责人|联系人|申请人|来电人|户主|经办人|监护人|患者|参保人|当事人"
    r"|person_?name|full_?name|patient_?name|applicant|contact_?name|owner_?name|legal_?rep|caller|xingming"
    r"|(^|_)xm$",
    re.I,
)
# Names of things: their columns hold words that may begin like a surname.
_OTHER: Final = re.compile(
    r"编号|代码|电话|号码|地址|数|单位|企业|机构|公司|部门|名称|_id$|_no$|_code$|phone|tel|address|company|dept",
    re.I,
)
_LEAST_SAMPLE: Final = 20
_LEAST_DISTINCT: Final = 0.1
_MOST_SAME_ENDING: Final = 0.2


def detect(column: Column) -> Evidence | None:
    """Evidence that the column holds names of persons."""
    if not column.is_text or not column.longest >= 2:
        return None
    if column.named(_OTHER):
        return None
    named = column.named(_NAME)
    hits = column.matching(_expression())
    share = len(hits) / column.sample if column.sample else 0.0
    if named:
        found = share >= column.limits.share
    else:
        found = share >= column.limits.share_without_name and _varied(hits)
    return Evidence("person_name", column.sample, share, named) if found else None


def _varied(hits: pa.Array) -> bool:
    if len(hits) < _LEAST_SAMPLE:
        return False
    endings = pc.value_counts(pc.utf8_slice_codeunits(hits, -1)).field("counts")
    distinct = len(pc.unique(hits)) / len(hits)
    return distinct >= _LEAST_DISTINCT and pc.max(endings).as_py() / len(hits) <= _MOST_SAME_ENDING


@cache
def _expression() -> str:
    lists = YAML(typ="safe").load(Path(__file__).with_name("surnames.yaml").read_text(encoding="utf-8"))
    single = re.sub(r"\s", "", lists["single"])
    character = r"[\x{4e00}-\x{9fff}*＊]"
    surname = f"(?:{'|'.join(lists['double'])}|[{single}])"
    # Names of several ethnic groups join their parts by a middle dot.
    joined = r"[\x{4e00}-\x{9fff}]{1,10}(?:·[\x{4e00}-\x{9fff}]{1,10})+"
    return f"^(?:{surname}{character}{{1,2}}|{joined})$"
