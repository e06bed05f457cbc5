"""Courts, a prison, community correction, legal aid and a detoxification house."""

from . import values as v
from .cells import birth, count, day, fill, join, kin, mask, mixed, num, one, pat, real, some
from .frame import Column as Col
from .frame import Source, Table

DEBTORS = [
    Col("案号", "none", pat("(2023)鄂0502执####号", "（2022）鄂0503执恢###号")),
    Col("被执行人", "person_name", mixed(v.name, v.name, v.name, v.name, v.firm), "mixed"),
    Col("证件号", "resident_id", mixed(v.idn, v.idn, v.idn, v.idn, v.uscc), "mixed"),
    Col("年龄", "none", v.age, "", "p2"),
    Col("地域", "none", v.region),
    Col("执行标的(元)", "none", real(2000, 900000)),
    Col("法定代表人或负责人", "person_name", some(kin(v.name), 0.2), "small"),
    Col("执行依据文号", "none", pat("(2022)鄂0502民初####号", "(2021)宜仲裁字第###号")),
    Col("查封房产", "housing_certificate", some(v.house, 0.5)),
    Col("冻结账户", "bank_card", some(v.card, 0.7)),
    Col("支付宝/财付通", "account", some(v.alipay, 0.5)),
    Col("车辆", "plate", some(fill("{}小型轿车", v.plate), 0.35), "mixed"),
    Col("送达地址", "address", v.address),
    Col("失信行为", "none", one("有履行能力而拒不履行", "违反财产报告制度", "违反限制消费令")),
    Col(
        "执行笔录摘要",
        "free_text",
        fill("经查，{}（身份证号{}）名下尾号不详账户无余额，其妻{}称外出务工。", v.name, v.idn, kin(v.name)),
        "",
        "p3",
    ),
]

JUDGMENTS = [
    Col("AH", "none", pat("(2023)鄂0502刑初###号", "(2023)鄂0506刑初###号")),
    Col("BGR", "person_name", v.name),
    Col(
        "BGR_CSRQ", "date_of_birth", mixed(birth("%Y年%m月%d日"), birth("生于{0.year}年{0.month}月")), "dirty"
    ),
    Col("BGR_MZ", "ethnic_group", v.ethnic),
    Col("BGR_WHCD", "education", v.schooling),
    Col("BGR_ZZMM", "political_status", v.party),
    Col("ZM", "criminal_record", v.crime),
    Col("PJJG", "criminal_record", v.term),
    Col("QKQK", "criminal_record", some(fill("{}年因{}被判处{}", num(2005, 2019), v.crime, v.term), 0.4)),
    Col("FJ", "criminal_record", one("罚金2000元", "罚金5000元", "没收个人财产三万元", "无")),
    Col("BHR", "person_name", kin(v.name)),
    Col("BHR_DH", "mobile", kin(v.mobile)),
    Col("ZSFY", "none", one("西陵区人民法院", "夷陵区人民法院")),
    Col("CBFG", "person_name", one("鲁文静", "章立新", "苏明")),
]

INMATES = [
    Col("罪犯编号", "none", pat("4207######"), "", "p2"),
    Col("姓 名", "person_name", v.name),
    Col("别名", "person_name", some(kin(v.name), 0.2), "small"),
    Col("身份证号码", "resident_id", v.idn),
    Col("罪名", "criminal_record", join("、", v.crime, v.crime)),
    Col("刑期", "criminal_record", one("3年6个月", "10年", "无期", "死缓", "1年8个月", "15年")),
    Col(
        "刑期起止",
        "criminal_record",
        fill("{}至{}", day("%Y.%m.%d", 2012, 2018), day("%Y.%m.%d", 2024, 2032)),
    ),
    Col("减刑记录", "criminal_record", some(one("2021年减刑6个月", "2022年减刑八个月", "裁定不予减刑"), 0.5)),
    Col("监区", "none", one("一监区", "二监区", "六监区", "医院监区")),
    Col("健康状况", "medical", one("健康", "高血压", "HIV阳性", "肺结核(已治愈)", "乙肝携带")),
    Col("信仰", "religion", v.faith),
    Col("民族", "ethnic_group", v.ethnic),
    Col("捕前职业", "none", v.job, "", "p2"),
    Col("虹膜ID", "biometric", pat("IRIS-4207-########")),
    Col("声纹文件", "biometric", fill("/vp/{}.wav", pat("4207####_##"))),
    Col("会见亲属", "free_text", some(fill("{}(妻) {}", kin(v.name), kin(v.mobile)), 0.8)),
    Col("大账余额", "none", real(0, 3000), "", "p2"),
    Col("籍贯代码", "division_code", v.division),
]

CORRECTION = [
    Col("userId", "none", count(23001), "", "p2"),
    Col("realName", "person_name", v.name),
    Col("idNumber", "resident_id", v.idn),
    Col("correctType", "criminal_record", one("缓刑", "假释", "管制", "暂予监外执行", "缓刑")),
    Col("crimeName", "criminal_record", v.crime),
    Col("phoneNo", "mobile", v.mobile),
    Col("deviceImei", "imei", v.imei),
    Col("longitude", "coordinates", v.lon),
    Col("latitude", "coordinates", v.lat),
    Col("locateTime", "none", day("%Y-%m-%d %H:%M:%S", 2023, 2024), "", "p2"),
    Col("faceFeature", "biometric", v.finger),
    Col("homeAddr", "address", v.address),
    Col("fenceAlarm", "none", one("0", "0", "1")),
    Col("lastPoint", "coordinates", fill("POINT({} {})", v.lon, v.lat)),
]

DETOX = [
    Col("字段1", "person_name", v.name, "heading"),
    Col("字段2", "resident_id", v.idn, "heading"),
    Col(
        "字段3",
        "criminal_record",
        one("吸食海洛因", "吸食冰毒,强戒2年", "复吸,行政拘留15日", "非法持有毒品"),
        "heading",
    ),
    Col("字段4", "medical", one("尿检阳性", "尿检阴性", "美沙酮维持40ml", "丙肝抗体阳性"), "heading"),
    Col("字段5", "mobile", v.mobile, "heading"),
    Col("字段6", "none", one("A", "B", "C"), "heading"),
]

LEGAL_AID = [
    Col("受援人", "person_name", mask(v.name, 1, 0, "某"), "masked"),
    Col("受援人证件", "resident_id", mask(v.idn, 3, 4), "masked"),
    Col("案由", "none", one("劳动争议", "离婚纠纷", "交通事故责任纠纷", "赡养纠纷")),
    Col("承办律师", "person_name", kin(v.name)),
    Col("律所", "enterprise_name", one("湖北三峡律师事务所", "湖北百思特律师事务所", "湖北前锋律师事务所")),
    Col("律所座机", "landline", v.landline, "", "n"),
    Col("执业证号", "none", pat("1420520191#######"), "lookalike", "p2"),
    Col("家庭人均收入(元/月)", "income", num(300, 1800)),
    Col("事由", "free_text", fill("{}，申请人{}，电话{}，请求支付工资。", day("%Y年%m月"), v.name, v.mobile)),
    Col("补贴标准", "none", one("1200", "1500", "800")),
]

MEDIATION = [
    Col("tj_no", "none", pat("XTJ2023###")),
    Col(
        "jfnr",
        "none",
        one(
            "楼上漏水致墙面受损，双方各让一步达成协议",
            "宅基地边界争议，经现场丈量已划定",
            "广场舞噪音扰民，调整时间",
        ),
        "lookalike",
    ),
    Col("dsr1", "person_name", mixed(v.name, fill("{}等3人", v.name), fill("{}(户主)", v.name)), "dirty"),
    Col("dsr1_dh", "mobile", v.mobile),
    Col("dsr2", "person_name", kin(v.name)),
    Col("dsr2_zz", "address", kin(v.short_address)),
    Col("tjy", "person_name", one("屈大姐", "望作信", "刘正武")),
    Col("xyje", "none", one("", "3000", "12000", "500")),
    Col(
        "bz",
        "criminal_record",
        one("刑满释放人员", "社区矫正对象", "无犯罪记录", "曾因寻衅滋事被拘留"),
        "heading",
    ),
]

SOURCES = [
    Source(
        "execution_court", [Table("被执行人", "person", 50, DEBTORS), Table("XS_PJ", "person", 45, JUDGMENTS)]
    ),
    Source("river_prison", [Table("zf_jbxx", "person", 50, INMATES)]),
    Source(
        "correction_centre",
        [Table("correct_object", "person", 60, CORRECTION), Table("Sheet1", "person", 34, DETOX)],
    ),
    Source(
        "legal_services", [Table("flyz", "person", 36, LEGAL_AID), Table("rmtj", "person", 40, MEDIATION)]
    ),
]
