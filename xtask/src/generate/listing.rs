use super::organisation::key;
use super::random::Random;
use super::vocabulary::{Trade, Vocabulary};
use serde::Serialize;

/// One row of the import of needs or offers; several values in one column are separated by `;`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// Key of the row in this data set.
    pub key: String,
    /// Key of its organisation in the data set of the same seed.
    pub organisation_key: String,
    /// Code of its organisation; empty, the key is enough.
    pub organisation_uscc: &'static str,
    /// Achievement, service or capability.
    pub r#type: &'static str,
    /// Chinese title, with the label 合成.
    pub title: String,
    /// English title, with the label Synthetic.
    pub title_en: String,
    /// What everybody may read, in Chinese.
    pub r#abstract: String,
    /// The same in English.
    pub abstract_en: String,
    /// The protected part.
    pub detail: String,
    /// Segment ids.
    pub segments: String,
    /// Technology readiness level 1–9, of achievements only.
    pub maturity: String,
    /// Last day; empty means the usual term.
    pub valid_until: &'static str,
}

const KINDS: &[(&str, &str, &str)] =
    &[("achievement", "成果", "result"), ("service", "服务", "service"), ("capability", "能力", "capability")];

/// Need or offer `index` of a seed, of one of the first `owners` organisations of that seed.
pub fn listing(words: &Vocabulary, seed: u64, owners: u64, need: bool, index: u64) -> Listing {
    let mut random = Random::of(seed, if need { 2 } else { 3 }, index);
    let trade = random.pick(&words.trades);
    let (kind, kind_zh, kind_en) = *random.pick(KINDS);
    let word = random.pick(&trade.words).clone();
    let size = *random.pick(&[3, 5, 8, 12, 20, 50, 100, 200, 300]);
    let unit = *random.pick(&["毫米", "微米", "纳米", "千瓦", "兆赫", "吨"]);
    let owner = random.next() % owners;
    let side = if need { "need" } else { "offer" };
    Listing {
        key: format!("syn-{seed}-{side}-{index}"),
        organisation_key: key(seed, owner),
        organisation_uscc: "",
        r#type: kind,
        title: title(need, kind_zh, &word, size, unit),
        title_en: format!("Synthetic {side}: {} {kind_en} no. {index}", trade.en),
        r#abstract: summary(need, trade, &word, &mut random),
        abstract_en: format!("Synthetic record for load tests: a {side} in {}.", trade.en),
        detail: format!("联系条件与指标细节见附件（合成数据，编号 {index}）。"),
        segments: trade.id.clone(),
        maturity: if kind == "achievement" && !need { (1 + random.below(9)).to_string() } else { String::new() },
        valid_until: "",
    }
}

fn title(need: bool, kind: &str, word: &str, size: i32, unit: &str) -> String {
    if need {
        format!("合成需求：求{size}{unit}级{word}{kind}")
    } else {
        format!("合成供给：{size}{unit}级{word}{kind}")
    }
}

fn summary(need: bool, trade: &Trade, word: &str, random: &mut Random) -> String {
    const NEEDS: &[&str] =
        &["良率不足，求工艺改进方", "进口依赖，求国产替代方案", "产能受限，求合作中试线", "缺少检测手段，求测试服务"];
    const OFFERS: &[&str] =
        &["已完成中试，可供应小批量", "拥有自主工艺包，可授权", "检测线对外开放，可预约", "量产经验五年，可代工"];
    let other = random.pick(&trade.words);
    let share = 60 + random.below(40);
    let sentence = random.pick(if need { NEEDS } else { OFFERS });
    format!("围绕{word}与{other}，{sentence}；目标指标达到{share}%，优先走廊内合作（合成数据）。")
}
