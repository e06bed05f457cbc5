"""The closed vocabularies of a contract: types, uses, sharing, cycles, rule kinds.

Decides which words a contract may use. What they mean together is :mod:`contracts.model`'s.
"""

from __future__ import annotations

from enum import StrEnum


class FieldType(StrEnum):
    """Logical type of a field (the ODCS ``logicalType`` of the same name)."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"


class Use(StrEnum):
    """What an analyst may do with a column in the space (列用途). Undeclared means ``NEVER``."""

    IDENTIFIER = "identifier"  # names a unit: stored as a pseudonym, may be joined or counted
    DIMENSION = "dimension"  # category: grouped by, compared with constants
    MEASURE = "measure"  # number with public bounds: summed, averaged
    TIME = "time"  # date or instant at a declared grain: grouped by, compared
    FILTER = "filter"  # compared with constants only
    PLAIN = "plain"  # any use, in datasets that hold no unit
    FREE_TEXT = "free_text"  # never leaves the vault
    NEVER = "never"  # never leaves the vault


class ShareType(StrEnum):
    """共享类型 (编制指南; Decree 809)."""

    UNCONDITIONAL = "unconditional"  # 无条件共享
    CONDITIONAL = "conditional"  # 有条件共享
    WITHHELD = "withheld"  # 不予共享


class ShareMethod(StrEnum):
    """共享方式 (编制指南 item 9): the first four through the sharing platform 共享平台."""

    DATABASE = "database"  # 数据库
    FILE = "file"  # 文件
    TABLES = "tables"  # 库表交换
    INTERFACE = "interface"  # 接口
    MAIL = "mail"  # 邮件
    COPY = "copy"  # 拷盘
    MEDIUM = "medium"  # 介质


class FormatCategory(StrEnum):
    """信息资源格式分类 (编制指南 item 7)."""

    DOCUMENT = "document"  # 电子文件
    SPREADSHEET = "spreadsheet"  # 电子表格
    DATABASE = "database"  # 数据库
    IMAGE = "image"  # 图形图像
    STREAM = "stream"  # 流媒体
    SELF_DESCRIBED = "self_described"  # 自描述格式


class ItemType(StrEnum):
    """Type letters of a data item 信息项数据类型 (编制指南 item 8)."""

    TEXT = "C"  # 字符
    NUMBER = "N"  # 数值
    MONEY = "Y"  # 货币
    DATE = "D"  # 日期
    INSTANT = "T"  # 日期时间
    LOGICAL = "L"  # 逻辑
    MEMO = "M"  # 备注
    GENERAL = "G"  # 通用
    DOUBLE = "B"  # 双精度
    WHOLE = "I"  # 整型
    FLOAT = "F"  # 浮点


class UpdateCycle(StrEnum):
    """更新周期 (编制指南 item 11)."""

    REALTIME = "realtime"
    DAILY = "daily"
    WEEKLY = "weekly"
    TEN_DAYS = "ten_days"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    IRREGULAR = "irregular"


class Secrecy(StrEnum):
    """涉密属性. Only ``NONE`` may enter the ledger."""

    NONE = "none"
    WORK = "work"  # 工作秘密
    STATE = "state"  # 国家秘密


class Action(StrEnum):
    """What a breach of a rule does."""

    QUARANTINE = "quarantine"  # the row leaves the release, with the rule as its reason
    STOP = "stop"  # the release does not happen
    WARN = "warn"  # counted in the quality score


class RuleKind(StrEnum):
    """Kinds of quality rules. ``args`` of each kind are documented on :class:`Rule`."""

    REQUIRED = "required"
    UNIQUE = "unique"
    ALLOWED = "allowed"
    RANGE = "range"
    LENGTH = "length"
    PATTERN = "pattern"
    CHECK_DIGIT = "check_digit"
    COMPARE = "compare"
    COORDINATES = "coordinates"
    REFERENCE = "reference"
    AGREEMENT = "agreement"
    ORDER = "order"
    PERIOD_COUNT = "period_count"
    ROW_COUNT = "row_count"
    FRESHNESS = "freshness"


class Dimension(StrEnum):
    """Quality dimensions of GB/T 36344-2018, by their ODCS names."""

    CONFORMITY = "conformity"  # 规范性
    COMPLETENESS = "completeness"  # 完整性
    ACCURACY = "accuracy"  # 准确性
    CONSISTENCY = "consistency"  # 一致性
    TIMELINESS = "timeliness"  # 时效性
    ACCESSIBILITY = "accessibility"  # 可访问性 (ours; ODCS has no such value)


class SourceFormat(StrEnum):
    """Physical form in which a department delivers."""

    CSV = "csv"
    EXCEL = "excel"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"
    DELTA = "delta"
    SQL = "sql"


class LoadKind(StrEnum):
    """What a delivery stands for 加载方式."""

    FULL = "full"  # 全量: the whole dataset; what is missing is gone
    INCREMENTAL = "incremental"  # 增量: rows from a watermark on, merged by key
    APPEND = "append"  # 追加: rows that are added and never change
    CHANGES = "changes"  # 变更日志: each row says what happened to its key


class DriftAction(StrEnum):
    """What a difference between a delivery and its layout does."""

    IGNORE = "ignore"  # reported, nothing else
    QUARANTINE = "quarantine"  # the rows concerned leave the release, with the drift as their reason
    STOP = "stop"  # the release does not happen


class CleaningKind(StrEnum):
    """Kinds of cleaning steps. ``args`` of each are documented on ``Cleaning``."""

    TRIM = "trim"  # white space at both ends, full-width and no-break blanks too
    COLLAPSE = "collapse"  # runs of white space become one blank
    HALF_WIDTH = "half_width"  # full-width letters, digits and signs become ASCII
    UPPER = "upper"
    MAP = "map"  # whole cells by a table
    REPLACE = "replace"  # by an RE2 pattern
    STRIP = "strip"  # a prefix or suffix
    SCALE = "scale"  # a number with a unit, to the unit of the field
    TOP_CODE = "top_code"  # "651以上", "≥651": the bound alone


class Composition(StrEnum):
    """What one row of a composed dataset stands for (architecture: data at rest)."""

    UNIT_LEVEL = "unit_level"
    STATISTICAL = "statistical"


class Readers(StrEnum):
    """Who a statistical dataset is made for: it decides how its figures are made safe when it is built."""

    ADMINISTRATION = "administration"  # departments: cells of few units are withheld
    OPERATORS = "operators"  # also parties outside: figures about persons carry noise
