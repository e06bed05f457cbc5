"""Health, education, employment, insurance."""

TEXT = r"""
@ xuezhan_caigong
# xianxue person 60
献血者 | person_name | name
血型 | medical | pick A;B;O;AB
Rh | medical | pick 阳性(+);阳性(+);阴性(-)
ALT | medical | num 8 90 1
检验TP | medical | pick 阴性;阴性;有反应性
证件 | resident_id | id mixed | ~mixed
无偿献血证 | none | serial 3604########
采血量ml | none | pick 200;300;400
婚 | marital_status | pick 已;未;离;丧
学历 | education | w SCHOOLING
报销账户 | bank_card | bank | b50
单位或学校 | none | w OFFICES | np
Tel. | mobile | mobile dirty | ~dirty
# kucun thing 30
bag_no | none | serial 036025######
abo | none | pick A;B;O;AB | ~lookalike
component | none | pick 悬浮红细胞;血小板;血浆
fridge_mac | mac_address | mac
fridge_ip | ip_address | ip
expire | none | day i
@ yimiao_jiezhong
# etjz child:0-6 50
ertong_xm | person_name | name
ertong_csrq | minor | birth c
ertong_xb | sex | sex 1男/2女
csyxzh | none | serial @36#######
mq_xm | person_name | name3
mq_sfzh | resident_id | id3
jhr_dh | mobile | mobile2
ymmc | medical | w VACCINE
zc | none | pick 1;2;3;加强
jzfy | medical | pick 无;发热38.5;局部红肿;过敏性皮疹
pihao | none | serial 2025@@##
jzdw | none | pick 凤凰社区卫生服务中心;石桥镇卫生院;市妇幼保健院 | np
dz | address | home
xzqh | division_code | div 9
minzu | ethnic_group | w ETHNIC
# ym_kc thing 30
品名 | none | w VACCINE | ~lookalike
供应企业 | enterprise_name | firm 生物制品
批签发 | none | serial PQ########
冷链温度 | none | num 2 8 1
冷藏车 | plate | plate
@ youeryuan_guanli
# yj_banji child:3-5 45
小朋友 | person_name | name
昵称 | person_name | pick 豆豆;糖糖;大宝;小七;Coco;果果
生日 | minor | birth sp
月龄 | minor | age m | ~lookalike
过敏与疾病 | medical | pick 无;花生过敏;哮喘;热性惊厥;蚕豆病;湿疹
接送人脸 | biometric | bio face2
爸爸 | person_name | name4
爸爸单位 | enterprise_name | firm
妈妈 | person_name | name3
妈妈QQ | account | account qq3
家长手机 | mobile | mobile2 multi
住小区 | address | home
民族 | ethnic_group | pick 汉;汉;汉;回;满;苗
户口簿号码(公民号) | resident_id | id
班级 | none | pick 小一班;中二班;大三班
伙食费扣款账户 | bank_card | bank2
园区编码 | organisation_code | org
@ kehou_tuoguan
# stu_kehou child:6-11 40
studentName | person_name | name
ageYears | minor | age
birthYmd | minor | birth c
enrollNo | none | serial G36040320######
nation | ethnic_group | pick 01;03;08;15
bodyHeight | medical | num 105 160
eyesight | medical | num 4 5.2 1
faith_home | religion | w FAITH | b30
parentLogin | account | account
parentOpenid | account | account openid
parentPay | account | account pay
busGps | coordinates | place
districtCode | division_code | div
note | free_text | free tel
@ shaonian_tixiao
# ty_xunlian child:6-12 36
选手 | person_name | name
生 | minor | birth z
组别年纪 | minor | age s
骨龄 | medical | num 6 14 1
项目 | none | pick 乒乓球;体操;跳水;围棋;田径
最好成绩 | none | num 6 30 2
监护人 | person_name | name2
监护人证号 | resident_id | id2 mask | ~masked
保险单 | none | serial PICC############
教练 | person_name | name3
训练津贴 | income | pick 300;450;600
血检报告 | medical | pick 正常;血红蛋白偏低;铁蛋白低
# guoshuer_xialingying child:8-12 30
营员 | person_name | name foreign
营员护照 | passport | passport foreign
营员年龄 | minor | age
家庭宗教 | religion | pick 天主教;佛教;无;基督教;伊斯兰教
带队邮箱 | email | email2
营员出生年月 | minor | birth m
饮食禁忌 | religion | pick 清真;素食(信佛);不食牛肉(印度教);无
@ zhigong_peixun
# pxbt person 50
学员 | person_name | name
学员居民号 | resident_id | id
技能等级 | none | pick 初级工;中级工;高级工;技师
文化 | education | w SCHOOLING
就业失业登记 | none | serial 3604##00######
培训机构 | enterprise_name | firm 职业培训
学员社保号 | social_security_number | ssn
机构执照 | business_licence | licence
补贴标准 | income | pick 600;1000;1500;2000
银行卡采集 | none | pick 已采集;未采集;待更正 | ~lookalike
补贴打卡 | bank_card | bank
培训机构对公户 | bank_card | bank org | np
签到IP | ip_address | ip
签到人像 | biometric | bio face
政治面 | political_status | w POLITY
@ nmg_gongzi
# gz_ff person 60
gr_xm | person_name | name
gr_sfz | resident_id | id | ws
banzu | none | pick 木工班;钢筋班;泥工一班;水电
kaoqin_days | none | num 3 30
yf_gz | income | num 2600 12000 2 c
sf_gz | income | num 2600 12000 2
yhkh | bank_card | bank dirty | ~dirty
khyh | enterprise_name | w BANKS
zongbao | enterprise_name | firm 建设工程
zongbao_xydm | uscc | uscc
zhuanhu_zh | bank_card | bank org | np
gd_addr | address | seat | np
kq_face_feature | biometric | bio
kq_dev_mac | mac_address | mac dash | np
laodong_hetong | none | pick 已签;未签
@ yibao_lingxing
# lxbx person 55
psn_no | social_security_number | ssn number
psn_name | person_name | name
certno | resident_id | id
dise_name | medical | w DIAG
drug_list | medical | ws DRUGS
med_type | none | pick 11;14;21;9901
hosp | none | pick 第二人民医院;市中医院;171医院;妇幼保健院 | np
med_sum | none | num 80 68000 2
reim_acct | bank_card | bank | b8
insured_corp | enterprise_name | firm
corp_code | uscc | uscc
poolarea | division_code | div
mob | mobile | mobile mask | ~masked
sick_wage | income | num 1500 4500 | b40
begndate | none | day i
oper_ip | ip_address | ip | np
"""
