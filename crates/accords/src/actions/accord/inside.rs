//! Acts that another capability drafts: written, circulated and taken back inside its own transaction. Who may do so is
//! the caller's to decide.

use super::{kept, linked, load};
use crate::actions::{clock, members};
use crate::rules::accord::{
    self as rules, AccordKind, AccordState, Assent, HeadDraft, MoneyDraft, OuterDraft, PartiesDraft, Patch, TextDraft,
    ValidityDraft,
};
use crate::store;
use kernel::{Adcode, Fen, Refusal};
use platform::db::{Conn, Txn};
use platform::{App, Outcome};
use rooms::actions::clock::after_midnight;
use rooms::actions::{Done, by};
use serde_json::json;

/// An act as another capability drafts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAct {
    /// What it is.
    pub kind: AccordKind,
    /// Its number.
    pub number: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// Full text, Chinese.
    pub text: String,
    /// Full text, English; may be empty.
    pub text_en: String,
    /// Member cities.
    pub cities: Vec<Adcode>,
    /// The joint office is a party too.
    pub joint: bool,
    /// Provinces and ministries; the first is party `x1`, the second `x2` …
    pub outer: Vec<OuterDraft>,
    /// Money of the parties, by code; they come to the total.
    pub shares: Vec<(String, Fen)>,
    /// The last day on which parties may consent, as `2026-12-31`.
    pub deadline: String,
}

/// Drafts an act and puts it before its parties, who are asked for the consent of everybody.
///
/// # Errors
/// `accord-number-taken`, or the first field that breaks a rule of acts.
pub async fn accord_circulate_in(app: &App, tx: &Txn, id: &str, act: &NewAct) -> Outcome<Done> {
    let head = HeadDraft {
        kind: act.kind.code().to_owned(),
        number: act.number.clone(),
        title: act.title.clone(),
        title_en: act.title_en.clone(),
        assent: Assent::Everybody.code().to_owned(),
        supersedes: String::new(),
    };
    let total = act.shares.iter().try_fold(Fen::ZERO, |sum, (_, share)| sum.plus(*share)).map_err(|_| large())?;
    let money = MoneyDraft {
        total_yuan: total.to_string(),
        shares: act.shares.iter().map(|(code, share)| (code.clone(), share.to_string())).collect(),
    };
    let patch = Patch {
        text: Some(TextDraft { text: act.text.clone(), text_en: act.text_en.clone() }),
        parties: Some(PartiesDraft {
            cities: act.cities.iter().map(Adcode::to_string).collect(),
            joint: act.joint,
            outer: act.outer.clone(),
        }),
        money: (total > Fen::ZERO).then_some(money),
        validity: Some(ValidityDraft::default()),
        ..Patch::default()
    };
    let begun = rules::begin(id, &head, by(tx))?;
    let drafted = rules::revise(&begun, &patch, &members(app), by(tx))?;
    linked(tx, &drafted, tx.ctx()).await?;
    kept(tx, "accord.drafted", &drafted, json!({})).await?;
    let next = rules::circulate(&drafted, &act.deadline, tx.ctx().now)?;
    store::accord::freeze(tx, &next).await?;
    tx.job(after_midnight(clock::NAME, tx.ctx().now)).await?;
    kept(tx, "accord.circulated", &next, json!({ "deadline_ms": next.deadline_ms })).await
}

fn large() -> Refusal {
    Refusal::invalid(
        "amount-large",
        "金额过大，请检查单位是否为元。",
        "The amount is too large; check that it is in yuan.",
    )
}

/// Where an act stands now, the clock included.
///
/// # Errors
/// Not found.
pub async fn accord_state_in(conn: &Conn, id: &str, now: kernel::Instant) -> Outcome<AccordState> {
    Ok(load(conn, id).await?.state_at(now))
}

/// Takes an act back into drafting that has not come into force.
///
/// # Errors
/// Not found, `accord-settled`.
pub async fn accord_take_back_in(tx: &Txn, id: &str) -> Outcome<Done> {
    let old = load(tx, id).await?;
    let next = rules::take_back(&old, tx.ctx().now)?;
    kept(tx, "accord.taken_back", &next, json!({})).await
}
