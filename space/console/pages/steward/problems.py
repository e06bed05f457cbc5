"""What keeps a contract from being used, in the reader's language: the interface words it in English.

Decides the Chinese of what a form can bring about; what is none of it is told in English, and said to be so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from space.console.language import Language

# By the beginning of the remedy, which says what to do whatever is at fault.
_REMEDIES: Final = (
    ("use lower-case letters", "请用小写字母、数字和下划线，字母开头"),
    ("set use: identifier", "标识对象的信息项，用途要选“标识（假名化）”；不是标识的，“标识谁”请选“不是标识”"),
    ("swap them", "下限大于上限，请对调"),
    ("rename one", "和另一处重名，请改掉一个"),
    ("add units", "请填写每个对象最多几行"),
    ("set primaryKey", "请把能区分每一行的信息项勾选为主键"),
    ("set its type to string", "代码类的信息项，类型请选“文本”"),
    ("codes are texts", "代码类的信息项，类型请选“文本”"),
    ("name a date", "这里要用日期或日期时间类的信息项"),
    ("correct allowed", "上下限和只能取的值对不上，请改正"),
    ("say it in RE2", "格式（正则）的写法不对，请按 RE2 语法写"),
    ("name one that", "没有这个数据元标准，请重新选择"),
    ("write allowed", "是/否类的信息项没有上下限，请去掉"),
    ("put the bound", "上下限的写法和类型不符，请改正"),
    ("remove it", "这里不适用，请去掉"),
    ("write one of", "不是可选的值，请重新选择"),
    ("correct the name", "提到的信息项不存在，请改正"),
    ("every row needs its key", "主键不能为空，请换一个信息项作主键"),
)
# What drafting is unsure of, after the heading of the column.
_DOUBTS: Final = (
    (
        r"sums and averages lean to the bounds of top-coded values",
        "有“以上”“以下”一类的写法，求和、平均会偏向上下限",
    ),
    (r"cells without a unit are read as (\S+)", r"有的单元格没写单位，按“\1”读取"),
    (
        r"\d+ distinct values are in scientific notation.*",
        "有的长号码变成了科学计数（如 4.4E+17），末尾数字已丢失，请把这一列设为文本重新导出",
    ),
    (r"(\S+) would also take (\S+): files are named one by one", "同名规律会带上别的文件，所以逐个写文件名"),
)


def problem(say: Language, one: Mapping[str, Any]) -> str:
    """A fault of the contract: what is wrong and what to do."""
    english = f"{one['what']} — {one['remedy']}" if one["remedy"] else str(one["what"])
    if say is Language.ENGLISH:
        return english
    remedy = str(one["remedy"])
    told = next((chinese for begins, chinese in _REMEDIES if remedy.startswith(begins)), "")
    return told or f"这里不能这样写。系统的说明是英文：{english}"


def doubt(say: Language, text: str) -> tuple[str, str]:
    """What drafting was unsure of, and the language it is told in."""
    heading, _, said = text.partition(": ")
    for pattern, chinese in _DOUBTS if say is Language.CHINESE else ():
        if re.fullmatch(pattern, said):
            return f"{heading}：{re.sub(pattern, chinese, said)}", "zh"
        if re.fullmatch(pattern, text):
            return re.sub(pattern, chinese, text), "zh"
    return text, "en"
