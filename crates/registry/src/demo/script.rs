//! The words of the demo. All names and figures in them are invented.

use crate::rules::listing::Kind;

/// An invented organisation.
pub(super) struct Firm {
    pub(super) name: &'static str,
    pub(super) name_en: &'static str,
    pub(super) kind: &'static str,
    pub(super) city: &'static str,
    pub(super) segments: &'static [&'static str],
    pub(super) profile: &'static str,
    pub(super) profile_en: &'static str,
    pub(super) capabilities: &'static [&'static str],
}

/// An invented need or offer.
pub(super) struct Text {
    pub(super) kind: Option<Kind>,
    pub(super) maturity: Option<i64>,
    pub(super) title: &'static str,
    pub(super) title_en: &'static str,
    pub(super) summary: &'static str,
    pub(super) summary_en: &'static str,
    pub(super) detail: &'static str,
    pub(super) segments: &'static [&'static str],
    pub(super) price_fen: Option<(i64, i64)>,
    pub(super) keywords: &'static [&'static str],
}

pub(super) const EVIDENCE: &str = "示例：单位介绍信与经办人授权书（演示用的虚构材料）。";

pub(super) const SENSOR: Firm = Firm {
    name: "示例松江高温传感器有限公司",
    name_en: "Example Songjiang High-Temperature Sensors Ltd",
    kind: "enterprise",
    city: "310117",
    segments: &["ic/sensor"],
    profile: "示例：研制航空发动机与燃气轮机用高温压力传感器的企业，敏感芯片目前依赖外购。",
    profile_en: "Example: develops high-temperature pressure sensors for engines and gas turbines; buys its sensing chips.",
    capabilities: &["传感器总装与标定，量程 0–60 MPa", "高温环境试验，最高 600 ℃"],
};

pub(super) const MAKER: Firm = Firm {
    name: "示例嘉兴微纳制造研究所",
    name_en: "Example Jiaxing Institute of Micro- and Nanofabrication",
    kind: "institute",
    city: "330400",
    segments: &["ic/sensor", "ic/fab"],
    profile: "示例：面向中小批量的微纳加工平台，可完成光刻、深硅刻蚀与键合。",
    profile_en: "Example: a fabrication platform for small batches: lithography, deep silicon etching, bonding.",
    capabilities: &["150 mm 晶圆深硅刻蚀，深宽比 20:1", "碳化硅与 SOI 晶圆键合"],
};

pub(super) const PACKAGER: Firm = Firm {
    name: "示例苏州特种陶瓷封装有限公司",
    name_en: "Example Suzhou Special Ceramic Packaging Ltd",
    kind: "enterprise",
    city: "320500",
    segments: &["ic/packaging"],
    profile: "示例：为极端环境器件提供陶瓷封装与可靠性试验的企业。",
    profile_en: "Example: ceramic packaging and reliability tests for devices in harsh environments.",
    capabilities: &["氮化铝、氧化铝多层陶瓷封装", "800 小时高温老化试验"],
};

pub(super) const LAB: Firm = Firm {
    name: "示例大学传感薄膜实验室",
    name_en: "Example University Laboratory for Sensing Films",
    kind: "university",
    city: "340100",
    segments: &["ic/sensor", "ic/materials"],
    profile: "示例：研究高温压阻薄膜与传感材料的高校实验室。",
    profile_en: "Example: a university laboratory for piezoresistive films and sensing materials.",
    capabilities: &["高温压阻薄膜制备与表征"],
};

pub(super) const NEWCOMER: Firm = Firm {
    name: "示例嘉兴柔性电子有限公司",
    name_en: "Example Jiaxing Flexible Electronics Ltd",
    kind: "enterprise",
    city: "330400",
    segments: &["ic/sensor"],
    profile: "示例：新登记的单位，正等待嘉兴市主管部门核验。",
    profile_en: "Example: newly registered; waits for the city office of Jiaxing.",
    capabilities: &[],
};

pub(super) const TESTER: Firm = Firm {
    name: "示例长三角检测认证中心",
    name_en: "Example Delta Testing and Certification Centre",
    kind: "platform",
    city: "310000",
    segments: &["ic/packaging"],
    profile: "示例：不在九城之内的单位，登记由联席会议办公室核验。",
    profile_en: "Example: outside the nine cities; its registration goes to the joint office.",
    capabilities: &[],
};

pub(super) const CHIP: Text = Text {
    kind: None,
    maturity: None,
    title: "示例：高温压力传感器敏感芯片及工艺验证",
    title_en: "Example: sensing chips for high-temperature pressure sensors, with process validation",
    summary: "我们研制的压力传感器要在 400 ℃ 下长期工作，现有外购敏感芯片在 250 ℃ 以上漂移过大。寻求敏感芯片的设计与微纳加工，并完成工艺验证。要求：量程 0–35 MPa，非线性不大于 0.2 %FS，400 ℃ 下 500 小时漂移不大于 0.5 %FS，首批 200 片。",
    summary_en: "Our pressure sensors must work at 400 °C for long periods; purchased chips drift too much above 250 °C. We look for design and fabrication of sensing chips with process validation: 0–35 MPa, non-linearity at most 0.2 % of full scale, drift at most 0.5 % after 500 hours at 400 °C, first batch 200 pieces.",
    detail: "示例：现用芯片的失效分析结论：压阻条与金属互连之间的扩散是主要漂移来源；拟采用 SOI 或碳化硅路线，欧姆接触层方案待定。整机接口尺寸 6.4 mm × 6.4 mm，焊盘布局见会谈材料。",
    segments: &["ic/sensor"],
    price_fen: Some((200_000_000, 500_000_000)),
    keywords: &["高温压力传感器", "敏感芯片", "碳化硅", "SOI"],
};

pub(super) const CALIBRATION: Text = Text {
    kind: Some(Kind::Service),
    maturity: None,
    title: "示例：传感器标定台短期租用",
    title_en: "Example: short hire of a sensor calibration bench",
    summary: "因自有标定台检修，需要在一周内租用 0–60 MPa 活塞式压力标定台三天，可自带操作人员，地点在松江或周边城市。",
    summary_en: "Our bench is under repair: we need a 0–60 MPa piston gauge for three days within a week, in or near Songjiang.",
    detail: "",
    segments: &["ic/sensor"],
    price_fen: None,
    keywords: &["压力标定"],
};

pub(super) const VAGUE: Text = Text {
    kind: None,
    maturity: None,
    title: "示例：寻求先进材料合作",
    title_en: "",
    summary: "希望与有实力的单位在先进材料方面开展广泛合作，共同发展，互利共赢，欢迎联系。",
    summary_en: "",
    detail: "",
    segments: &["ic/materials"],
    price_fen: None,
    keywords: &[],
};

pub(super) const VAGUE_NOTE: &str =
    "示例：请写明要解决的具体问题、材料种类与关键指标，并说明目前试过什么。只有合作意愿，别的单位无法判断是否合适。";

pub(super) const OVEN: Text = Text {
    kind: Some(Kind::Capability),
    maturity: None,
    title: "示例：600 ℃ 高温老化试验箱的协作使用",
    title_en: "Example: shared use of a 600 °C ageing chamber",
    summary: "传感器可靠性试验需要 600 ℃ 高温老化试验箱，容积不小于 100 升，温度均匀性 ±3 ℃，连续使用约 1,000 小时，可分两段安排。",
    summary_en: "Reliability tests need a 600 °C chamber of at least 100 litres, uniform within 3 °C, for about 1,000 hours in two periods.",
    detail: "示例：试件 48 只，需引出测量线；老化曲线与判据在同意后提供。",
    segments: &["ic/sensor", "ic/packaging"],
    price_fen: Some((5_000_000, 12_000_000)),
    keywords: &["高温老化", "可靠性"],
};

pub(super) const BEGUN: Text = Text {
    kind: None,
    maturity: None,
    title: "示例：耐高温引线键合工艺",
    title_en: "",
    summary: "",
    summary_en: "",
    detail: "",
    segments: &[],
    price_fen: None,
    keywords: &[],
};

pub(super) const MACHINING: Text = Text {
    kind: Some(Kind::Capability),
    maturity: None,
    title: "示例：压力敏感芯片微纳加工（深硅刻蚀与键合）",
    title_en: "Example: micromachining of pressure-sensing chips (deep etching and bonding)",
    summary: "提供 150 mm SOI 与碳化硅晶圆的敏感芯片加工：光刻、深硅刻蚀、离子注入协作、阳极与直接键合，可从设计规则检查做到划片测试。适合 50 至 2,000 片的工艺验证与小批量。",
    summary_en: "Sensing chips on 150 mm SOI and silicon carbide wafers: lithography, deep etching, bonding, from design-rule check to dicing and test; 50 to 2,000 pieces.",
    detail: "示例：已完成的两轮流片数据与良率，同意后提供。",
    segments: &["ic/sensor", "ic/fab"],
    price_fen: Some((30_000_000, 150_000_000)),
    keywords: &["深硅刻蚀", "晶圆键合", "敏感芯片"],
};

pub(super) const MACHINING_REVISED: &str = "提供 150 mm 与 200 mm SOI、碳化硅晶圆的敏感芯片加工：光刻、深硅刻蚀、离子注入协作、阳极与直接键合，可从设计规则检查做到划片测试。适合 50 至 5,000 片的工艺验证与小批量，新增 400 ℃ 片上测试。";

pub(super) const PACKAGING: Text = Text {
    kind: Some(Kind::Service),
    maturity: None,
    title: "示例：高温传感器陶瓷封装与可靠性试验",
    title_en: "Example: ceramic packaging and reliability tests for high-temperature sensors",
    summary: "为高温压力、温度传感器提供氮化铝与氧化铝陶瓷封装设计、打样和小批量，以及 800 小时高温老化、温度循环与气密性试验，提供试验报告。",
    summary_en: "Design, samples and small batches of aluminium nitride and alumina packages, with 800-hour ageing, temperature cycling and leak tests, and test reports.",
    detail: "示例：典型结构的热应力仿真与报价构成，同意后提供。",
    segments: &["ic/packaging", "ic/sensor"],
    price_fen: Some((8_000_000, 60_000_000)),
    keywords: &["陶瓷封装", "气密性", "高温老化"],
};

pub(super) const FILM: Text = Text {
    kind: Some(Kind::Achievement),
    maturity: Some(4),
    title: "示例：400 ℃ 稳定的压阻薄膜",
    title_en: "Example: a piezoresistive film stable at 400 °C",
    summary: "实验室研制的掺杂碳化硅压阻薄膜，在 400 ℃ 空气中 300 小时电阻漂移小于 0.3 %，应变系数约 24。已完成实验室验证，寻求联合开发或许可。",
    summary_en: "A doped silicon carbide film: drift below 0.3 % after 300 hours in air at 400 °C, gauge factor about 24. Validated in the laboratory; joint development or licence.",
    detail: "示例：靶材配方、溅射参数与退火曲线，同意后提供。",
    segments: &["ic/sensor", "ic/materials"],
    price_fen: None,
    keywords: &["压阻薄膜", "碳化硅"],
};

pub(super) const PILOT: Text = Text {
    kind: Some(Kind::Achievement),
    maturity: Some(6),
    title: "示例：敏感芯片晶圆级高温测试方法",
    title_en: "Example: wafer-level high-temperature test of sensing chips",
    summary: "在 25 至 400 ℃ 范围内对整片晶圆自动测试零点、灵敏度与漂移，单片测试时间小于 40 分钟，已在小批量中使用，寻求许可或共建测试线。",
    summary_en: "Automatic wafer-level test of offset, sensitivity and drift from 25 to 400 °C in less than 40 minutes; used for small batches; licence or a joint line.",
    detail: "",
    segments: &["ic/sensor"],
    price_fen: Some((50_000_000, 120_000_000)),
    keywords: &["晶圆级测试"],
};

pub(super) const MAKER_ASKS: &str =
    "我所有 SOI 与碳化硅两条加工路线，想了解贵司芯片的失效机理与接口尺寸，以便评估首批 200 片的周期。";
pub(super) const SENSOR_AGREES: &str = "同意开放受保护内容，请看后约时间到松江面谈。";
pub(super) const SENSOR_ASKS_LAB: &str =
    "我司正在寻找 400 ℃ 下稳定的压阻材料，想了解贵实验室薄膜的配方与长期数据，能否开放受保护内容？";
pub(super) const LAB_DECLINES: &str = "目前只完成实验室验证，长期数据还不足以支持产品，预计一年后再谈。";
pub(super) const SENSOR_ASKS_PACKAGER: &str =
    "我司高温压力传感器需要陶瓷封装打样 20 只，并做 400 ℃ 老化试验，想了解贵司的典型结构与报价构成。";
pub(super) const SENSOR_ASKS_MAKER: &str = "想请贵所评估 6.4 mm 见方敏感芯片的加工周期与首批报价，晶圆由我司提供。";
pub(super) const MAKER_WONDERS: &str = "请问晶圆是 150 mm 还是 200 mm？是否需要我所代为划片测试？";
pub(super) const PACKAGER_ASKS_LAB: &str = "我司可为贵实验室的薄膜样品做高温封装与老化试验，想商量联合验证的安排。";
