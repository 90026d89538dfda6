//! The JSON shapes of joint acts, in and out.

use crate::actions::accord::{Version, View};
use crate::api::{AccordEventItem, TitleRef, events};
use crate::rules::accord::{
    Accord, Consent, HeadDraft, MoneyDraft, OuterDraft, PartiesDraft, Patch, SayCommand, TextDraft, ValidityDraft,
};
use kernel::{Fen, Instant, Refusal};
use registry::api::city::PlaceRef;
use registry::corridor::Corridor;
use rooms::api::ReceiptOf;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A joint act as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccordItem {
    /// Opaque id.
    pub id: String,
    /// `agreement`, `rules`, `plan`, `standard`, `recognition` or `clearing`.
    pub kind: String,
    /// Its number; empty in some drafts.
    pub number: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// Where it stands by the clock.
    pub state: String,
    /// The version that was circulated last; 0 before the first.
    pub version: i64,
    /// Whose consent it takes: `everybody` or `members`.
    pub assent: String,
    /// The member cities that are parties.
    pub cities: Vec<PlaceRef>,
    /// The money in all, in fen; null for an act without money.
    pub total_fen: Option<i64>,
    /// First day it holds.
    pub valid_from: Option<String>,
    /// Last day it holds; null for no end.
    pub valid_until: Option<String>,
    /// Until when the parties are asked.
    pub deadline_ms: Option<i64>,
    /// When it was circulated last.
    pub circulated_ms: Option<i64>,
    /// When the last consent it took was given.
    pub in_force_ms: Option<i64>,
    /// When it failed, expired, ended or was superseded.
    pub ended_ms: Option<i64>,
    /// When it last changed.
    pub updated_ms: i64,
    /// From the demonstration.
    pub demo: bool,
}

/// A joint act with everything the caller may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccordDetail {
    /// As lists show it.
    #[serde(flatten)]
    pub item: AccordItem,
    /// Full text, Chinese.
    pub text: String,
    /// Full text, English; may be empty.
    pub text_en: String,
    /// The parties in order.
    pub parties: Vec<AccordPartyItem>,
    /// Everything said of it, in order.
    pub consents: Vec<AccordConsentItem>,
    /// The act in whose place it stands.
    pub supersedes: Option<TitleRef>,
    /// The act that stands in its place.
    pub superseded_by: Option<TitleRef>,
    /// Why it was ended; may be empty.
    pub end_reason: String,
    /// The action items that carry it out.
    pub items: Vec<TitleRef>,
    /// The resolutions of published meetings that adopt it; the id is the meeting's.
    pub resolutions: Vec<TitleRef>,
    /// What happened, the newest first.
    pub history: Vec<AccordEventItem>,
}

/// A party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccordPartyItem {
    /// A city's code, `joint`, or `x1`, `x2` … for outer parties.
    pub code: String,
    /// `member`, `joint` or `outer`.
    pub kind: String,
    /// The member city.
    pub city: Option<PlaceRef>,
    /// Name of an outer party; empty for the others.
    pub name: String,
    /// English name of an outer party; may be empty.
    pub name_en: String,
    /// `province` or `ministry` for an outer party.
    pub level: Option<String>,
    /// Its share in fen.
    pub share_fen: Option<i64>,
    /// Whether the act takes its consent.
    pub required: bool,
}

/// What a party said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccordConsentItem {
    /// Code of the party.
    pub party: String,
    /// The version it spoke of.
    pub version: i64,
    /// `agrees`, `reserves`, `declines` or `withdraws`.
    pub word: String,
    /// The reservation or the reason.
    pub text: String,
    /// Number of an outer party's letter.
    pub letter: String,
    /// When.
    pub at_ms: i64,
    /// Name of the account that said or recorded it; null for outsiders.
    pub by: Option<String>,
}

/// A text as it was circulated once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccordVersionItem {
    /// The act.
    pub accord: String,
    /// Its number, from 1.
    pub version: i64,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// Chinese text.
    pub text: String,
    /// English text; may be empty.
    pub text_en: String,
    /// The money in all, in fen.
    pub total_fen: Option<i64>,
    /// Until when the parties were asked.
    pub deadline_ms: i64,
    /// When it was circulated.
    pub circulated_ms: i64,
    /// What was said of it, in order.
    pub consents: Vec<AccordConsentItem>,
}

/// Groups of a draft; a group that is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccordBody {
    /// What it is; needed to begin.
    pub head: Option<AccordHeadBody>,
    /// The text.
    pub text: Option<AccordTextBody>,
    /// The parties.
    pub parties: Option<AccordPartiesBody>,
    /// The money.
    pub money: Option<AccordMoneyBody>,
    /// How long it holds.
    pub validity: Option<AccordValidityBody>,
}

/// What an act is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccordHeadBody {
    /// `agreement`, `rules`, `plan`, `standard`, `recognition` or `clearing`.
    pub kind: String,
    /// Its number; needed before it is circulated.
    pub number: String,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub title_en: String,
    /// Whose consent it takes: `everybody` or `members`.
    pub assent: String,
    /// Id of the act in force in whose place it is to stand.
    pub supersedes: String,
}

/// The text of an act.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccordTextBody {
    /// Chinese.
    pub text: String,
    /// English.
    pub text_en: String,
}

/// The parties to an act.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccordPartiesBody {
    /// Codes of member cities.
    pub cities: Vec<String>,
    /// The joint office is a party too.
    pub joint: bool,
    /// Outer parties, at most six.
    pub outer: Vec<AccordOuterBody>,
}

/// An outer party.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccordOuterBody {
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// `province` or `ministry`.
    pub level: String,
}

/// The money of an act.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccordMoneyBody {
    /// Fen in all; null for an act without money.
    pub total_fen: Option<i64>,
    /// Each party's share; together they come to the total.
    pub shares: Vec<AccordShareBody>,
}

/// A party's share.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccordShareBody {
    /// Code of the party.
    pub party: String,
    /// Its share in fen.
    pub share_fen: i64,
}

/// How long an act holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccordValidityBody {
    /// First day, `YYYY-MM-DD`; left out, the day it comes into force.
    pub valid_from: String,
    /// Last day, `YYYY-MM-DD`; left out, no end.
    pub valid_until: String,
}

impl AccordBody {
    /// As the action reads it; amounts become yuan as people type them, so that one rule reads both.
    pub(super) fn patch(self) -> Result<Patch, Refusal> {
        let money = self.money.map(|money| money.draft()).transpose()?;
        Ok(Patch {
            head: self.head.map(|head| HeadDraft {
                kind: head.kind,
                number: head.number,
                title: head.title,
                title_en: head.title_en,
                assent: head.assent,
                supersedes: head.supersedes,
            }),
            text: self.text.map(|text| TextDraft { text: text.text, text_en: text.text_en }),
            parties: self.parties.map(|parties| PartiesDraft {
                cities: parties.cities,
                joint: parties.joint,
                outer: parties
                    .outer
                    .into_iter()
                    .map(|outer| OuterDraft { name: outer.name, name_en: outer.name_en, level: outer.level })
                    .collect(),
            }),
            money,
            validity: self
                .validity
                .map(|validity| ValidityDraft { valid_from: validity.valid_from, valid_until: validity.valid_until }),
        })
    }
}

impl AccordMoneyBody {
    fn draft(self) -> Result<MoneyDraft, Refusal> {
        let yuan = |fen: i64, field: &'static str| {
            Fen::new(fen).ok().filter(|fen| fen.get() >= 0).map(|fen| fen.to_string()).ok_or_else(|| {
                Refusal::invalid(
                    "amount-shape",
                    "金额为不小于 0 的整数，单位分。",
                    "An amount is a whole number of fen, not below 0.",
                )
                .at(field)
            })
        };
        let total_yuan = self.total_fen.map(|fen| yuan(fen, "total_fen")).transpose()?.unwrap_or_default();
        let mut shares = Vec::new();
        for share in self.shares {
            shares.push((share.party, yuan(share.share_fen, "share_fen")?));
        }
        Ok(MoneyDraft { total_yuan, shares })
    }
}

/// Until when the parties are asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CirculationBody {
    /// The last day, `YYYY-MM-DD`.
    pub deadline: String,
}

/// What a party says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConsentBody {
    /// Code of the party.
    pub party: String,
    /// The version that was read.
    pub version: i64,
    /// `agrees`, `reserves`, `declines` or `withdraws`.
    pub word: String,
    /// The reservation or the reason; needed for both.
    pub text: String,
    /// Number of the letter; needed for an outer party.
    pub letter: String,
}

impl ConsentBody {
    pub(super) fn command(self) -> SayCommand {
        SayCommand { party: self.party, version: self.version, word: self.word, text: self.text, letter: self.letter }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccordSaid {
    /// The receipt.
    #[serde(flatten)]
    pub receipt: ReceiptOf,
    /// The act is in force by it.
    pub in_force: bool,
}

/// Why an act is ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EndingBody {
    /// The reason.
    pub reason: String,
}

/// An act as lists show it.
pub(super) fn item(corridor: &Corridor, accord: &Accord, now: Instant) -> AccordItem {
    AccordItem {
        id: accord.id.clone(),
        kind: accord.kind.code().to_owned(),
        number: accord.number.clone(),
        title: accord.title.clone(),
        title_en: accord.title_en.clone(),
        state: accord.state_at(now).code().to_owned(),
        version: accord.version,
        assent: accord.assent.code().to_owned(),
        cities: accord.parties.iter().filter_map(|party| party.city).map(|city| PlaceRef::of(corridor, city)).collect(),
        total_fen: accord.total.map(Fen::get),
        valid_from: accord.valid_from.map(|day| day.to_string()),
        valid_until: accord.valid_until.map(|day| day.to_string()),
        deadline_ms: accord.deadline_ms,
        circulated_ms: accord.circulated_ms,
        in_force_ms: accord.in_force_ms,
        ended_ms: accord.ended_ms,
        updated_ms: accord.updated_ms,
        demo: accord.demo,
    }
}

fn consent(consent: &Consent, inside: bool) -> AccordConsentItem {
    AccordConsentItem {
        party: consent.party.clone(),
        version: consent.version,
        word: consent.word.code().to_owned(),
        text: consent.text.clone(),
        letter: consent.letter.clone(),
        at_ms: consent.at_ms,
        by: inside.then(|| consent.by_name.clone()),
    }
}

fn reference(accord: &Accord) -> TitleRef {
    TitleRef { id: accord.id.clone(), title: accord.title.clone(), title_en: accord.title_en.clone() }
}

/// An act with everything the caller may see.
pub(super) fn detail(corridor: &Corridor, view: &View, now: Instant) -> AccordDetail {
    let accord = &view.accord;
    let party = |party: &crate::rules::accord::Party| AccordPartyItem {
        code: party.code.clone(),
        kind: party.kind.code().to_owned(),
        city: party.city.map(|city| PlaceRef::of(corridor, city)),
        name: party.name.clone(),
        name_en: party.name_en.clone(),
        level: party.level.map(|level| level.code().to_owned()),
        share_fen: party.share.map(Fen::get),
        required: accord.takes(party),
    };
    let title = |id: &str, title: &str, title_en: &str| TitleRef {
        id: id.to_owned(),
        title: title.to_owned(),
        title_en: title_en.to_owned(),
    };
    AccordDetail {
        item: item(corridor, accord, now),
        text: accord.text.clone(),
        text_en: accord.text_en.clone(),
        parties: accord.parties.iter().map(party).collect(),
        consents: view.said.iter().map(|said| consent(said, view.inside)).collect(),
        supersedes: view.before.as_ref().map(reference),
        superseded_by: view.after.as_ref().map(reference),
        end_reason: accord.end_reason.clone(),
        items: view.items.iter().map(|item| title(&item.id, &item.title, &item.title_en)).collect(),
        resolutions: view.resolutions.iter().map(|one| title(&one.meeting, &one.title, &one.title_en)).collect(),
        history: events(&view.history),
    }
}

/// A circulated version with what was said of it.
pub(super) fn version(view: &View, found: &Version) -> AccordVersionItem {
    let own = view.said.iter().filter(|said| said.version == found.version);
    AccordVersionItem {
        accord: found.accord.clone(),
        version: found.version,
        title: found.title.clone(),
        title_en: found.title_en.clone(),
        text: found.text.clone(),
        text_en: found.text_en.clone(),
        total_fen: found.total.map(Fen::get),
        deadline_ms: found.deadline_ms,
        circulated_ms: found.circulated_ms,
        consents: own.map(|said| consent(said, view.inside)).collect(),
    }
}
