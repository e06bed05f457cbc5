"""Sources of civil affairs, the disabled, veterans, worship, party and union."""

from . import values as v
from . import words as w
from .tables import Col, Table

DISABILITY = [
    Table(
        "CJR_BASE",
        "person",
        55,
        [
            Col("CJR_XM", "person_name", v.name),
            Col(
                "CJZH",
                "resident_id",
                v.join(v.idno, v.pick(["11", "23", "44", "62", "54"]), by=""),
                "lookalike",
            ),
            Col(
                "CJLB",
                "medical",
                v.coded({"1": "视力", "2": "听力", "4": "肢体", "5": "智力", "6": "精神"}),
                "heading",
            ),
            Col("CJDJ", "medical", v.pick(["壹级", "贰级", "叁级", "肆级"])),
            Col(
                "ZCYY",
                "medical",
                v.pick(["脑血管病", "先天", "工伤", "小儿麻痹", "精神分裂症", "青光眼"]),
                blank=0.2,
            ),
            Col("HYZK", "marital_status", v.coded(v.MARITAL_CODES)),
            Col("MZDM", "ethnic_group", v.coded(v.ETHNIC_CODES)),
            Col("WHCD", "education", v.coded(v.EDUCATION_CODES, "{0}-{1}")),
            Col(
                "ZJXY",
                "religion",
                v.coded({"0": "无宗教信仰", "1": "佛教", "4": "基督教"}, "{0}|{1}"),
                blank=0.2,
            ),
            Col("LXDH", "mobile", v.mobile),
            Col("XJZD", "address", v.address),
            Col("XZQH", "division_code", v.join(v.county(0), v.pick(["001", "102", "204"]), by="")),
            Col("YHZH", "bank_card", v.card, blank=0.1),
            Col("BTJE", "none", v.pick([80, 100, 160])),
            Col("SBKH", "social_security_number", v.social, blank=0.2),
        ],
    ),
]

VETERANS = [
    Table(
        "tyjr_archive",
        "person",
        55,
        [
            Col("档案号", "none", v.nums(7, "TY"), of="person"),
            Col("姓名", "person_name", v.name),
            Col("曾用名", "person_name", v.name2, blank=0.8),
            Col("公民身份号码", "resident_id", v.idno),
            Col("原军官证/士兵证号", "military_id", v.soldier, blank=0.15),
            Col("士官证号", "military_id", v.soldier, blank=0.5),
            Col("政治面貌", "political_status", v.pick(w.POLITICAL)),
            Col("伤残等级", "medical", v.pick(["八级", "十级", "无", "七级"]), blank=0.5),
            Col("入伍时间", "none", v.day("%Y.%m")),
            Col("固定电话", "landline", v.landline, blank=0.4),
            Col("手机", "mobile", v.mobile),
            Col("户籍所在地行政区划", "division_code", v.county(0)),
            Col("优抚金卡号", "bank_card", v.mask(v.card, 6, 4), "masked"),
            Col("月优抚金", "income", v.decimal(600, 3100)),
        ],
        (24, 85),
    ),
    Table(
        "yby_reservist",
        "person",
        45,
        [
            Col("bh", "none", v.serial("{n:04d}")),
            Col("xingming", "person_name", v.name),
            Col("jun_zheng", "military_id", v.wide(v.soldier, 0.2), "width"),
            Col("zhengzhimianmao", "political_status", v.coded(v.POLITICAL_CODES, "{1}")),
            Col("xueli", "education", v.pick(w.EDUCATION)),
            Col("minzu", "ethnic_group", v.pick(w.ETHNIC)),
            Col("xinyang", "religion", v.pick(["无", "无", "无", "佛教"]), blank=0.2),
            Col("tijian", "medical", v.pick(["合格", "视力0.6", "合格", "轻度脂肪肝", "血压高"])),
            Col("danwei", "enterprise_name", v.firm),
            Col("shoujihao", "mobile", v.mobile),
            Col("youxiang", "email", v.email, blank=0.4),
            Col("qq", "account", v.nums(9, "2"), blank=0.3),
        ],
        (19, 44),
    ),
    Table(
        "双拥优待证申领",
        "person",
        40,
        [
            Col("申领人", "person_name", v.name),
            Col("军人身份号", "military_id", v.text(["{x}"], x=v.soldier), blank=0.1),
            Col("军属证件", "military_id", v.some(0.6, v.soldier, v.idno2), "mixed"),
            Col("部队代号", "none", v.nums(5, "927"), "lookalike"),
            Col("邮寄地址", "address", v.address),
            Col("邮政编码", "postcode", v.county(2)),
            Col("快递单号", "none", v.nums(13, "9")),
            Col("收件人电话", "mobile", v.mask(v.mobile, 3, 4), "masked"),
        ],
    ),
]

WORSHIP = [
    Table(
        "clergy",
        "person",
        45,
        [
            Col("证书编号", "none", v.nums(9, "ZJ"), of="person"),
            Col("俗名", "person_name", v.name),
            Col(
                "法名/道号/圣名",
                "person_name",
                v.pick(["释传慧", "释印净", "若瑟", "李信真", "释常开", "玛利亚", "陈崇清"]),
            ),
            Col("教别", "religion", v.pick(w.RELIGION[1:])),
            Col(
                "教职身份", "religion", v.pick(["住持", "比丘", "牧师", "长老", "神甫", "全真派道士", "阿訇"])
            ),
            Col("受戒(按立)时间", "none", v.day("%Y.%m")),
            Col("身份证", "resident_id", v.idno),
            Col("文化程度", "education", v.pick(w.EDUCATION)),
            Col(
                "宗教院校学历",
                "education",
                v.pick(["中南神学院本科", "武昌佛学院大专", "无", "中国道教学院"]),
                blank=0.3,
            ),
            Col(
                "所在场所",
                "none",
                v.pick(["章华寺", "承天寺", "太晖观", "开元观", "沙市福音堂", "荆州天主堂"]),
            ),
            Col("生活补贴账户", "bank_card", v.card),
            Col(
                "有无刑事处分",
                "criminal_record",
                v.pick(["无", "无", "无", "1998年盗窃罪,有期徒刑一年"]),
                blank=0.1,
            ),
            Col("座机", "landline", v.landline, blank=0.5),
        ],
        (24, 84),
    ),
    Table(
        "venue",
        "thing",
        32,
        [
            Col(
                "场所名称",
                "none",
                v.pick(["章华寺", "铁女寺", "玄妙观", "普济教堂", "沙市清真寺", "江陵天主堂"]),
            ),
            Col("宗教类别", "none", v.pick(w.RELIGION[1:]), "lookalike"),
            Col("登记证号", "none", v.nums(9, "宗场证字(鄂)D")),
            Col("统一社会信用代码", "uscc", v.uscc, blank=0.2),
            Col("场所地址", "address", v.address),
            Col("负责人", "person_name", v.name2),
            Col("建筑面积", "none", v.decimal(80, 5200)),
            Col("经度", "coordinates", v.lon()),
            Col("纬度", "coordinates", v.lat()),
            Col("办公电话", "landline", v.landline),
        ],
    ),
    Table(
        "皈依信众登记",
        "person",
        36,
        [
            Col("姓名", "person_name", v.name),
            Col("法号", "person_name", v.text(["妙{x}", "演{x}", "果{x}"], x=v.pick(w.FEMALE)), "lookalike"),
            Col("皈依证", "religion", v.pick(["三皈依", "三皈五戒", "菩萨戒", "三皈"])),
            Col("联系方式", "mobile", v.some(0.75, v.mobile, v.nums(8, "wx")), "mixed"),
            Col("微信", "account", v.nums(6, "lotus_"), blank=0.3),
            Col("现住址", "address", v.address, blank=0.2),
        ],
    ),
]

MARRIAGE_FUNERAL = [
    Table(
        "marriage_reg",
        "person",
        50,
        [
            Col("JHZ_NO", "none", v.serial("J421002-2024-{n:06d}"), of="person"),
            Col("MAN_NAME", "person_name", v.partner("name", True)),
            Col("MAN_CERT_NO", "resident_id", v.partner("idno", True)),
            Col("MAN_JOB", "none", v.pick(w.JOBS), of="person"),
            Col("MAN_OFFICER_CERT", "military_id", v.soldier, blank=0.8),
            Col("MAN_NATION", "ethnic_group", v.pick(w.ETHNIC)),
            Col("MAN_MARRY_STATE", "marital_status", v.pick(w.MARITAL)),
            Col("WOMAN_NAME", "person_name", v.partner("name", False)),
            Col("WOMAN_CERT_NO", "resident_id", v.partner("idno", False)),
            Col("WOMAN_BIRTH", "date_of_birth", v.partner("birth", False)),
            Col("WOMAN_EDU", "education", v.pick(w.EDUCATION)),
            Col("FOREIGN_PASSPORT", "passport", v.alien_passport, blank=0.7),
            Col("TW_PERMIT", "taiwan_permit", v.nums(8), "lookalike", 0.6),
            Col(
                "RELIGION_MEMO",
                "religion",
                v.pick(["天主教婚配", "回族,伊斯兰教", "无", "佛化婚礼", "无"]),
                blank=0.5,
            ),
            Col("REG_DATE", "none", v.day()),
        ],
        (22, 60),
    ),
    Table(
        "殡仪馆火化",
        "person",
        45,
        [
            Col("火化号", "none", v.serial("H25{n:05d}")),
            Col("逝者姓名", "person_name", v.name),
            Col("逝者身份证", "resident_id", v.idno, blank=0.1),
            Col(
                "死亡原因",
                "medical",
                v.pick(["心源性猝死", "肺癌", "脑出血", "车祸", "自然死亡", "多器官衰竭"]),
            ),
            Col(
                "宗教习俗",
                "religion",
                v.pick(["无", "佛教超度", "基督教追思", "回民不火化转运", "道士做法事"]),
                blank=0.2,
            ),
            Col("家属", "person_name", v.name2),
            Col("家属电话", "mobile", v.wide(v.mobile2, 0.2), "width"),
            Col("寄存格位", "none", v.text(["福寿厅{x}"], x=v.nums(4)), "lookalike"),
            Col("灵车牌号", "plate", v.plate, of="thing"),
            Col("应收", "none", v.number(800, 6800, 20)),
        ],
        (40, 95),
    ),
]

SOURCES = {
    "disabled_federation": DISABILITY,
    "veterans_affairs": VETERANS,
    "religious_affairs": WORSHIP,
    "marriage_funeral": MARRIAGE_FUNERAL,
}
