//! Drafting: the groups of an act, each filled in by itself.

use super::{
    Accord, AccordKind, AccordState, Assent, JOINT, Level, NUMBER_CHARS_MAX, OUTER_MAX, Party, PartyKind, drafted,
};
use crate::rules::named_as_example;
use kernel::input::{city_unknown, day, line, needed, yuan};
use kernel::limits::{DETAIL_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Adcode, By, Date, Fen, Refusal};

/// What it is, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeadDraft {
    /// Code of an [`AccordKind`].
    pub kind: String,
    /// Its number; may be empty for now.
    pub number: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// Code of an [`Assent`].
    pub assent: String,
    /// Id of the act in whose place it stands; may be empty.
    pub supersedes: String,
}

/// The text, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextDraft {
    /// Chinese.
    pub text: String,
    /// English; may be empty.
    pub text_en: String,
}

/// An outer party, as typed; one without a name is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OuterDraft {
    /// Chinese name.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
    /// Code of a [`Level`].
    pub level: String,
}

/// The parties, as chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartiesDraft {
    /// Codes of member cities.
    pub cities: Vec<String>,
    /// The joint office is a party too.
    pub joint: bool,
    /// Outer parties.
    pub outer: Vec<OuterDraft>,
}

/// The money, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MoneyDraft {
    /// Yuan in all; empty for an act without money.
    pub total_yuan: String,
    /// Code of a party and its yuan; empty for none.
    pub shares: Vec<(String, String)>,
}

/// How long it holds, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValidityDraft {
    /// First day; empty for the day it comes into force.
    pub valid_from: String,
    /// Last day; empty for no end.
    pub valid_until: String,
}

/// The groups that change; the others stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    /// What it is.
    pub head: Option<HeadDraft>,
    /// The text.
    pub text: Option<TextDraft>,
    /// The parties.
    pub parties: Option<PartiesDraft>,
    /// The money.
    pub money: Option<MoneyDraft>,
    /// How long it holds.
    pub validity: Option<ValidityDraft>,
}

/// Begins a draft.
///
/// # Errors
/// The first field that breaks a rule.
pub fn begin(id: &str, head: &HeadDraft, by: By<'_>) -> Result<Accord, Refusal> {
    let empty = Accord {
        id: id.to_owned(),
        kind: AccordKind::Agreement,
        number: String::new(),
        title: String::new(),
        title_en: String::new(),
        text: String::new(),
        text_en: String::new(),
        assent: Assent::Everybody,
        parties: Vec::new(),
        total: None,
        valid_from: None,
        valid_until: None,
        supersedes: None,
        state: AccordState::Draft,
        version: 0,
        deadline_ms: None,
        circulated_ms: None,
        in_force_ms: None,
        ended_ms: None,
        end_reason: String::new(),
        drafted_by: by.account.to_owned(),
        demo: by.demo,
        created_ms: by.now.ms(),
        updated_ms: by.now.ms(),
    };
    with_head(empty, head)
}

/// Changes some groups of a draft. `member` knows the member cities.
///
/// # Errors
/// `accord-not-draft`, or the first field that breaks a rule.
pub fn revise(old: &Accord, patch: &Patch, member: &dyn Fn(Adcode) -> bool, by: By<'_>) -> Result<Accord, Refusal> {
    drafted(old)?;
    let mut next = Accord { updated_ms: by.now.ms(), drafted_by: by.account.to_owned(), ..old.clone() };
    if let Some(head) = &patch.head {
        next = with_head(next, head)?;
    }
    if let Some(text) = &patch.text {
        next.text = needed(&text.text, DETAIL_CHARS_MAX, "text")?;
        next.text_en = line(&text.text_en, DETAIL_CHARS_MAX, "text_en")?;
    }
    if let Some(draft) = &patch.parties {
        next.parties = parties(&next, draft, member)?;
    }
    if let Some(money) = &patch.money {
        next = with_money(next, money)?;
    }
    if let Some(validity) = &patch.validity {
        next = with_validity(next, validity)?;
    }
    Ok(next)
}

fn with_head(accord: Accord, head: &HeadDraft) -> Result<Accord, Refusal> {
    let choose =
        |field: &'static str| Refusal::invalid("choice-needed", "请选择一项。", "Choose one of them.").at(field);
    let title = needed(&head.title, TITLE_CHARS_MAX, "title")?;
    named_as_example(accord.demo, &title)?;
    let supersedes = head.supersedes.trim();
    Ok(Accord {
        kind: AccordKind::parse(&head.kind).ok_or_else(|| choose("kind"))?,
        number: line(&head.number, NUMBER_CHARS_MAX, "number")?,
        title,
        title_en: line(&head.title_en, TITLE_CHARS_MAX, "title_en")?,
        assent: Assent::parse(&head.assent).ok_or_else(|| choose("assent"))?,
        supersedes: (!supersedes.is_empty()).then(|| supersedes.to_owned()),
        ..accord
    })
}

fn parties(old: &Accord, draft: &PartiesDraft, member: &dyn Fn(Adcode) -> bool) -> Result<Vec<Party>, Refusal> {
    let mut parties: Vec<Party> = Vec::new();
    let plain = |code: &str, kind| Party {
        code: code.to_owned(),
        kind,
        city: None,
        name: String::new(),
        name_en: String::new(),
        level: None,
        share: old.party(code).and_then(|party| party.share),
    };
    for code in &draft.cities {
        let city = Adcode::parse(code).ok().filter(|city| member(*city)).ok_or_else(|| city_unknown("cities"))?;
        if parties.iter().all(|party| party.city != Some(city)) {
            parties.push(Party { city: Some(city), ..plain(code, PartyKind::Member) });
        }
    }
    if parties.is_empty() {
        return Err(few("cities"));
    }
    if draft.joint {
        parties.push(plain(JOINT, PartyKind::Joint));
    }
    for typed in draft.outer.iter().filter(|typed| !typed.name.trim().is_empty()) {
        let index = parties.iter().filter(|party| party.kind == PartyKind::Outer).count();
        if index >= OUTER_MAX {
            return Err(Refusal::invalid(
                "outer-many",
                format!("最多列 {OUTER_MAX} 个走廊以外的签署方。"),
                format!("At most {OUTER_MAX} outer parties."),
            )
            .at("outer_name_1"));
        }
        parties.push(outer(old, typed, index)?);
    }
    if parties.len() < 2 {
        return Err(few("cities"));
    }
    Ok(parties)
}

/// Names of the fields that outer parties are typed into.
pub(crate) const OUTER_FIELDS: [[&str; 3]; OUTER_MAX] = [
    ["outer_name_1", "outer_name_en_1", "outer_level_1"],
    ["outer_name_2", "outer_name_en_2", "outer_level_2"],
    ["outer_name_3", "outer_name_en_3", "outer_level_3"],
    ["outer_name_4", "outer_name_en_4", "outer_level_4"],
    ["outer_name_5", "outer_name_en_5", "outer_level_5"],
    ["outer_name_6", "outer_name_en_6", "outer_level_6"],
];

fn outer(old: &Accord, typed: &OuterDraft, index: usize) -> Result<Party, Refusal> {
    let [name_field, name_en_field, level_field] = OUTER_FIELDS[index];
    let name = needed(&typed.name, TITLE_CHARS_MAX, name_field)?;
    let level = Level::parse(&typed.level).ok_or_else(|| {
        Refusal::invalid(
            "outer-level",
            "请选择该方是省级政府还是国家部委。",
            "Say whether this party is a province or a ministry.",
        )
        .at(level_field)
    })?;
    // A share stays with the party, wherever it now stands in the list.
    let before = old.parties.iter().find(|party| party.kind == PartyKind::Outer && party.name == name);
    Ok(Party {
        code: format!("x{}", index + 1),
        kind: PartyKind::Outer,
        city: None,
        name_en: line(&typed.name_en, TITLE_CHARS_MAX, name_en_field)?,
        level: Some(level),
        share: before.and_then(|party| party.share),
        name,
    })
}

fn few(field: &'static str) -> Refusal {
    Refusal::invalid(
        "parties-few",
        "共同决定至少有两方，其中至少一座成员城市。请补选。",
        "A joint act has at least two parties, one of them a member city. Choose more.",
    )
    .at(field)
}

fn with_money(old: Accord, money: &MoneyDraft) -> Result<Accord, Refusal> {
    let total = yuan(&money.total_yuan, "total_yuan")?;
    let mut next = Accord { total, ..old };
    for party in &mut next.parties {
        let typed = money.shares.iter().find(|(code, _)| *code == party.code).map_or("", |(_, typed)| typed.as_str());
        // The field of a share is named after its party; the sentence tells which one it is.
        party.share = yuan(typed, "total_yuan").map_err(|refusal| refusal.at(format!("share_{}", party.code)))?;
    }
    if let Some((code, _)) = money.shares.iter().find(|(code, _)| next.party(code).is_none()) {
        return Err(Refusal::invalid(
            "share-party",
            format!("“{code}”不是本文件的一方，不能分担经费。请核对各方。"),
            format!("{code} is no party to this act and has no share. Check the parties."),
        ));
    }
    shares_fit(&next)?;
    Ok(next)
}

pub(super) fn sum(shares: impl Iterator<Item = Fen>) -> Result<Fen, Refusal> {
    let mut sum = Fen::ZERO;
    for share in shares {
        sum = sum.plus(share).map_err(|_| {
            Refusal::invalid(
                "amount-large",
                "金额过大，请检查单位是否为元。",
                "The amount is too large; check that it is in yuan.",
            )
            .at("total_yuan")
        })?;
    }
    Ok(sum)
}

/// Shares, where there are any, come to the total.
pub(super) fn shares_fit(accord: &Accord) -> Result<(), Refusal> {
    let shared = accord.parties.iter().any(|party| party.share.is_some());
    let sum = accord.shares_sum()?;
    match accord.total {
        None if shared => {
            Err(Refusal::invalid("money-total", "填写了各方分担，请同时填写总额。", "Shares need a total; fill it in.")
                .at("total_yuan"))
        }
        Some(total) if shared && sum != total => Err(Refusal::invalid(
            "money-shares",
            format!("各方分担合计 {sum} 元，与总额 {total} 元不一致，请核对。"),
            format!("The shares come to {sum} yuan, the total is {total}; make them equal."),
        )
        .at("total_yuan")),
        _ => Ok(()),
    }
}

fn with_validity(old: Accord, validity: &ValidityDraft) -> Result<Accord, Refusal> {
    let read = |text: &str, field: &'static str| -> Result<Option<Date>, Refusal> {
        if text.trim().is_empty() { Ok(None) } else { day(text, field).map(Some) }
    };
    let valid_from = read(&validity.valid_from, "valid_from")?;
    let valid_until = read(&validity.valid_until, "valid_until")?;
    if let (Some(from), Some(until)) = (valid_from, valid_until)
        && until < from
    {
        return Err(Refusal::invalid(
            "validity-period",
            "失效日期不能早于生效日期，请检查。",
            "The last day is before the first; check both.",
        )
        .at("valid_until"));
    }
    Ok(Accord { valid_from, valid_until, ..old })
}

/// Something an act still lacks before it can be circulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The group it belongs to: `head`, `text`, `parties`.
    pub group: &'static str,
    /// Its name, Chinese.
    pub zh: &'static str,
    /// Its name, English.
    pub en: &'static str,
}

/// What is still missing.
pub fn missing(accord: &Accord) -> Vec<Gap> {
    let gap = |group, zh, en| Gap { group, zh, en };
    let gaps = [
        accord.number.is_empty().then(|| gap("head", "文号", "the number")),
        accord.text.is_empty().then(|| gap("text", "正文", "the text")),
        accord.parties.is_empty().then(|| gap("parties", "签署各方", "the parties")),
    ];
    gaps.into_iter().flatten().collect()
}
