"""Schools, universities and their spreadsheets."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Table
from tests.classification.validation.sixth.make import cols as c
from tests.classification.validation.sixth.make import marks as m
from tests.classification.validation.sixth.make import plain as n
from tests.classification.validation.sixth.make import twists as t
from tests.classification.validation.sixth.make.people import folk

_CLASS: Final = Table(
    "三（2）班家校联系表",
    (
        n.serial("学号", "0{}"),
        c.name("姓  名"),
        c.child("出生（阳历）", "%Y年%-m月%-d日"),
        c.years("周岁", at=2023),
        c.name("爸爸", "c"),
        c.mobile("爸爸电话", twist=t.HALF_WIDE),
        m.firm("爸爸上班的地方"),
        c.name("妈妈", "b", twist=t.DIRTY),
        c.mobile("妈妈电话", twist=t.DIRTY),
        c.reach("紧急情况找谁（不是爸妈）", "b"),
        c.home("住哪里（详细到门牌）", "short", twist=t.DIRTY),
        c.pick("过敏/特殊体质★", "medical", "无*7|花生过敏|哮喘|蚕豆病|近视200度"),
        n.pick("校服尺码", "120|130|140|150"),
        n.pick("放学怎么走", "家长接*5|托管*3|校车|自己走"),
        n.pick("午餐", "在校*8|回家"),
        n.pick("订奶Y/N", "Y|N"),
        n.listed("特长", ["钢琴", "围棋", "足球", "画画", "无"]),
        n.empty("签字"),
    ),
    rows=42,
    about=folk("330106", born=(2014, 2015), child=True),
    persons=True,
    children=True,
)

_PUPILS: Final = Table(
    "xsjbxx",
    (
        n.own("xuejizhuhao", "2020330106####~###", challenge="lookalike"),
        n.own("xuejifuhao", "202$####"),
        c.name("xingming"),
        n.pick("dushengzinv", "是|否"),
        c.sex("xingbie"),
        c.child("chushengriqi", "%Y%m%d"),
        c.rid("shenfenzhenghao"),
        c.ethnic("minzu"),
        m.region("chushengdi"),
        c.home("hukoudizhi", "village"),
        m.post("youbian"),
        n.pick("jiudufangshi", "走读*8|住校|借宿"),
        n.pick("liushouertong", "否*8|单亲留守|双亲留守"),
        c.disability("canji", missing=0.8),
        m.permit("gatjzz", missing=0.75, challenge="small"),
        c.name("jianhuren1", "b"),
        n.pick("jianhuren1gx", "父亲|母亲|祖父|其他"),
        c.mobile("jianhuren1dh"),
        m.social("shebaokahao", "C########"),
        m.face("renliantezheng", 40),
        n.day("ruxueny", "%Y%m", 2020, 2023),
        n.num("banhao", 1, 12, "{:02d}"),
    ),
    rows=55,
    about=folk("330106 340104 410102", born=(2013, 2017), child=True),
    persons=True,
    children=True,
)

_OVERSEAS: Final = Table(
    "IntlStudent_Master",
    (
        n.own("StuNo", "L2024####"),
        c.pick(
            "FullName_Pspt",
            "person_name",
            "OKAFOR CHIDI|NGUYEN THI HOA|ALVES MARINA|HADDAD KARIM|SINGH HARPREET",
        ),
        n.pick("VisaRnwl", "Y*3|N"),
        n.pick("Ntnlty", "NGA|VNM|BRA|LBN|IND|RUS"),
        m.passport("PsptNo", twist=t.DIRTY),
        n.day("PsptExp", "%b %d, %Y", 2025, 2030, challenge="lookalike"),
        c.born("DOB", "%b %d, %Y"),
        c.sex("Gndr", "Male|Female"),
        c.wed("MrtlSt", "Single*7|Married*2"),
        c.faith("UDF_04", "None*3|Islam*3|Christian*3|Hindu|Buddhist", challenge="heading"),
        m.mail("Eml1", "gmail.com outlook.com yahoo.com"),
        m.login("WeChatID", "@^^^_####|wx####@@"),
        c.mobile("CellCN", "+86 {}"),
        m.foreign("PRcard_if_any", missing=0.6),
        n.code("DormRm", "~-~##"),
        n.pick("Schlrshp", "CSC|Prov|Self"),
        m.card("BOC_card", "621661 621790"),
        n.sum_of("TuitionRMB", 12000, 36000, "{:.0f}"),
        n.pick("HSK", "0|3|4|5|6"),
        c.pick("HlthChk", "medical", "Pass*7|HBV carrier|TB review"),
        n.day("EnrolDt", "%d-%b-%y", 2022, 2024),
    ),
    rows=36,
    about=folk(born=(1996, 2005)),
    persons=True,
)

_HMT: Final = Table(
    "港澳台侨联招新生",
    (
        n.own("考生号", "24330199######", challenge="lookalike"),
        c.name("考生"),
        n.pick("生源", "香港*4|澳门*2|台湾*3|华侨"),
        m.hk("来往内地通行证件号"),
        m.taiwan("来往大陆通行证件号"),
        m.permit("居住证(81/82/83开头)"),
        n.code("香港身份证", "A######(#)|K######(#)", personal=True, grade=3),
        c.born("出生年月日", "%Y/%m/%d"),
        c.school("毕业程度", "高中*5|中五|中六*2|专科"),
        c.faith("信什么教", "无*5|基督教*3|妈祖|佛教*2"),
        m.mail("附2", "gmail.com yahoo.com.hk icloud.com", challenge="heading"),
        c.tel("附1", "00852-2#######|00886-2-2#######|00853-28######", challenge="heading"),
        m.passport("持外国护照者填护照", missing=0.5),
        n.num("语文", 40, 140),
        n.num("数学", 40, 140),
        n.num("总分", 280, 680),
        n.pick("录取", "是|否|候补"),
        n.listed("专业", ["中医学", "临床医学", "国际贸易", "中药学"], challenge="lookalike"),
    ),
    rows=28,
    about=folk(born=(2003, 2006)),
    persons=True,
)

_TEACHERS: Final = Table(
    "JZG_JBQK",
    (
        n.own("GH", "2003####|2015####"),
        c.name("XM"),
        n.pick("BZLB", "在编*7|合同|代课"),
        c.rid("SFZJH", twist=t.ID),
        c.party("ZZMMM", "01*4|02|03*2|13*6"),
        c.school("XLM", "14|21*5|31*2"),
        n.listed("ZCMC", ["一级教师", "高级教师", "二级教师", "未定级"]),
        n.own("JSZGZHM", "20103300######~##", challenge="lookalike"),
        c.wed("JZG_KZ4", "10|20*5|40", challenge="heading"),
        n.num("GWDJ", 7, 13),
        n.num("KHDJ_FS", 60, 100),
        m.card("GZKH", "622202", twist=t.CARD),
        m.mail("DZXX"),
        c.mobile("JZG_KZ3", challenge="heading"),
        c.tel("BGSDH", "8799####", personal=False),
        n.num("ZKS", 8, 18),
        n.pick("RJXKDM", "01|02|13|14"),
        n.day("LXNY", "%Y-%m", 1990, 2022),
        c.crime("WFFZCXJG", "无*9|查无记录*4|危险驾驶罪（2018）"),
        m.login("OA_ZH", "t0####|js####"),
        m.ip("ZHDLIP", "10."),
    ),
    rows=40,
    about=folk(born=(1965, 1999)),
    persons=True,
)

_DORM: Final = Table(
    "宿舍门禁&校园网",
    (
        n.own("一卡通", "6########"),
        c.name("学生"),
        n.code("楼-室-床", "~-~0~-~"),
        m.face("人脸模板", 88),
        m.mac("电脑MAC(必填)", "%%-%%-%%-%%-%%-%%", twist=t.HALF_WIDE),
        m.mac("手机网卡", "^^:^^:^^:^^:^^:^^"),
        m.ip("分配IP", "172.16.", twist=t.DIRTY),
        m.imei("手机串号", twist=t.DIRTY),
        m.wallet("说明栏", challenge="heading"),
        n.sum_of("余额", 0, 300),
        n.day("晚归时间", "%m/%d %H:%M", 2024, 2024),
        n.pick("辅导员已知?", "√|×"),
        n.pick("归寝方式", "刷脸|刷卡|补登"),
        c.text(
            "情况说明",
            ["{n}外出实习，电话{m}", "由家长{n}接走，车牌{p}", "发烧，{n}老师{m}已知"],
            missing=0.1,
        ),
    ),
    rows=38,
    about=folk(born=(2004, 2006)),
    persons=True,
)

SOURCES: Final = {
    "xiaoxue_biaoge": (_CLASS,),
    "xueji_pinyin": (_PUPILS,),
    "daxue_jingwai": (_OVERSEAS, _HMT),
    "zhiyuan_renshi": (_TEACHERS, _DORM),
}
