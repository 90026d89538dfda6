//! The words of a joint release: the text that cities consent to, and the rules that every sealed answer is bound to.

use super::call::Call;
use super::pledge::{Condition, Pledge};

/// Outer funders of one call: as many as a joint act takes.
pub const OUTER_MAX: usize = 6;

/// When it closes, and who opens it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenDraft {
    /// The opening committee.
    pub committee: String,
    /// First moment that is too late for an answer.
    pub closes_ms: i64,
    /// First moment that is too late for a share of the committee.
    pub opens_by_ms: i64,
}

/// The title of the act.
pub fn title(call: &Call) -> String {
    format!("{}：联合发榜", call.title)
}

/// Its English title; empty where the call has none.
pub fn title_en(call: &Call) -> String {
    if call.title_en.is_empty() { String::new() } else { format!("{}: joint release", call.title_en) }
}

/// The text that the parties consent to.
pub fn text(call: &Call, pledges: &[&Pledge], name: &dyn Fn(&Pledge) -> String) -> String {
    let line = |pledge: &&Pledge| {
        let condition = match pledge.condition {
            Condition::None => "无条件".to_owned(),
            Condition::Local => "仅用于牵头单位在本市的立项".to_owned(),
            Condition::Matched => format!("按出题方出资 1 : {} 配套", hundredths(pledge.ratio_hundredths)),
        };
        let note = if pledge.note.is_empty() { String::new() } else { format!("。{}", pledge.note) };
        format!("{}：不超过 {} 元，{condition}{note}", name(pledge), pledge.cap)
    };
    let shares: Vec<String> = pledges.iter().map(line).collect();
    format!(
        "一、各方共同发布榜单 {}“{}”，榜单金额 {} 元，立项不超过 {} 项。\n二、各方出资：\n{}\n\
         三、先使用限定本地的出资，其余部分由其他出资方按承诺金额的比例分担，精确到分；超出承诺金额的，任何一方均不承担。\n\
         四、立项时冻结各方应付资金，按里程碑验收通过后逐期支付；未支付的部分退回原账户。\n\
         五、揭榜答卷在截止前密封，任何一方均不能提前查看；由开启委员会在截止后共同开启。",
        call.number,
        call.title,
        call.budget,
        call.winners_max,
        shares.join("\n")
    )
}

/// The same in English.
pub fn text_en(call: &Call, pledges: &[&Pledge], name: &dyn Fn(&Pledge) -> String) -> String {
    let line = |pledge: &&Pledge| {
        let condition = match pledge.condition {
            Condition::None => "without condition".to_owned(),
            Condition::Local => "only for awards whose lead sits in that city".to_owned(),
            Condition::Matched => {
                format!("{} for each yuan of the challenge owner", hundredths(pledge.ratio_hundredths))
            }
        };
        let note = if pledge.note.is_empty() { String::new() } else { format!(". {}", pledge.note) };
        format!("{}: at most {} yuan, {condition}{note}", name(pledge), pledge.cap)
    };
    let shares: Vec<String> = pledges.iter().map(line).collect();
    let title = if call.title_en.is_empty() { &call.title } else { &call.title_en };
    format!(
        "1. The parties release call {} “{title}” together: {} yuan, at most {} awards.\n2. Shares:\n{}\n\
         3. Money that is bound to a city goes first; the rest is split among the other funders in proportion to their pledges, to the fen. Nobody pays more than it has pledged.\n\
         4. Money is held at the award and paid by milestone on acceptance; what is not paid goes back to where it came from.\n\
         5. Answers are sealed until the deadline, for everybody; an opening committee opens them together afterwards.",
        call.number,
        call.budget,
        call.winners_max,
        shares.join("\n")
    )
}

fn hundredths(n: i64) -> String {
    let text = format!("{}.{:02}", n / 100, n % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The rules of answers: what every envelope of this version of the call is bound to.
pub fn rules_of_answers(call: &Call) -> String {
    let criteria: Vec<String> = call
        .review
        .criteria
        .iter()
        .map(|criterion| format!("{} {}%", criterion.name, criterion.weight_bp / 100))
        .collect();
    let eligibility = if call.eligibility.is_empty() { "不限地域" } else { &call.eligibility };
    format!(
        "榜单 {}“{}”第 {} 版。\n{}\n揭榜条件：{eligibility}\n知识产权：{}\n榜单金额 {} 元，立项不超过 {} 项。\n评审指标：{}\n\
         每个牵头单位一份答卷，截止前可以重新提交，最后一份有效。",
        call.number,
        call.title,
        call.version + 1,
        call.summary,
        call.ip,
        call.budget,
        call.winners_max,
        criteria.join("、")
    )
}
