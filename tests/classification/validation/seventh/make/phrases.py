"""Sentences of remarks, with and without somebody in them; braces are filled from the row."""

from __future__ import annotations

from typing import Final

HALL: Final = (
    "窗口{kin_name}态度好", "等太久", "请回电{mobile}，{name}",
    "材料少了户口本，经办人让找{kin_name}{kin_mobile}", "一次办成，点赞", "叫号机坏了",
    "系统卡，跑了两趟，回访打{mobile}", "希望周六也开门",
    "本人{name}，上次交的房本复印件要退回，联系{mobile}",
)  # fmt: skip
NURSING: Final = (
    "女儿{kin_name}来访，留电话{kin_mobile}", "午睡1小时，血压138/82",
    "家属{kin_name}（身份证{kin_rid}）签外出单", "情绪平稳", "{name}夜间坠床，通知{kin_mobile}",
    "更换床品，室温24度", "住院手续代办，证号{rid}，押金条存档", "转院：{name} {rid}，随车护工一名",
    "家属{kin_name}送水果，已登记",
)  # fmt: skip
ACTIVITY: Final = (
    "领队{kin_name}{kin_mobile}集合点{street}", "请假一次", "由{name}带盒饭，电话{mobile}", "表现优秀",
    "与{kin_name}同组，微信{kin_mobile}", "迟到20分钟", "负责签到台，联系方式{mobile}", "服务时长补录3小时",
)  # fmt: skip
TALKS: Final = (
    "与{name}谈话，新手机号{mobile}", "按时报到，思想稳定", "其妻{kin_name}反映外出打工，电话{kin_mobile}",
    "请假三天赴外地就医", "到{firm}走访，同事{kin_name}称表现正常", "定位脱离区域，电话{mobile}联系上",
    "完成公益劳动4小时", "{name}借住{street}亲戚{kin_name}家",
)  # fmt: skip
RIDES: Final = (
    "麻烦到{street}门口接，打{mobile}", "孕妇，请开慢点", "东西落车上了，联系{name}{mobile}", "有大件行李",
    "帮老人{kin_name}叫的车，电话{kin_mobile}", "带一只猫，装航空箱",
    "乘客{kin_name}，尾号报后四位，备用{kin_mobile}", "走高架，过路费另付",
    "{name}本人乘坐，到了打{mobile}别按喇叭",
)  # fmt: skip
PARCELS: Final = (
    "放门卫老{name}处", "改派，新电话{kin_mobile}", "客户拒收", "本人签收，证号{rid}", "外包装破损已拍照",
    "送到{street}旁菜鸟驿站，找{kin_name}", "冷媒不足，加冰两块", "约{kin_name}晚八点后，{kin_mobile}",
    "三号库提货，磅单0.48吨", "收件{name}改地址：{street}",
)  # fmt: skip
LODGERS: Final = (
    "房东{kin_name}，电话{kin_mobile}，欠报2人", "已搬离", "与{kid_name}（{kid_rid}）同住", "三次上门无人",
    "租客{name}，微信同号{mobile}", "漏登一人：{kin_name}，{kin_rid}", "门禁卡已发两张",
    "证件{rid}照片不清，待补", "群租隐患，已发整改单",
)  # fmt: skip
METERS: Final = (
    "换户主{name}，电话{mobile}", "门锁，已贴条", "租客{kin_name}代交 {kin_mobile}", "表后漏水已告知",
    "户主{name}身份证{rid}来电要求过户", "过户 {kin_name} {kin_rid}", "水量突增，疑马桶漏",
    "低保户，{name}，证{rid}", "井盖破损报修",
)  # fmt: skip
STOVES: Final = (
    "老人{name}独居，女儿{kin_name}电话{kin_mobile}", "胶管已更换", "三次到访不遇",
    "户主{name}，{mobile}，拒绝签字", "对门邻居代开门，联系人{kin_name}（{kin_mobile}）",
    "热水器烟道未出户，限期整改", "租户换人，现住{kin_name}", "灶具无熄火保护，型号JZT-2020",
    "约周六上午，先打{mobile}",
)  # fmt: skip
RETURNS: Final = (
    "卡号应为621721170#########", "{name}已去世，由{kin_name}{kin_mobile}代领",
    "销户，新卡6217211700#########", "户名少字", "身份证升位{rid}",
    "改发邮储6217994110#########，户名{name}", "重复发放，收回一笔", "补录账号6230910199########{name}",
    "银行行号错误",
)  # fmt: skip
SURVEY: Final = (
    "希望加装电梯", "{name}，{mobile}，请回访", "楼上漏水找{kin_name}没用", "无", "联系我微信{mobile}",
    "路灯不亮", "我母亲{kin_name}住{street}，请联系{kin_mobile}", "充电桩太少，2号楼下面只有4个",
    "物业{kin_name}态度差，电话{kin_mobile}没人接", "挺好的",
)  # fmt: skip
CASES: Final = (
    "{name}（身份证号{rid}）在{street}摆摊卖烧烤", "现场查获三轮车一辆，当事人{name}，电话{mobile}",
    "渣土车未覆盖，扬尘污染路面", "经查，{name}，公民身份号码{rid}，住{street}，未经许可搭建雨棚",
    "当事人{name}，{sex}，{rid}，在{street}张贴小广告37份", "夜间施工噪声62分贝，已责令停工",
    "{firm}未取得排水许可，现场负责人{boss_name}（{boss_rid}）",
)  # fmt: skip
COMPLAINTS: Final = (
    "本人{name}，电话{mobile}，购买奶粉过期", "健身卡退费，转到卡6222021702#########", "外卖有异物",
    "要求退一赔三", "退款请退支付宝{mobile}，收款人{name}",
    "在{street}买的手机是翻新机，联系人{kin_name}{kin_mobile}", "洗衣店丢了大衣，老板{kin_name}推脱",
    "缺斤短两，票号########", "预付卡2000元，{name}，请电{mobile}",
)  # fmt: skip

# Remarks with nobody in them.
TAXI_NOTES: Final = (
    "证件补办中，回执2025####", "正常营运", "停运待岗，2024年#月起", "转入，原车队编号0##",
    "年审合格，下次2026年", "计价器更换，铅封号######",
)  # fmt: skip
POWER_NOTES: Final = (
    "分时电价，峰谷比1.5", "合表，下挂#户", "一户多人口，2024年第###号申请", "光伏并网，容量#.#千瓦",
    "增容至16千瓦",
)  # fmt: skip
FARM_NOTES: Final = (
    "流转给合作社#.#亩，租期三年", "脱贫户，2019年脱贫", "监测户，风险已消除", "土地撂荒，督促复耕",
    "四至：东至河沟",
)  # fmt: skip
PARK_NOTES: Final = (
    "固定车位", "子母位，两车轮停", "租户，合同到2026年#月", "充电桩车位，7千瓦", "押金###未退",
)  # fmt: skip
REVIEW_NOTES: Final = (
    "通过", "照片不清，请重传", "证件过期，2025年#月到期", "通过，余额转新卡", "卡面磨损换卡",
)  # fmt: skip
RENT_NOTES: Final = (
    "无", "已处理，罚款200元", "待处理1条，记3分", "押金已退，流水########", "超时未还，加收####元",
)  # fmt: skip
