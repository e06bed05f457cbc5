"""Sources of enterprises, food, customs, ports, fields, waters and animals."""

from . import values as v
from . import words as w
from .tables import Col, Table

ENTERPRISE = [
    Table(
        "ent_baseinfo",
        "thing",
        50,
        [
            Col("PRIPID", "none", v.nums(16, "4210"), "lookalike"),
            Col("ENTNAME", "enterprise_name", v.firm),
            Col("UNISCID", "uscc", v.uscc, blank=0.05),
            Col("REGNO", "business_licence", v.licence, blank=0.1),
            Col("ORGCODE", "organisation_code", v.orgcode(False), blank=0.2),
            Col("LEREP", "person_name", v.name),
            Col("CERNO", "resident_id", v.mask(v.idno, 6, 4), "masked"),
            Col("TEL", "landline", v.some(0.92, v.landline, v.mobile)),
            Col("EMAIL", "email", v.email, blank=0.4),
            Col("DOM", "address", v.address),
            Col("POSTALCODE", "postcode", v.county(2)),
            Col("REGCAP", "none", v.number(3, 5000)),
            Col("ESTDATE", "none", v.day()),
            Col("REGORG", "division_code", v.county(0)),
            Col("BANKACC", "bank_card", v.firm_account, blank=0.3),
        ],
    ),
    Table(
        "个体户_年报",
        "thing",
        45,
        [
            Col(
                "字号名称",
                "enterprise_name",
                v.text(["{x}{y}"], x=v.pick(["沙市区", "公安县", "洪湖市"]), y=v.pick(w.SHOPS)),
            ),
            Col("注册号/信用代码", "uscc", v.some(0.6, v.uscc, v.licence), "mixed"),
            Col("旧注册号", "business_licence", v.messy(v.licence), "dirty"),
            Col("经营者姓名", "person_name", v.name),
            Col("经营者电话", "mobile", v.mobile, of="person"),
            Col("从业人数", "none", v.number(1, 8)),
            Col("经营场所", "address", v.address),
            Col("网店网址", "none", v.text(["https://shop{x}.example.com"], x=v.nums(6)), blank=0.7),
        ],
    ),
]

FOOD = [
    Table(
        "spjc_sample",
        "thing",
        45,
        [
            Col("抽样单编号", "none", v.nums(15, "XBJ25"), "lookalike"),
            Col("样品名称", "none", v.pick(["鱼糕", "早堂面(湿面)", "藕带", "小龙虾", "菜籽油"])),
            Col("被抽样单位", "enterprise_name", v.firm),
            Col("营业执照号", "business_licence", v.licence, blank=0.1),
            Col("社会信用代码", "uscc", v.wide(v.uscc, 0.25), "width"),
            Col("许可证编号", "none", v.nums(14, "JY")),
            Col("单位地址", "address", v.address),
            Col("联系电话", "landline", v.landline),
            Col("不合格项目", "none", v.pick(["恩诺沙星", "孔雀石绿", "菌落总数", "铅"]), "lookalike", 0.7),
            Col("抽样人员", "person_name", v.join(v.name, v.name2, by="、")),
        ],
    ),
    Table(
        "health_cert",
        "person",
        40,
        [
            Col("健康证号", "none", v.nums(10, "JK"), of="person"),
            Col("从业人员", "person_name", v.name),
            Col("性别", "sex", v.sex()),
            Col("体检结果", "medical", v.pick(["合格", "合格", "HAV-IgM阳性", "合格", "皮肤病"])),
            Col("sfzhm", "resident_id", v.idno),
            Col("用人单位注册号", "business_licence", v.licence),
            Col("发证日期", "none", v.day("short")),
            Col("传染病筛查表", "none", v.pick(["已交", "未交"]), "lookalike"),
        ],
        (18, 60),
    ),
]

PORT = [
    Table(
        "customs_decl",
        "thing",
        45,
        [
            Col("ENTRY_ID", "none", v.nums(14, "4703"), "lookalike"),
            Col("TRADE_CO_SCC", "uscc", v.uscc),
            Col("TRADE_NAME", "enterprise_name", v.firm),
            Col("OLD_REG_NO", "business_licence", v.licence, blank=0.4),
            Col("ORG_CODE", "organisation_code", v.orgcode(), blank=0.2),
            Col("HS_CODE", "none", v.nums(6, "8708"), "lookalike"),
            Col("CAR_VIN", "vin", v.vin, blank=0.3),
            Col("DECL_MAN", "person_name", v.name),
            Col("AGENT_TEL", "landline", v.landline),
            Col("AGENT_MAIL", "email", v.email),
            Col("DECL_PRICE", "none", v.decimal(900, 99000)),
            Col("SETTLE_ACC", "bank_card", v.firm_account),
        ],
    ),
    Table(
        "crew_manifest",
        "person",
        40,
        [
            Col("船名", "none", v.pick(["荆港拖08", "长江顺达16", "鄂沙市货0219"])),
            Col("船员", "person_name", v.name),
            Col("服务簿号", "none", v.nums(9), "lookalike", of="person"),
            Col("seaman_passport", "passport", v.passport, blank=0.2),
            Col("tw_pass", "taiwan_permit", v.nums(8), "small", 0.85),
            Col("id_card", "resident_id", v.idno),
            Col("体检情况", "medical", v.pick(["听力正常", "血压150/95", "合格", "色觉正常"])),
            Col("登船时间", "none", v.time("%m/%d/%Y %H:%M:%S")),
        ],
        (20, 60),
    ),
]

RURAL = [
    Table(
        "pet_licence",
        "person",
        45,
        [
            Col("犬证号", "none", v.nums(8, "Q")),
            Col("芯片号", "none", v.nums(12, "156"), "lookalike"),
            Col("犬种", "none", v.pick(w.PETS)),
            Col("犬只性别", "none", v.pick(["公", "母"]), "lookalike"),
            Col("犬出生日期", "none", v.day("short"), "lookalike"),
            Col("疾病史", "none", v.pick(["细小", "皮肤病", "无", "犬瘟康复"]), "lookalike", 0.3),
            Col("犬主", "person_name", v.name),
            Col("犬主证件号", "resident_id", v.some(0.9, v.idno, v.foreign)),
            Col("犬主电话", "mobile", v.mobile),
            Col("饲养地址", "address", v.address),
            Col("外籍犬主永居证", "foreign_resident_permit", v.foreign, blank=0.8),
        ],
    ),
    Table(
        "livestock_vaccine",
        "thing",
        40,
        [
            Col("耳标号", "none", v.nums(14, "1"), "lookalike"),
            Col("畜种", "none", v.pick(["生猪", "水牛", "山羊", "蛋鸭"])),
            Col(
                "疫苗", "none", v.pick(["口蹄疫O型", "猪瘟活疫苗", "禽流感H5+H7", "小反刍兽疫"]), "lookalike"
            ),
            Col("检出疫病", "none", v.pick(["布鲁氏菌病", "无", "猪伪狂犬", "血吸虫阳性"]), "lookalike", 0.3),
            Col("养殖场", "enterprise_name", v.firm),
            Col("场主", "person_name", v.name),
            Col("场主手机", "mobile", v.mobile, of="person"),
            Col("村", "none", v.pick(w.VILLAGES)),
        ],
    ),
    Table(
        "forest_patch",
        "thing",
        40,
        [
            Col("小班号", "none", v.nums(4)),
            Col("林权证号", "none", v.text(["荆林证字(2010)第{x}号"], x=v.nums(7)), "lookalike"),
            Col("树种", "none", v.pick(["意杨", "水杉", "樟", "柑橘"])),
            Col("中心点X", "coordinates", v.lon()),
            Col("中心点Y", "coordinates", v.lat()),
            Col("xzdm", "division_code", v.county(0)),
            Col("病虫害", "none", v.pick(["杨小舟蛾", "松材线虫病", "无"]), "lookalike"),
            Col("面积亩", "none", v.decimal(2, 480, 1)),
        ],
    ),
    Table(
        "fishing_boat",
        "thing",
        40,
        [
            Col("船舶编码", "none", v.nums(8, "420")),
            Col("所有人", "person_name", v.name),
            Col("持证人身份号", "resident_id", v.idno),
            Col("机主开户账号", "bank_card", v.card, of="person"),
            Col("北斗MMSI", "none", v.nums(6, "412"), "lookalike"),
            Col("企业信用码", "uscc", v.uscc, blank=0.5),
            Col("退捕补助", "none", v.number(20000, 90000, 500)),
            Col("邮编", "postcode", v.wide(v.county(2)), "width"),
        ],
    ),
]

SOURCES = {
    "enterprise_registry": ENTERPRISE,
    "food_inspection": FOOD,
    "customs_port": PORT,
    "farm_forest_fish": RURAL,
}
