"""The provident fund, public rental dwellings, repairs of buildings."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Table
from tests.classification.validation.sixth.make import cols as c
from tests.classification.validation.sixth.make import marks as m
from tests.classification.validation.sixth.make import plain as n
from tests.classification.validation.sixth.make import twists as t
from tests.classification.validation.sixth.make.people import folk

_FUND: Final = Table(
    "GJ_GRZH",
    (
        m.wallet("GRZH", "8330######~#"),
        n.code("DWZH", "0033####~"),
        m.organisation("DWZZJGDM", ""),
        c.name("ZGXM"),
        c.papers("ZJHM"),
        n.pick("ZJLX", "1*9|2|3"),
        c.mobile("FIELD12", challenge="heading"),
        c.wed("FIELD13", "1|2*3|3", challenge="heading"),
        c.pay("GRJCJS", 3000, 38000),
        n.code("JKPC", "20240~-###"),
        n.pick("DWJCBL", "0.05|0.08|0.12"),
        n.sum_of("YJCE", 300, 7800),
        n.sum_of("ZHYE", 0, 300000),
        n.pick("ZHZT", "01*7|02|05"),
        m.card("GLYHK", "622202 621700 622848", twist=t.CARD),
        n.pick("YHDM", "102|103|105"),
        m.deed("GFFCZH", missing=0.3),
        n.pick("JCPL", "1|2|3"),
        n.day("KHRQ", "%Y%m%d", 2003, 2022, challenge="lookalike"),
        n.code("ZXJGDM", "0#"),
    ),
    rows=44,
    about=folk("330106 330102", born=(1966, 2001)),
    persons=True,
)

_LOANS: Final = Table(
    "贷款台账_2024Q3",
    (
        n.code("合同编号", "杭公贷2024字第0####号"),
        c.name("主借款人"),
        c.rid("主借身份证", twist=t.ID),
        m.deed("名下另一套产权证号", missing=0.5),
        c.pay("家庭月收入合计", 8000, 48000, "{:.0f}"),
        n.sum_of("贷款额（万元）", 20, 100, "{:.1f}"),
        n.pick("期限(年)", "10|15|20|30"),
        n.pick("利率", "3.1%|2.85%"),
        m.deed("产权证", "浙(2024)杭州市不动产权第0#####~号*3|预告登记", twist=t.HALF_WIDE),
        n.code("买卖合同备案号", "2024预####~##", challenge="lookalike"),
        c.home("抵押物坐落", "short"),
        m.card("扣款账户", length=19, twist=t.SPACED),
        m.wallet("冲还贷公积金账号", "8330######~#"),
        m.firm("开发商", "房地产开发 置业"),
        m.firm_card("开发商监管户"),
        n.num("面签窗口", 1, 18, "{}号"),
        n.pick("逾期期数", "0*8|1|2|3"),
        n.own("信贷员", "X##", challenge="heading"),
        m.mail("对账单邮箱"),
        n.day("放款日", "%Y/%-m/%-d", 2024, 2024),
    ),
    rows=32,
    about=folk("330106", born=(1970, 2000)),
    persons=True,
)

_RENT: Final = Table(
    "GZF_SQJT",
    (
        n.code("申请编号AFFAIR_NO", "GZ2024######"),
        c.name("申请人NAME"),
        c.rid("证件CARDNO"),
        c.crime("刑罚记录CRIM", "无*8|拒不执行判决罪|诈骗罪缓刑期内"),
        m.vin("车架VINNO", missing=0.5),
        c.home("现居XZDZ", "flat", twist=t.DIRTY),
        m.deed("现房产证HOUSECERT", "杭房权证西移字第########号|杭房权证上更字第########号", missing=0.3),
        m.deed("父母房产HOUSECERT2", missing=0.4),
        c.pay("人均收入AVGINC", 800, 5200),
        c.disability("残疾HANDI", missing=0.7),
        m.plate("车辆CARNO", missing=0.5),
        n.sum_of("车价CARVAL", 3, 20, "{:.1f}"),
        m.local_permit("居住证JZZNO", "330100###########", missing=0.4),
        m.permit("港澳台居住证GATJZZ", missing=0.6),
        n.num("人口POP", 1, 5),
        n.pick("户型HX", "一居|二居|三居"),
        n.code("选房号XFH", "A###|B###"),
        n.num("轮候序号QUEUE", 1, 4000),
        m.post("备用B6", challenge="heading"),
        c.text(
            "家庭情况FAMILY",
            ["配偶{n}，{i}，待业", "子{n}在读；母{n}同住", "与{n}离婚，子女随女方，电话{m}"],
            grade=3,
        ),
        n.pick("审核AUDIT", "Y|N|P"),
        m.region("街道STREETCD", "00#", base=m.CITY),
    ),
    rows=36,
    about=folk("330106"),
    persons=True,
)

_REPAIR: Final = Table(
    "wxzj_use",
    (
        n.code("use_no", "WX202$####"),
        n.made(
            "xqmc",
            lambda r, row, i: r.choice(("锦绣花园", "翠苑新村", "晨光公寓", "金桂苑")),
            challenge="lookalike",
        ),
        m.licence("wygs_yyzzh"),
        n.num("zhs", 40, 900),
        n.listed("wxxm", ["屋面防水", "电梯更换", "外墙渗漏", "水泵维修"]),
        n.sum_of("ysje", 3000, 400000),
        m.firm("wygs", "物业服务 物业管理"),
        m.organisation("wygs_dm"),
        m.uscc("wygs_tydm"),
        m.firm_card("skzh"),
        c.name("ex1", challenge="heading"),
        c.mobile("ex2", challenge="heading"),
        c.tel("wyfwdh", "0571-8#######"),
        n.num("ldsl", 1, 30),
        m.post("yb"),
        m.point("zb_x", "{lon:.5f}"),
        n.pick("sh_zt", "初审|复审|已拨付"),
        n.num("tyhs_pct", 67, 99, "{}%"),
        n.day("gsrq", "%Y%m%d"),
    ),
    rows=26,
    about=folk(),
)

SOURCES: Final = {
    "gongjijin_hexin": (_FUND, _LOANS),
    "gongzufang_shenbao": (_RENT,),
    "weixiu_zijin": (_REPAIR,),
}
