//! Shared money: what each funder pledges and on which condition, whether it covers the call, and how an award is split
//! among the sources to the fen.

use super::By;
use kernel::input::line;
use kernel::limits::TITLE_CHARS_MAX;
use kernel::{Adcode, Fen, Refusal, codes};

/// Funders of one call.
pub const FUNDERS_MAX: usize = 20;
/// Characters of what a funder adds in words.
pub const NOTE_CHARS_MAX: usize = 300;

codes! {
    /// Who gives.
    FunderKind {
        /// The challenge owner.
        Owner = "owner",
        /// A member city.
        City = "city",
        /// The joint office, from a fund of the corridor.
        Joint = "joint",
        /// A province or ministry; its money comes through an account of the joint office.
        Outer = "outer",
        /// Another organisation, such as a bank or a fund.
        Organisation = "organisation",
    }
}

codes! {
    /// On which condition.
    Condition {
        /// None: whoever wins.
        None = "none",
        /// Only for an award whose team has its lead in the funder's city.
        Local = "local",
        /// For every yuan of the challenge owner, so many of the funder.
        Matched = "matched",
    }
}

codes! {
    /// Where a pledge stands.
    PledgeState {
        /// The funder is asked.
        Asked = "asked",
        /// The funder has pledged.
        Given = "given",
        /// The funder does not take part.
        Declined = "declined",
        /// Taken back before the release.
        Withdrawn = "withdrawn",
    }
}

/// A funder's share in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pledge {
    /// Opaque id.
    pub id: String,
    /// The call.
    pub call: String,
    /// Its place among the pledges of the call, from 1, in the order in which funders were first asked.
    pub ord: i64,
    /// Who gives.
    pub kind: FunderKind,
    /// A city's code, an organisation's id, [`super::JOINT`], or `x1`, `x2` … for outer ones.
    pub code: String,
    /// Name of an outer funder; empty for those whom the house can name.
    pub name: String,
    /// Its English name; may be empty.
    pub name_en: String,
    /// The ledger account it comes from; empty until it is given.
    pub account: String,
    /// The most it gives; zero until it is given.
    pub cap: Fen,
    /// On which condition.
    pub condition: Condition,
    /// With [`Condition::Matched`]: hundredths of a yuan for each yuan of the owner, such as 150 for 1 : 1.5.
    pub ratio_hundredths: i64,
    /// What it adds in words; may be empty.
    pub note: String,
    /// Where it stands.
    pub state: PledgeState,
    /// The account of the person who gave or declined it; empty before.
    pub by: String,
    /// When it was asked for, given or declined.
    pub at_ms: i64,
    /// From the demonstration.
    pub demo: bool,
}

impl Pledge {
    /// The city in which a winner has to sit for a local pledge.
    pub fn city(&self) -> Option<Adcode> {
        (self.kind == FunderKind::City).then(|| Adcode::parse(&self.code).ok()).flatten()
    }
}

/// A pledge, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PledgeDraft {
    /// The most it gives, in yuan.
    pub cap_yuan: String,
    /// Code of a [`Condition`].
    pub condition: String,
    /// Yuan for each yuan of the owner; only for [`Condition::Matched`].
    pub ratio: String,
    /// The ledger account it comes from.
    pub account: String,
    /// In words; may be empty.
    pub note: String,
}

/// Gives a pledge. Whether the account is the funder's is the caller's to check.
///
/// # Errors
/// `pledge-over` once declined, or the first field that breaks a rule.
pub fn give(old: &Pledge, draft: &PledgeDraft, by: By<'_>) -> Result<Pledge, Refusal> {
    if !matches!(old.state, PledgeState::Asked | PledgeState::Given) {
        return Err(over());
    }
    let cap = kernel::input::yuan(&draft.cap_yuan, "cap_yuan")?.filter(|cap| *cap > Fen::ZERO).ok_or_else(|| {
        Refusal::invalid("pledge-amount", "请填写承诺金额（元）。", "Give the amount that is pledged, in yuan.")
            .at("cap_yuan")
    })?;
    let condition = Condition::parse(draft.condition.trim()).ok_or_else(|| {
        Refusal::invalid("pledge-condition", "请选择出资条件。", "Choose the condition of the pledge.").at("condition")
    })?;
    if condition == Condition::Local && old.kind != FunderKind::City {
        return Err(Refusal::invalid(
            "pledge-local",
            "只有城市可以限定“承担单位在本市”。请选择其他条件。",
            "Only a city can ask that the winner sits there; choose another condition.",
        )
        .at("condition"));
    }
    if condition == Condition::Matched && old.kind == FunderKind::Owner {
        return Err(Refusal::invalid(
            "pledge-own-match",
            "出题方的资金不能以自身为配套基准，请选择“无条件”。",
            "The challenge owner's own money cannot match itself; choose no condition.",
        )
        .at("condition"));
    }
    let ratio_hundredths = if condition == Condition::Matched { ratio(&draft.ratio)? } else { 0 };
    let account = draft.account.trim().to_owned();
    if account.is_empty() {
        return Err(Refusal::invalid(
            "pledge-account",
            "请选择出资账户。没有可选账户的，请先在“账户”页面开户。",
            "Choose the account it comes from. If there is none, open one on the page of accounts first.",
        )
        .at("account"));
    }
    Ok(Pledge {
        note: line(&draft.note, NOTE_CHARS_MAX, "note")?,
        account,
        cap,
        condition,
        ratio_hundredths,
        state: PledgeState::Given,
        by: by.account.to_owned(),
        at_ms: by.now.ms(),
        ..old.clone()
    })
}

/// A funder does not take part, or takes its pledge back before the release.
///
/// # Errors
/// `pledge-over`.
pub fn decline(old: &Pledge, note: &str, by: By<'_>) -> Result<Pledge, Refusal> {
    let state = match old.state {
        PledgeState::Asked => PledgeState::Declined,
        PledgeState::Given => PledgeState::Withdrawn,
        PledgeState::Declined | PledgeState::Withdrawn => return Err(over()),
    };
    Ok(Pledge {
        state,
        cap: Fen::ZERO,
        note: line(note, NOTE_CHARS_MAX, "note")?,
        by: by.account.to_owned(),
        at_ms: by.now.ms(),
        ..old.clone()
    })
}

fn over() -> Refusal {
    Refusal::conflict(
        "pledge-over",
        "这项出资已谢绝或撤回。如仍要出资，请联系联席会议办公室重新邀请。",
        "This pledge was declined or taken back. Ask the joint office to invite anew.",
    )
}

fn ratio(text: &str) -> Result<i64, Refusal> {
    let wrong = || {
        Refusal::invalid(
            "pledge-ratio",
            "配套比例请填写 0.01 到 100 之间的数，如 1.5 表示 1 : 1.5。",
            "Write the ratio as a number from 0.01 to 100, such as 1.5 for 1 : 1.5.",
        )
        .at("ratio")
    };
    // The same shape as an amount: at most two digits after the point.
    let fen = Fen::parse_yuan(text.trim()).map_err(|_| wrong())?.get();
    if (1..=10_000).contains(&fen) { Ok(fen) } else { Err(wrong()) }
}

/// The name of an outer funder, as typed.
///
/// # Errors
/// A text rule.
pub fn outer_name(name: &str, field: &'static str) -> Result<String, Refusal> {
    kernel::input::needed(name, TITLE_CHARS_MAX, field)
}

/// What pledges come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cover {
    /// Whoever wins.
    pub sure: Fen,
    /// With everything that only comes for winners in certain cities.
    pub possible: Fen,
}

/// The most a pledge gives where its condition holds.
fn worth(pledge: &Pledge, own: Fen) -> i64 {
    match pledge.condition {
        Condition::Matched => {
            // In i128, since the owner's money times the ratio may leave i64.
            let matched = i128::from(own.get()) * i128::from(pledge.ratio_hundredths) / 100;
            i64::try_from(matched).unwrap_or(i64::MAX).min(pledge.cap.get())
        }
        Condition::None | Condition::Local => pledge.cap.get(),
    }
}

fn own(pledges: &[Pledge]) -> Fen {
    let own = pledges.iter().find(|p| p.kind == FunderKind::Owner && p.state == PledgeState::Given);
    own.map_or(Fen::ZERO, |pledge| pledge.cap)
}

/// What the given pledges come to. Local money counts as possible only: nobody knows yet who wins.
///
/// # Errors
/// `amount-large` when the sum cannot be held.
pub fn cover(pledges: &[Pledge]) -> Result<Cover, Refusal> {
    let own = own(pledges);
    let sum = |local: bool| {
        let given = pledges.iter().filter(|p| p.state == PledgeState::Given);
        let counted = given.filter(|p| local || p.condition != Condition::Local);
        counted.map(|p| worth(p, own)).try_fold(0_i64, i64::checked_add).and_then(|sum| Fen::new(sum).ok())
    };
    let large = || {
        Refusal::invalid(
            "amount-large",
            "金额过大，请检查单位是否为元。",
            "The amount is too large; check that it is in yuan.",
        )
    };
    Ok(Cover { sure: sum(false).ok_or_else(large)?, possible: sum(true).ok_or_else(large)? })
}

/// A call may be released only when its money is there whoever wins.
///
/// # Errors
/// `pledges-short`, saying how much is missing; `pledges-open` while a funder has not answered.
pub fn covers(pledges: &[Pledge], budget: Fen) -> Result<(), Refusal> {
    let open = pledges.iter().filter(|pledge| pledge.state == PledgeState::Asked).count();
    if open > 0 {
        return Err(Refusal::conflict(
            "pledges-open",
            format!("还有 {open} 个出资方没有答复，请等待或撤销邀请后再发榜。"),
            format!("{open} funders have not answered; wait for them or take the invitation back."),
        ));
    }
    let cover = cover(pledges)?;
    if cover.sure >= budget {
        return Ok(());
    }
    let missing = budget.minus(cover.sure).unwrap_or(Fen::ZERO);
    Err(Refusal::conflict(
        "pledges-short",
        format!(
            "各方无论谁中榜都能到位的出资合计 {} 元，榜单金额 {budget} 元，还差 {missing} 元。请增加出资或调低榜单金额。",
            cover.sure
        ),
        format!(
            "The pledges that hold whoever wins come to {} yuan of {budget}; {missing} are missing. Raise pledges or lower the call's money.",
            cover.sure
        ),
    ))
}

/// An award to be paid from pledges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// How much.
    pub amount: Fen,
    /// The member city in which the winner's lead sits, if any.
    pub city: Option<Adcode>,
}

/// Which pledge pays how much of which award: one row an award, one column a pledge, in the order they were given.
///
/// Money that only comes for winners in a certain city goes first, to their awards in order; what is left of each award is
/// split among the other pledges in proportion to what they have, to the fen: largest remainder first, the earlier pledge
/// on a tie. Every row comes to its award exactly, no column to more than its pledge.
///
/// # Errors
/// `pledges-short` when the awards come to more than the pledges that hold for them.
pub fn split(pledges: &[Pledge], needs: &[Need]) -> Result<Vec<Vec<Fen>>, Refusal> {
    let own = own(pledges);
    let given = |p: &Pledge| p.state == PledgeState::Given;
    let mut left: Vec<i64> = pledges.iter().map(|p| if given(p) { worth(p, own) } else { 0 }).collect();
    let mut rows = Vec::with_capacity(needs.len());
    for need in needs {
        let mut row = vec![0_i64; pledges.len()];
        let mut rest = need.amount.get();
        for (at, pledge) in pledges.iter().enumerate() {
            if pledge.condition == Condition::Local && pledge.city().is_some() && pledge.city() == need.city {
                let takes = left[at].min(rest);
                (row[at], left[at], rest) = (takes, left[at] - takes, rest - takes);
            }
        }
        rows.push((row, rest));
    }
    for (row, rest) in &mut rows {
        let free: Vec<i64> = pledges
            .iter()
            .zip(&left)
            .map(|(p, left)| if p.condition == Condition::Local { 0 } else { *left })
            .collect();
        let parts = proportionally(*rest, &free).ok_or_else(short)?;
        for (at, part) in parts.into_iter().enumerate() {
            row[at] += part;
            left[at] -= part;
        }
    }
    let fen = |amount: i64| Fen::new(amount).map_err(|_| short());
    rows.into_iter().map(|(row, _)| row.into_iter().map(fen).collect()).collect()
}

/// Splits an amount in proportion to weights, none getting more than its weight; none when they do not reach.
pub(crate) fn proportionally(amount: i64, weights: &[i64]) -> Option<Vec<i64>> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if i128::from(amount) > sum {
        return None;
    }
    if sum == 0 {
        return Some(vec![0; weights.len()]);
    }
    let share =
        |weight: i64| (i128::from(amount) * i128::from(weight) / sum, i128::from(amount) * i128::from(weight) % sum);
    let mut parts: Vec<i64> =
        weights.iter().map(|weight| i64::try_from(share(*weight).0).unwrap_or(i64::MAX)).collect();
    let given: i64 = parts.iter().sum();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(share(weights[*at]).1), *at));
    let spare = usize::try_from(amount - given).unwrap_or(0);
    for at in order.into_iter().take(spare) {
        parts[at] += 1;
    }
    Some(parts)
}

fn short() -> Refusal {
    Refusal::conflict(
        "pledges-short",
        "各方出资不足以支付这些立项金额。请调低金额，或由出资方追加。",
        "The pledges do not reach for these awards. Lower them, or ask the funders for more.",
    )
}
