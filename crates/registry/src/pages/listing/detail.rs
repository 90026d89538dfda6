//! The page of one need or offer.

use super::side;
use super::words::{comma, day_before, key_fact, kind_name, price, segment_name, tags};
use crate::actions::listing::{Decision, HistoryEntry, View, listing_view};
use crate::corridor::{self, Corridor};
use crate::rules::listing::{Side, State};
use askama::Template;
use axum::extract::{Path, State as Here};
use axum::response::Response;
use platform::identity::idempotency::new_key;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Action, Crumbs, Fact, Facts, Field, FieldKind, Form, Phase, Phases, Proofs};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};

#[derive(Template)]
#[template(path = "registry/listing_detail.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    summary: Vec<String>,
    summary_other: Vec<String>,
    detail_text: String,
    protected: bool,
    keywords: Vec<(String, String)>,
    notices: Vec<Notice>,
    refusal: Option<Verdict>,
    forms: Vec<Form>,
    withdraw: Option<Form>,
    renew: Option<Form>,
    decisions: Vec<Verdict>,
    history: Vec<Line>,
}

/// A sentence about where it stands; urgent ones stand out.
struct Notice {
    text: String,
    urgent: bool,
}

/// A decision of the office in words.
struct Verdict {
    title: String,
    at_ms: i64,
    reasons: Vec<String>,
    note: String,
}

/// A line of a history.
pub(crate) struct Line {
    /// What happened.
    pub(crate) text: String,
    /// When.
    pub(crate) at_ms: i64,
    /// Who did it; may be empty.
    pub(crate) by: String,
    /// Number of the journal entry.
    pub(crate) entry: i64,
}

/// One need or offer.
pub(super) async fn page<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    let view = listing_view(&app, &caller.ctx, side, &id).await?;
    let (corridor, t) = (corridor::of(&app), caller.visit.t);
    let content = &view.listing.content;
    let title = t.pick(&content.title, &content.title_en).to_owned();
    let first = t.pick(&content.summary, &content.summary_en);
    let other = if first == content.summary { &content.summary_en } else { &content.summary };
    let mut shell = caller
        .visit
        .shell(title)
        .describe(first.chars().take(150).collect::<String>())
        .here(side.path())
        .live(format!("{}/{}", side.code(), view.listing.id));
    if view.listing.state != State::Published {
        shell = shell.private();
    }
    let decisions: Vec<Verdict> = view.decisions.iter().map(|decision| verdict(t, decision)).collect();
    let refused = view.listing.refused.is_some() && view.can.work;
    let page = Page {
        shell,
        detail: frame(t, &corridor, side, &view),
        summary: paragraphs(first),
        summary_other: paragraphs(other),
        detail_text: if view.can.detail { content.detail.clone() } else { String::new() },
        protected: view.protected,
        keywords: content
            .keywords
            .iter()
            .map(|word| (format!("{}?q={}", side.path(), platform::web::parts::encode(word)), word.clone()))
            .collect(),
        notices: notices(t, &view),
        refusal: view.decisions.iter().find(|d| !d.published).filter(|_| refused).map(|d| verdict(t, d)),
        forms: forms(t, side, &view),
        withdraw: view.can.withdraw.then(|| post(t, side, &view, "withdrawals", "listing-withdraw")),
        renew: view.can.renew.then(|| renewal(t, side, &view)),
        decisions,
        history: history(t, &view.history),
    };
    Ok(html(&page))
}

/// Paragraphs as they were typed.
fn paragraphs(text: &str) -> Vec<String> {
    text.split('\n').map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn frame(t: T, corridor: &Corridor, side: Side, view: &View) -> DetailFrame {
    let listing = &view.listing;
    let content = &listing.content;
    let title = t.pick(&content.title, &content.title_en);
    let other = if title == content.title { &content.title_en } else { &content.title };
    let list = t.msg(super::list_key(side, "title"));
    let newest =
        view.history.iter().find(|entry| entry.kind.ends_with(".published") || entry.kind.ends_with(".renewed"));
    DetailFrame {
        crumbs: Crumbs::new(t, title).over(side.path(), list),
        heading: title.to_owned(),
        other_name: other.clone(),
        tags: tags(t, corridor, listing),
        lede: String::new(),
        phases: view.can.work.then(|| phases(t, view)),
        facts: vec![Facts { title: String::new(), facts: facts(t, corridor, side, view) }],
        actions: actions(t, side, view),
        source: None,
        proof: newest.map(|entry| Proofs::of(t, entry.entry, entry.at_ms)),
    }
}

fn facts(t: T, corridor: &Corridor, side: Side, view: &View) -> Vec<Fact> {
    let (listing, content) = (&view.listing, &view.listing.content);
    let label = |name: &str| t.msg(format!("listing-fact-{name}")).into_owned();
    let mut facts = Vec::new();
    if let Some(owner) = &view.organisation {
        let name = t.pick(&owner.name, owner.name_en.as_deref().unwrap_or_default());
        facts.push(Fact::new(label("organisation"), name).link(format!("/organisations/{}", owner.id)));
    }
    if let Some(city) = listing.city {
        let fact = Fact::new(label("city"), corridor.place_name(city, t.locale));
        facts.push(if corridor.city(city).is_some() { fact.link(format!("/cities/{city}")) } else { fact });
    }
    facts.push(Fact::new(label("type"), kind_name(t, content.kind)));
    facts.extend(content.maturity.map(|n| Fact::new(label("maturity"), t.msg(format!("listing-maturity-{n}")))));
    let segments: Vec<String> = content.segments.iter().map(|id| segment_name(t, corridor, id)).collect();
    if !segments.is_empty() {
        facts.push(Fact::new(label("segments"), segments.join(comma(t))));
    }
    facts.push(Fact::new(t.msg(key_fact(side, "price")), price(t, content)));
    facts.extend(content.until.map(|day| Fact::new(t.msg(key_fact(side, "until")), day.to_string())));
    facts.push(Fact::new(label("contact"), t.msg(format!("listing-contact-{}", content.contact.code()))));
    facts.extend(listing.published.map(|at| Fact::new(label("published"), at.date().to_string())));
    facts.extend(listing.expires.map(|at| Fact::new(label("expires"), day_before(at).to_string())));
    facts
}

fn actions(t: T, side: Side, view: &View) -> Vec<Action> {
    let id = &view.listing.id;
    let path = |rest: &str| format!("{}/{id}{rest}", side.path());
    let mut all = Vec::new();
    if view.can.review {
        all.push(Action::new(format!("/reviews{}", path("")), t.msg("listing-review-now")));
    }
    if view.can.contact {
        all.push(Action::new(format!("/contacts/new?listing={id}"), t.msg("listing-contact")));
    }
    if view.can.submit {
        all.push(Action::new(path("/check"), t.msg("listing-to-check")));
    }
    if view.can.edit {
        let key = if view.listing.state == State::Draft { "listing-edit-draft" } else { "listing-edit" };
        all.push(Action::new(path("/steps/title"), t.msg(key)));
    }
    all.push(Action::new(path("/matches"), t.msg(format!("listing-matches-{}", side.code()))));
    all
}

fn phases(t: T, view: &View) -> Phases {
    let names = ["draft", "review", "published", "ended"];
    let phase = |name: &&str| Phase { label: t.msg(format!("listing-phase-{name}")).into_owned(), note: String::new() };
    let present = match view.listing.state {
        State::Draft => 0,
        State::Submitted => 1,
        State::Published => 2,
        State::Expired | State::Withdrawn => 3,
    };
    Phases { t, phases: names.iter().map(phase).collect(), present }
}

fn notices(t: T, view: &View) -> Vec<Notice> {
    let listing = &view.listing;
    let plain = |key: &str| Notice { text: t.msg(key).into_owned(), urgent: false };
    let mut all = Vec::new();
    match listing.state {
        State::Draft => all.push(plain("listing-status-draft")),
        State::Expired if view.can.work => all.push(Notice { urgent: true, ..plain("listing-status-expired") }),
        State::Expired => all.push(Notice { urgent: true, ..plain("listing-status-expired-public") }),
        State::Withdrawn => all.push(plain("listing-status-withdrawn")),
        State::Submitted | State::Published => {}
    }
    if listing.revision.is_some() {
        all.push(plain("listing-status-revision"));
    }
    if let Some(waiting) = &listing.waiting {
        let args = [("version", waiting.version.to_string()), ("date", waiting.due.date.to_string())];
        all.push(Notice { text: t.args("listing-status-waiting", &args), urgent: false });
        if waiting.due.provisional {
            all.push(plain("listing-status-provisional"));
        }
    }
    all
}

fn verdict(t: T, decision: &Decision) -> Verdict {
    let key = if decision.published { "listing-decided-published" } else { "listing-decided-refused" };
    let reason =
        |reason: &crate::rules::review::Reason| t.msg(format!("listing-reason-{}", reason.code())).into_owned();
    Verdict {
        title: t.with(key, "version", decision.version.to_string()),
        at_ms: decision.at_ms,
        reasons: decision.reasons.iter().map(reason).collect(),
        note: decision.note.clone(),
    }
}

fn post(t: T, side: Side, view: &View, what: &str, label: &str) -> Form {
    let action = format!("{}/{}/{what}", side.path(), view.listing.id);
    Form::new(t, action, t.msg(label)).idempotency_key(new_key())
}

/// What members can do with one press.
fn forms(t: T, side: Side, view: &View) -> Vec<Form> {
    if view.can.recall { vec![post(t, side, view, "recalls", "listing-recall")] } else { Vec::new() }
}

fn renewal(t: T, side: Side, view: &View) -> Form {
    let until = view.listing.content.until.map(|day| day.to_string()).unwrap_or_default();
    post(t, side, view, "renewals", "listing-renew").field(renewal_field(t).value(until))
}

/// The one question of a renewal.
pub(super) fn renewal_field(t: T) -> Field {
    Field::new(t, FieldKind::Line("date"), "until", t.msg("listing-renew-until"))
        .hint(t.msg("listing-renew-until-hint"))
        .optional()
}

/// A history in words. Entries of a kind that this version has no words for are left out.
pub(crate) fn history(t: T, entries: &[HistoryEntry]) -> Vec<Line> {
    let known = |entry: &&HistoryEntry| {
        let verb = entry.kind.split('.').nth(1).unwrap_or_default();
        t.texts.has(&format!("listing-event-{verb}"))
    };
    let line = |entry: &HistoryEntry| {
        let verb = entry.kind.split('.').nth(1).unwrap_or_default();
        Line {
            text: t.msg(format!("listing-event-{verb}")).into_owned(),
            at_ms: entry.at_ms,
            by: entry.by.clone(),
            entry: entry.entry,
        }
    };
    entries.iter().filter(known).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_follow_the_lines() {
        assert_eq!(paragraphs("甲\n\n 乙 \n"), ["甲", "乙"]);
    }
}
