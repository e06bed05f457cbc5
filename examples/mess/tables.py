"""The fifteen tables, each with the headings departments print for one column and how its cells are made.

Decides content only; how a file looks is :mod:`examples.mess.looks`'s. All persons, firms and places
are invented; check digits are right.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np

from contracts.codes import resident_check
from examples.city.codes import credit_codes

Cell = str | int | float | dt.date | dt.datetime
Maker = Callable[[Random, int], Cell]

STREETS = ("城东街道", "城西街道", "南湖街道", "北关街道", "新河镇", "柳林镇")
YEARS = tuple(range(2016, 2024))
_FIRST_DAY = dt.date(2021, 1, 1)


@dataclass(frozen=True)
class Column:
    """One column: its usual heading, others it is sent under, and its cells."""

    name: str
    make: Maker
    others: tuple[str, ...] = ()
    key: bool = False


@dataclass(frozen=True)
class Table:
    """One table of a department.

    Attributes:
        name: what people call it; words of it stand in most file names and titles.
        department: the folder it is sent in.
        columns: in the usual order; those of the key are never left out.
        measure: the column of a statistical table that may be sent with its years side by side.
    """

    name: str
    department: str
    columns: tuple[Column, ...]
    measure: str = ""


def _person(_random: Random, n: int) -> str:
    born = dt.date(1940, 1, 1) + dt.timedelta(days=n * 37 % 28000)
    stem = f"990101{born:%Y%m%d}{n % 1000:03d}"
    return stem + resident_check(stem)


def _name(random: Random, _n: int) -> str:
    return (
        random.choice("赵钱孙李周吴郑王冯陈")
        + random.choice("伟芳娜敏静丽强磊军洋")
        + random.choice("平明华宁文安")
    )


def _day(random: Random, _n: int) -> dt.date:
    return _FIRST_DAY + dt.timedelta(days=random.randrange(1200))


def _instant(random: Random, n: int) -> dt.datetime:
    return dt.datetime.combine(_day(random, n), dt.time(random.randrange(24), random.randrange(60), 7))


def _disabled(random: Random, n: int) -> str:
    return f"{_person(random, n)}{n % 7 + 1}{n % 4 + 1}"


def _hour(_random: Random, n: int) -> dt.datetime:
    return dt.datetime(2021, 1, 1) + dt.timedelta(hours=n)


def _of(*words: str) -> Maker:
    return lambda random, _n: random.choice(words)


def _whole(low: int, high: int) -> Maker:
    return lambda random, _n: random.randint(low, high)


def _figure(low: float, high: float, places: int = 2) -> Maker:
    return lambda random, _n: round(random.uniform(low, high), places)


def _code(prefix: str, width: int) -> Maker:
    return lambda _random, n: f"{prefix}{n:0{width}d}"


def _firm(_random: Random, n: int) -> str:
    return str(credit_codes("91", "990100", np.array([50_000 + n], dtype=np.int64))[0])


def _company(kind: str) -> Maker:
    return lambda random, n: f"云州{random.choice('恒盛德瑞安宏')}{random.choice('达通源隆泰兴')}{n}{kind}"


_SEX = Column("性别", _of("男", "女"))
_STREET = Column("街道", _of(*STREETS), ("所属街道",))

TABLES: tuple[Table, ...] = (
    Table(
        "低保对象",
        "民政局",
        (
            Column("身份证号", _person, ("公民身份号码", "身份证号码"), key=True),
            Column("姓名", _name),
            _SEX,
            Column("低保证号", _code("DB", 8), ("低保证编号",)),
            Column("保障人数", _whole(1, 6), ("享受人数",)),
            Column("保障金额", _figure(300, 1800), ("保障金额（元）", "低保金额")),
            Column("救助类型", _of("A类", "B类", "C类"), ("救助类别",)),
            Column("审批日期", _day, ("核准日期",)),
        ),
    ),
    Table(
        "高龄津贴",
        "民政局",
        (
            Column("身份证号", _person, ("公民身份号码", "身份证号码"), key=True),
            Column("姓名", _name),
            _SEX,
            Column("年龄段", _of("八十至八十九", "九十至九十九", "百岁及以上"), ("年龄档次",)),
            Column("津贴标准", _of("100", "300", "1000"), ("津贴标准（元）",)),
            Column("开户银行", _of("云州农商行", "邮储银行", "工商银行"), ("开户行",)),
            Column("首发日期", _day, ("首次发放日期",)),
        ),
    ),
    Table(
        "养老机构",
        "民政局",
        (
            Column("统一社会信用代码", _firm, ("社会信用代码",), key=True),
            Column("机构名称", _company("养老院"), ("养老机构名称",)),
            Column("床位数", _whole(20, 400), ("核定床位数",)),
            Column("入住人数", _whole(5, 300), ("在住人数",)),
            Column("护理型床位", _whole(5, 200), ("护理床位数",)),
            Column("星级", _of("一星", "二星", "三星", "四星"), ("评定星级",)),
            Column("备案日期", _day, ("备案时间",)),
        ),
    ),
    Table(
        "残疾人证",
        "残疾人联合会",
        (
            Column(
                "残疾人证号",
                lambda r, n: _person(r, n) + str(n % 7 + 1) + str(n % 4 + 1),
                ("残疾证号",),
                key=True,
            ),
            Column("姓名", _name),
            Column("残疾类别", _of("肢体", "视力", "听力", "言语", "智力", "精神", "多重"), ("残疾种类",)),
            Column("残疾等级", _of("一级", "二级", "三级", "四级"), ("残疾级别",)),
            Column("监护人", _name, ("监护人姓名",)),
            Column("发证日期", _day, ("发证时间",)),
            _STREET,
        ),
    ),
    Table(
        "企业登记",
        "市场监督管理局",
        (
            Column("统一社会信用代码", _firm, ("社会信用代码",), key=True),
            Column("企业名称", _company("有限公司"), ("市场主体名称",)),
            Column("行业", _of("制造业", "批发和零售业", "住宿和餐饮业", "建筑业"), ("所属行业",)),
            Column("注册资本（万元）", _figure(10, 5000, 1), ("注册资本(万元)", "注册资金（万元）")),
            Column("成立日期", _day, ("注册日期",)),
            Column("登记状态", _of("存续", "注销", "吊销"), ("经营状态",)),
            _STREET,
        ),
    ),
    Table(
        "食品经营许可",
        "市场监督管理局",
        (
            Column("许可证编号", _code("JY19901", 7), ("许可证号",), key=True),
            Column("经营者名称", _company("餐馆"), ("经营者",)),
            Column("统一社会信用代码", _firm, ("社会信用代码",)),
            Column("主体业态", _of("餐饮服务经营者", "食品销售经营者", "单位食堂"), ("业态",)),
            Column("风险等级", _of("甲", "乙", "丙", "丁"), ("风险级别",)),
            Column("有效期至", _day, ("有效期截止日期",)),
            Column("签发人", _name),
        ),
    ),
    Table(
        "公交站点",
        "交通运输局",
        (
            Column("站点编号", _code("ZD", 6), ("站点编码",), key=True),
            Column("站点名称", lambda _r, n: f"第{n}路口", ("站名",)),
            Column("经度", _figure(118.1, 118.9, 6)),
            Column("纬度", _figure(31.1, 31.9, 6)),
            Column("途经线路数", _whole(1, 20), ("线路数",)),
            Column("候车亭", _of("有亭", "无亭"), ("候车亭情况",)),
        ),
    ),
    Table(
        "热线工单",
        "政务服务管理办公室",
        (
            Column("工单编号", _code("GD2023", 7), ("工单号",), key=True),
            Column("来电时间", _instant, ("受理时间",)),
            Column("诉求类型", _of("咨询", "投诉", "求助", "建议"), ("诉求类别",)),
            Column("承办单位", _of("城管局", "水务局", "住建局", "交通局"), ("承办部门",)),
            Column("办结时间", _instant, ("办结日期",)),
            Column("满意度", _of("满意", "基本满意", "不满意"), ("满意度评价",)),
        ),
    ),
    Table(
        "空气监测",
        "生态环境局",
        (
            Column("监测点位", _of("市监测站", "城东", "高新区", "南湖"), ("监测站点",), key=True),
            Column(
                "监测时间",
                _hour,
                ("监测日期",),
                key=True,
            ),
            Column("PM2.5", _whole(3, 180), ("PM2.5（μg/m³）",)),
            Column("PM10", _whole(8, 260), ("PM10（μg/m³）",)),
            Column("SO2", _whole(1, 40), ("二氧化硫",)),
            Column("首要污染物", _of("细颗粒物", "臭氧", "可吸入颗粒物"), ("主要污染物",)),
            Column("空气质量等级", _of("优", "良", "轻度污染"), ("质量等级",)),
        ),
    ),
    Table(
        "居民用水",
        "水务局",
        (
            Column("用水户号", _code("S", 9), ("户号",), key=True),
            Column("水表编号", _code("B00", 8), ("水表号",)),
            Column("用水性质", _of("居民生活", "非居民", "特种行业"), ("用水类别",)),
            Column("用水量", _whole(1, 90), ("用水量（立方米）", "本期用水量")),
            Column("水费金额", _figure(3, 400), ("水费（元）", "应缴水费")),
            Column("抄表日期", _day, ("抄表时间",)),
        ),
    ),
    Table(
        "学校",
        "教育局",
        (
            Column("学校标识码", _code("21", 8), ("学校代码",), key=True),
            Column("学校名称", lambda _r, n: f"云州市第{n}学校"),
            Column("办学类型", _of("小学", "初级中学", "完全中学", "幼儿园"), ("办学类别",)),
            Column("在校学生数", _whole(80, 3000), ("在校生数",)),
            Column("专任教师数", _whole(8, 240), ("专任教师",)),
            Column("建校年份", _whole(1905, 2020), ("建校年",)),
            _STREET,
        ),
    ),
    Table(
        "医保结算",
        "医疗保障局",
        (
            Column("结算单号", _code("JS", 12), ("结算编号",), key=True),
            Column("参保人身份证号", _person, ("参保人身份证号码",)),
            Column("医疗机构", _of("市第一医院", "市中医院", "城东卫生院"), ("定点医疗机构",)),
            Column("结算日期", _day, ("结算时间",)),
            Column("总费用", _figure(20, 9000), ("医疗总费用", "总费用（元）")),
            Column("统筹支付", _figure(10, 7000), ("统筹基金支付",)),
            Column("险种", _of("职工医保", "居民医保"), ("险种类型",)),
        ),
    ),
    Table(
        "不动产登记",
        "自然资源和规划局",
        (
            Column("不动产单元号", _code("990101001001GB", 14), ("不动产单元编号",), key=True),
            Column("权利人", _name, ("权利人姓名",)),
            Column("坐落", lambda r, n: f"云州市{r.choice(STREETS)}{n}号", ("房屋坐落",)),
            Column("建筑面积", _figure(20, 240), ("建筑面积（平方米）",)),
            Column("房屋用途", _of("住宅", "商业", "办公"), ("用途",)),
            Column("登簿日期", _day, ("登簿时间",)),
        ),
    ),
    Table(
        "常住人口",
        "统计局",
        (
            Column("街道代码", _code("9901", 5), ("乡镇街道代码",), key=True),
            Column("街道名称", lambda r, n: f"{r.choice('青白红金玉')}{r.choice('山水桥塘岭')}{n}街道"),
            Column("年份", _of("2019"), ("年度",), key=True),
            Column("常住人口", _whole(3000, 90000), ("常住人口（人）",)),
        ),
        measure="常住人口",
    ),
    Table(
        "工业增加值",
        "统计局",
        (
            Column("行业小类代码", _code("", 4), ("小类代码",), key=True),
            Column("行业小类", lambda r, n: f"{r.choice('机电轻化精')}{r.choice('械子工材密')}制造{n}"),
            Column("年份", _of("2019"), ("年度",), key=True),
            Column("增加值（亿元）", _figure(1, 90, 1), ("工业增加值（亿元）",)),
        ),
        measure="增加值（亿元）",
    ),
)
