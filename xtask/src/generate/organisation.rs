use super::random::Random;
use super::vocabulary::{Place, Trade, Vocabulary};
use kernel::Uscc;
use serde::Serialize;

/// One row of the organisation import; several values in one column are separated by `;`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Organisation {
    /// Key of the row in this data set.
    pub key: String,
    /// Chinese name, with the label 合成.
    pub name: String,
    /// English name, with the label Synthetic.
    pub name_en: String,
    /// Short names.
    pub aliases: String,
    /// A code whose check character is right; the registration number inside is invented.
    pub uscc: String,
    /// Six-digit division code.
    pub city: String,
    /// Kind of organisation.
    pub kind: &'static str,
    /// Segment ids.
    pub segments: String,
    /// An address under a domain that is reserved for examples.
    pub website: String,
    /// What it can do, in Chinese.
    pub capabilities: String,
    /// Status codes.
    pub statuses: String,
}

/// Characters that names of firms are made of, with their readings.
const SYLLABLES: &[(&str, &str)] = &[
    ("晟", "sheng"),
    ("睿", "rui"),
    ("恒", "heng"),
    ("博", "bo"),
    ("启", "qi"),
    ("明", "ming"),
    ("锐", "rui"),
    ("科", "ke"),
    ("华", "hua"),
    ("泰", "tai"),
    ("鼎", "ding"),
    ("信", "xin"),
    ("创", "chuang"),
    ("远", "yuan"),
    ("诚", "cheng"),
    ("达", "da"),
    ("汇", "hui"),
    ("聚", "ju"),
    ("领", "ling"),
    ("航", "hang"),
    ("芯", "xin"),
    ("智", "zhi"),
    ("微", "wei"),
    ("联", "lian"),
    ("光", "guang"),
    ("源", "yuan"),
    ("力", "li"),
    ("元", "yuan"),
    ("东", "dong"),
    ("方", "fang"),
    ("新", "xin"),
    ("宇", "yu"),
    ("天", "tian"),
    ("海", "hai"),
    ("江", "jiang"),
    ("安", "an"),
    ("康", "kang"),
    ("健", "jian"),
    ("瑞", "rui"),
    ("丰", "feng"),
    ("盛", "sheng"),
    ("辉", "hui"),
    ("凯", "kai"),
    ("迈", "mai"),
    ("卓", "zhuo"),
    ("越", "yue"),
    ("精", "jing"),
    ("工", "gong"),
    ("云", "yun"),
    ("图", "tu"),
    ("维", "wei"),
    ("思", "si"),
    ("通", "tong"),
    ("奥", "ao"),
    ("普", "pu"),
    ("乐", "le"),
    ("金", "jin"),
    ("银", "yin"),
    ("玉", "yu"),
    ("石", "shi"),
    ("木", "mu"),
    ("林", "lin"),
    ("森", "sen"),
    ("川", "chuan"),
];

/// Legal forms and the kind each stands for; firms are by far the most.
const FORMS: &[(&str, &str, &str)] = &[
    ("有限公司", "Co., Ltd.", "enterprise"),
    ("有限公司", "Co., Ltd.", "enterprise"),
    ("科技有限公司", "Technology Co., Ltd.", "enterprise"),
    ("科技有限公司", "Technology Co., Ltd.", "enterprise"),
    ("股份有限公司", "Inc.", "enterprise"),
    ("技术有限公司", "Technologies Co., Ltd.", "enterprise"),
    ("设备有限公司", "Equipment Co., Ltd.", "enterprise"),
    ("研究院", "Research Institute", "institute"),
    ("公共服务平台", "Public Service Platform", "platform"),
];

const STATUSES: &[&str] =
    &["", "", "", "high_tech", "high_tech", "high_tech;specialised_sme", "high_tech;little_giant", "gazelle"];

/// Organisation `index` of a seed.
pub fn organisation(words: &Vocabulary, seed: u64, index: u64) -> Organisation {
    let mut random = Random::of(seed, 1, index);
    let place = random.pick(&words.places);
    let trade = random.pick(&words.trades);
    let (form, form_en, kind) = *random.pick(FORMS);
    let count = if random.once_in(3) { 3 } else { 2 };
    let syllables: Vec<_> = (0..count).map(|_| *random.pick(SYLLABLES)).collect();
    let word: String = syllables.iter().map(|(zh, _)| *zh).collect();
    let latin = capitalised(&syllables.iter().map(|(_, en)| *en).collect::<String>());
    let second = random.once_in(3).then(|| random.pick(&words.trades).id.as_str()).filter(|id| *id != trade.id);
    Organisation {
        key: key(seed, index),
        name: format!("合成{}{word}{}{form}", place.zh, trade.zh),
        name_en: format!("Synthetic {} {latin} {} {form_en}", place.en, trade.en),
        aliases: format!("合成{word};{}{word}", place.zh),
        uscc: uscc(place, &mut random),
        city: place.adcode.clone(),
        kind,
        segments: std::iter::once(trade.id.as_str()).chain(second).collect::<Vec<_>>().join(";"),
        website: format!("https://{}-{index}.example", latin.to_ascii_lowercase()),
        capabilities: capabilities(trade, &mut random),
        statuses: if kind == "enterprise" { (*random.pick(STATUSES)).to_owned() } else { String::new() },
    }
}

/// The key that listings refer to.
pub fn key(seed: u64, index: u64) -> String {
    format!("syn-{seed}-{index}")
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// Authority 9 (market regulation), kind 1 (enterprise), the place, then an invented number.
fn uscc(place: &Place, random: &mut Random) -> String {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body: String = (0..9).map(|_| char::from(*random.pick(DIGITS))).collect();
    Uscc::complete(&format!("91{}{body}", place.adcode)).map(|code| code.to_string()).unwrap_or_default()
}

fn capabilities(trade: &Trade, random: &mut Random) -> String {
    const DOES: &[&str] = &["从事", "专注于", "提供", "长期研发"];
    const WHAT: &[&str] =
        &["的研发与生产", "的设计、加工与检测", "整线方案", "的中试与量产", "的定制开发", "的可靠性测试"];
    const FOR: &[&str] = &[
        "服务汽车电子客户",
        "服务光伏与储能客户",
        "服务医院与药企",
        "服务整机厂",
        "服务高校与科研院所",
        "服务航天配套单位",
    ];
    let (first, second) = (random.pick(&trade.words), random.pick(&trade.words));
    let year = 2005 + random.below(20);
    let capacity = (1 + random.below(50)) * 100;
    format!(
        "{}{first}、{second}{}，{}；{year}年投产，年产能{capacity}件（合成数据）。",
        random.pick(DOES),
        random.pick(WHAT),
        random.pick(FOR)
    )
}
