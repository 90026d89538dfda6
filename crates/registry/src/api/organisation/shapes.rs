//! The JSON shapes of organisations, claims, members and statuses, in and out.

use crate::actions::claim::ClaimCard;
use crate::actions::organisation::View;
use crate::api::city::PlaceRef;
use crate::corridor::Corridor;
use crate::rules::claim::DecisionCommand;
use crate::rules::membership::{Member, MemberCommand};
use crate::rules::organisation::{Draft, Organisation};
use crate::rules::status::{Standing, Status, StatusCommand};
use kernel::{Adcode, Date, Locale};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An organisation as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrganisationItem {
    /// Opaque id.
    pub id: String,
    /// The name shown first.
    pub name: String,
    /// English name, if it has one.
    pub name_en: Option<String>,
    /// Its city; null when not known.
    pub city: Option<PlaceRef>,
    /// `enterprise`, `university`, `institute` …
    pub kind: String,
    /// Codes of the statuses that hold today.
    pub statuses: Vec<String>,
    /// Segment ids.
    pub segments: Vec<String>,
    /// Whether its own people have taken the record over.
    pub claimed: bool,
    /// Whether the city office has confirmed the record.
    pub verified: bool,
    /// Invented for the demonstration.
    pub demo: bool,
    /// Its page on this site.
    pub url: String,
}

/// A name of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NameItem {
    /// The name.
    pub name: String,
    /// `zh` or `en`.
    pub lang: String,
    /// `official`, `short`, `alias`, `source_form`, `former`, `trade`, `romanised` or `translation`.
    pub kind: String,
    /// Doubtful: read the note.
    pub flagged: bool,
    /// Why it is doubtful, or another remark.
    pub note: String,
    /// Source id; `own` for what the organisation says itself.
    pub source: String,
}

/// Something said about an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementItem {
    /// Opaque id.
    pub id: String,
    /// What is stated: `product`, `capability`, `role` …
    pub field: String,
    /// Chinese wording.
    pub value: String,
    /// English wording; may be empty.
    pub value_en: String,
    /// Year, month or day for which it holds.
    pub as_of: String,
    /// How that date is known.
    pub as_of_basis: String,
    /// Source id; `own` for what the organisation says itself.
    pub source: String,
    /// Whether the city office has confirmed it.
    pub verified: bool,
}

/// A recognised status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusItem {
    /// Opaque id.
    pub id: String,
    /// Code such as `high_tech`.
    pub status: String,
    /// Who recognised it.
    pub issuer: String,
    /// First day, month or year; may be empty.
    pub valid_from: String,
    /// Last day, month or year; may be empty.
    pub valid_to: String,
    /// `valid`, `future` or `expired` today.
    pub standing: String,
    /// Source id; `own` for what was declared here.
    pub source: String,
    /// Whether the city office has issued or confirmed it.
    pub verified: bool,
}

/// An organisation with everything that is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrganisationDetail {
    /// What lists show.
    #[serde(flatten)]
    pub item: OrganisationItem,
    /// `draft`, `listed` or `refused`.
    pub state: String,
    /// Unified social credit code.
    pub uscc: Option<String>,
    /// Web address.
    pub website: Option<String>,
    /// Year, month or day of foundation.
    pub founded: Option<String>,
    /// The area it acts for, when that is no single city.
    pub area: Option<String>,
    /// The office responsible: a city's code or `joint`.
    pub office: String,
    /// Source id of the record; `own` for what the organisation says itself.
    pub source: String,
    /// Remark.
    pub note: String,
    /// All names, the one shown first at the front.
    pub names: Vec<NameItem>,
    /// Dated statements with their sources.
    pub statements: Vec<StatementItem>,
    /// All statuses, also those that have expired.
    pub status_records: Vec<StatusItem>,
    /// Ids of its public needs.
    pub needs: Vec<String>,
    /// Ids of its public offers.
    pub offers: Vec<String>,
    /// When the record last changed.
    pub updated_ms: i64,
}

/// A place by its code; its code stands for the name where the corridor does not know it.
pub(crate) fn place(corridor: &Corridor, city: Option<Adcode>) -> Option<PlaceRef> {
    let code = city?;
    Some(PlaceRef {
        adcode: code.to_string(),
        name: corridor.place_name(code, Locale::ZhCn),
        name_en: corridor.place_name(code, Locale::En),
    })
}

/// An organisation for a list.
pub(crate) fn item(
    corridor: &Corridor,
    o: &Organisation,
    statuses: &[Status],
    segments: &[String],
    today: Date,
) -> OrganisationItem {
    let holds = |status: &&Status| status.standing(today) == Standing::Valid;
    let mut codes: Vec<String> = statuses.iter().filter(holds).map(|status| status.status.clone()).collect();
    codes.sort();
    codes.dedup();
    OrganisationItem {
        id: o.id.clone(),
        name: o.name.clone(),
        name_en: o.name_en.clone(),
        city: place(corridor, o.city),
        kind: o.kind.code().to_owned(),
        statuses: codes,
        segments: segments.to_vec(),
        claimed: o.claimed_ms.is_some(),
        verified: o.verified_ms.is_some(),
        demo: o.demo,
        url: format!("/organisations/{}", o.id),
    }
}

fn status_item(status: &Status, today: Date) -> StatusItem {
    let standing = match status.standing(today) {
        Standing::Valid => "valid",
        Standing::Future => "future",
        Standing::Expired => "expired",
    };
    StatusItem {
        id: status.id.clone(),
        status: status.status.clone(),
        issuer: status.issuer.clone(),
        valid_from: status.valid_from.clone(),
        valid_to: status.valid_to.clone(),
        standing: standing.to_owned(),
        source: status.source.clone(),
        verified: status.verified_ms.is_some(),
    }
}

/// An organisation with everything that is said of it.
pub(super) fn detail(corridor: &Corridor, view: &View, today: Date) -> OrganisationDetail {
    use crate::rules::listing::{Side, State};
    let dossier = &view.dossier;
    let o = &dossier.organisation;
    let segments: Vec<String> = dossier.segments.iter().map(|place| place.segment.clone()).collect();
    let published = |side: Side| {
        let fits = view.listings.iter().filter(move |l| l.side == side && l.state == State::Published);
        fits.map(|listing| listing.id.clone()).collect()
    };
    OrganisationDetail {
        item: item(corridor, o, &dossier.statuses, &segments, today),
        state: o.state.code().to_owned(),
        uscc: o.uscc.clone(),
        website: o.website.clone(),
        founded: o.founded.clone(),
        area: o.area.clone(),
        office: view.office.to_string(),
        source: o.source.clone(),
        note: o.note.clone(),
        names: dossier.names.iter().map(name).collect(),
        statements: dossier.statements.iter().map(statement).collect(),
        status_records: dossier.statuses.iter().map(|status| status_item(status, today)).collect(),
        needs: published(Side::Need),
        offers: published(Side::Offer),
        updated_ms: o.updated_ms,
    }
}

fn name(name: &crate::rules::organisation::Name) -> NameItem {
    NameItem {
        name: name.name.clone(),
        lang: name.lang.clone(),
        kind: name.kind.code().to_owned(),
        flagged: name.flagged,
        note: name.note.clone(),
        source: name.source.clone(),
    }
}

fn statement(s: &crate::rules::organisation::Statement) -> StatementItem {
    StatementItem {
        id: s.id.clone(),
        field: s.field.clone(),
        value: s.value_zh.clone(),
        value_en: s.value_en.clone(),
        as_of: s.as_of.clone(),
        as_of_basis: s.as_of_basis.clone(),
        source: s.source.clone(),
        verified: s.verified_ms.is_some(),
    }
}

/// An organisation's record to register or to save.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OrganisationBody {
    /// Registered Chinese name; may be empty if there is an English one.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Further names in use.
    pub aliases: Vec<String>,
    /// `enterprise`, `university`, `institute` …
    pub kind: String,
    /// Code of the city; empty when not known.
    pub city: String,
    /// Unified social credit code.
    pub uscc: String,
    /// Web address.
    pub website: String,
    /// Year, month or day of foundation.
    pub founded: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// What it is, Chinese.
    pub profile: String,
    /// What it is, English.
    pub profile_en: String,
    /// What it can do, one item each.
    pub capabilities: Vec<String>,
    /// Why the account may speak for it; for registering only.
    pub evidence: String,
}

impl OrganisationBody {
    pub(super) fn draft(&self) -> Draft {
        let body = self.clone();
        Draft {
            name: body.name,
            name_en: body.name_en,
            aliases: body.aliases,
            kind: body.kind,
            city: body.city,
            uscc: body.uscc,
            website: body.website,
            founded: body.founded,
            segments: body.segments,
            profile_zh: body.profile,
            profile_en: body.profile_en,
            capabilities: body.capabilities,
        }
    }
}

/// Why an account may speak for an organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EvidenceBody {
    /// Who one is, one's duty there, and how the office can check it.
    pub evidence: String,
}

/// An office's word.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DecisionBody {
    /// `approve` or `refuse`.
    #[schema(pattern = "^(approve|refuse)$")]
    pub decision: String,
    /// Reason code; needed for a refusal.
    pub reason: String,
    /// What the office adds.
    pub remark: String,
}

impl DecisionBody {
    pub(crate) fn command(self) -> DecisionCommand {
        DecisionCommand { decision: self.decision, reason: self.reason, remark: self.remark }
    }
}

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClaimItem {
    /// Opaque id.
    pub id: String,
    /// `takeover` or `registration`.
    pub kind: String,
    /// `open`, `approved`, `refused` or `withdrawn`.
    pub state: String,
    /// The organisation's id.
    pub organisation: String,
    /// Its name.
    pub organisation_name: String,
    /// Name of the account that asks.
    pub account_name: String,
    /// Why it may speak for the organisation.
    pub evidence: String,
    /// The office that has it: a city's code or `joint`.
    pub office: String,
    /// Reason code of a refusal.
    pub reason: Option<String>,
    /// What the office added.
    pub remark: String,
    /// End of the office's last day.
    pub due_ms: i64,
    /// True while a year on the way has no published calendar.
    pub due_provisional: bool,
    /// When it was made.
    pub created_ms: i64,
    /// When it was settled.
    pub decided_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
}

/// A claim as JSON.
pub(crate) fn claim(card: &ClaimCard) -> ClaimItem {
    let claim = &card.filed.claim;
    ClaimItem {
        id: claim.id.clone(),
        kind: claim.kind.code().to_owned(),
        state: claim.state.code().to_owned(),
        organisation: claim.organisation.clone(),
        organisation_name: card.organisation.name.clone(),
        account_name: claim.account_name.clone(),
        evidence: claim.evidence.clone(),
        office: card.filed.office.to_string(),
        reason: claim.reason.map(|reason| reason.code().to_owned()),
        remark: claim.remark.clone(),
        due_ms: claim.due_ms,
        due_provisional: claim.due_provisional,
        created_ms: claim.created_ms,
        decided_ms: claim.decided_ms,
        demo: claim.demo,
    }
}

/// A member, or somebody who has been asked to be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberItem {
    /// Opaque id of the membership.
    pub id: String,
    /// The organisation's id.
    pub organisation: String,
    /// The account's name.
    pub name: String,
    /// Its duty; may be empty.
    pub duty: String,
    /// `manage`, `publish`, `sign`, `pay`, `bid`.
    pub mandates: Vec<String>,
    /// `invited` or `active`.
    pub state: String,
    /// When it was asked.
    pub created_ms: i64,
    /// When it said yes.
    pub active_ms: Option<i64>,
}

/// A member as JSON.
pub(crate) fn member(member: &Member) -> MemberItem {
    MemberItem {
        id: member.id.clone(),
        organisation: member.organisation.clone(),
        name: member.account_name.clone(),
        duty: member.duty.clone(),
        mandates: member.mandates.clone(),
        state: member.state.code().to_owned(),
        created_ms: member.created_ms,
        active_ms: member.active_ms,
    }
}

/// Somebody to ask.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LoginBody {
    /// Login name of the account.
    pub login: String,
    /// Its duty.
    pub duty: String,
    /// What the mandate covers, by code.
    pub mandates: Vec<String>,
}

impl LoginBody {
    pub(crate) fn command(&self) -> MemberCommand {
        MemberCommand { duty: self.duty.clone(), mandates: self.mandates.clone() }
    }
}

/// Duty and mandate of a member.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MandateBody {
    /// Its duty.
    pub duty: String,
    /// What the mandate covers, by code.
    pub mandates: Vec<String>,
}

impl MandateBody {
    pub(crate) fn command(self) -> MemberCommand {
        MemberCommand { duty: self.duty, mandates: self.mandates }
    }
}

/// A status to declare or issue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StatusBody {
    /// Code such as `high_tech`.
    pub status: String,
    /// Who recognised it.
    pub issuer: String,
    /// First day, month or year.
    pub valid_from: String,
    /// Last day, month or year.
    pub valid_to: String,
}

impl StatusBody {
    pub(crate) fn command(self) -> StatusCommand {
        StatusCommand { status: self.status, issuer: self.issuer, valid_from: self.valid_from, valid_to: self.valid_to }
    }
}
