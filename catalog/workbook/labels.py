"""The words a steward reads for the closed vocabularies of a contract.

Decides the Chinese label of every value; which values there are is :mod:`contracts.vocabulary`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from contracts.model import (
    Action,
    CleaningKind,
    Composition,
    Dimension,
    DriftAction,
    FieldType,
    FormatCategory,
    ItemType,
    LoadKind,
    Readers,
    RuleKind,
    Secrecy,
    ShareMethod,
    ShareType,
    SourceFormat,
    UpdateCycle,
    Use,
)

_WORDS: Final[Mapping[type[StrEnum], str]] = {
    FieldType: "string 文本 integer 整数 number 小数 date 日期 timestamp 日期时间 boolean 是否",
    Use: "identifier 标识 dimension 分类维度 measure 度量 time 时间 filter 仅筛选 plain 公开使用"
    " free_text 自由文本 never 不使用",
    ShareType: "unconditional 无条件共享 conditional 有条件共享 withheld 不予共享",
    ShareMethod: "database 数据库 file 文件 tables 库表交换 interface 接口 mail 邮件 copy 拷盘 medium 介质",
    FormatCategory: "document 电子文件 spreadsheet 电子表格 database 数据库 image 图形图像 stream 流媒体"
    " self_described 自描述格式",
    UpdateCycle: "realtime 实时 daily 每日 weekly 每周 ten_days 每旬 monthly 每月 quarterly 每季度"
    " half_yearly 每半年 yearly 每年 irregular 不定期",
    Secrecy: "none 非涉密 work 工作秘密 state 国家秘密",
    ItemType: "C 字符型 N 数值型 Y 货币型 D 日期型 T 日期时间型 L 逻辑型 M 备注型 G 通用型 B 双精度型"
    " I 整型 F 浮点型",
    Action: "quarantine 隔离该行 stop 停止发布 warn 仅计分",
    Dimension: "conformity 规范性 completeness 完整性 accuracy 准确性 consistency 一致性 timeliness 时效性"
    " accessibility 可访问性",
    RuleKind: "required 必填 unique 唯一 allowed 值域 range 数值范围 length 长度 pattern 格式"
    " check_digit 校验码 compare 字段比较 coordinates 坐标 reference 参照完整 agreement 多源一致"
    " order 时序 period_count 期内行数 row_count 行数 freshness 及时",
    SourceFormat: "csv 文本表 excel 电子表格 json JSON jsonl JSON行 parquet Parquet delta Delta sql 数据库",
    LoadKind: "full 全量 incremental 增量 append 追加 changes 变更日志",
    DriftAction: "ignore 忽略并报告 quarantine 隔离 stop 停止",
    CleaningKind: "trim 去首尾空白 collapse 合并空白 half_width 全角转半角 upper 转大写 map 对照替换"
    " replace 正则替换 strip 去前后缀 scale 单位换算 top_code 去顶码文字",
    Composition: "unit_level 逐单位 statistical 统计",
    Readers: "administration 政务部门 operators 运营机构",
}


def labels(vocabulary: type[StrEnum]) -> Mapping[str, str]:
    """Value → label of a vocabulary, in its order; a value without a label stands for itself."""
    words = _WORDS[vocabulary].split()
    known = dict(zip(words[::2], words[1::2], strict=True))
    return MappingProxyType({member.value: known.get(member.value, member.value) for member in vocabulary})
