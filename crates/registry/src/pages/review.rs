//! The office's list of what waits for review, and the page on which it decides.

use super::listing::{ListRow, answers, office_name, row};
use crate::actions::listing::{Decision, View, entry_kind, listing_view};
use crate::actions::review::{Decide, listing_review, review_list};
use crate::corridor::{self, Corridor};
use crate::rules::listing::{Content, Listing, Side};
use crate::rules::review::{NOTE_CHARS_MAX, Reason, Verdict};
use askama::Template;
use axum::extract::{Path, State as Here};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::policy::Resource;
use platform::web::kinds::{DetailFrame, ListFrame};
use platform::web::parts::{
    Cell, Choice, Column, Crumbs, Empty, Facets, Fact, Facts, Field, FieldKind, Form, Pager, Table, Tag, Tone,
};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use rooms::pages::typed::Typed;
use rooms::routes::read;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let write = |path, side, handler| {
        let journal = Some(entry_kind(side, "published"));
        Route { method: Method::POST, path, action: "listing_review", journal, handler }
    };
    vec![
        read("/reviews", "review_list", get(list)),
        read("/reviews/needs/{id}", "listing_review", get(page::<false>)),
        read("/reviews/offers/{id}", "listing_review", get(page::<true>)),
        write("/reviews/needs/{id}", Side::Need, post(decide::<false>)),
        write("/reviews/offers/{id}", Side::Offer, post(decide::<true>)),
    ]
}

#[derive(Template)]
#[template(path = "registry/review_list.html")]
struct ListPage {
    shell: Shell,
    list: ListFrame,
    rows: Vec<WaitingRow>,
}

struct WaitingRow {
    row: ListRow,
    due: Tag,
    new_version: bool,
}

/// What waits for the reader's office.
async fn list(Here(app): Here<App>, caller: Caller) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let cards = review_list(&app, &caller.ctx).await?;
    let corridor = corridor::of(&app);
    let today = caller.ctx.now.date();
    let waiting_row = |card: &crate::actions::listing::Card| {
        let waiting = card.listing.waiting.as_ref()?;
        // What is reviewed is the submitted text, not the published one.
        let mut shown = card.clone();
        shown.listing.content = shown.listing.working().clone();
        let mut row = row(t, &corridor, &shown);
        row.href = format!("/reviews{}", row.href);
        let late = waiting.due.date < today;
        let due = Tag::new(
            if late { Tone::Cinnabar } else { Tone::Plain },
            t.with("review-due", "date", waiting.due.date.to_string()),
        );
        Some(WaitingRow { row, due, new_version: card.listing.revision.is_some() })
    };
    let rows: Vec<WaitingRow> = cards.iter().filter_map(waiting_row).collect();
    let page =
        ListPage { shell: caller.visit.shell(t.msg("review-title")).private(), list: list_frame(t, rows.len()), rows };
    Ok(html(&page))
}

fn list_frame(t: T, count: usize) -> ListFrame {
    ListFrame {
        heading: t.msg("review-title").into_owned(),
        lede: t.msg("review-lede").into_owned(),
        search: None,
        facets: Facets { t, groups: Vec::new(), clear_href: String::new() },
        sorts: Vec::new(),
        action: None,
        csv_href: String::new(),
        json_href: String::new(),
        pager: Pager {
            t,
            total: i64::try_from(count).unwrap_or(i64::MAX),
            shown: count,
            first_href: String::new(),
            next_href: String::new(),
        },
        empty: Empty::new(t.msg("review-empty"), t.msg("review-empty-text"))
            .action("/desk", t.msg("listing-receipt-desk")),
        ranked: false,
    }
}

#[derive(Template)]
#[template(path = "registry/review_detail.html")]
struct ReviewPage {
    shell: Shell,
    detail: DetailFrame,
    answers: Vec<(String, String)>,
    changes: Option<Table>,
    earlier: Vec<Earlier>,
    form: Form,
}

struct Earlier {
    title: String,
    at_ms: i64,
    reasons: Vec<String>,
    note: String,
}

const fn side<const OFFER: bool>() -> Side {
    if OFFER { Side::Offer } else { Side::Need }
}

/// One submitted version, with the form that decides.
async fn page<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let view = waiting_view(&app, &caller, side::<OFFER>(), &id).await?;
    let form = decision_form(caller.visit.t, &view.listing);
    Ok(html(&review_page(&app, &caller, &view, form)))
}

/// The view of something that waits for the reader.
///
/// # Errors
/// Not found, not his to review, or nothing waits any more.
async fn waiting_view(app: &App, caller: &Caller, side: Side, id: &str) -> Result<View, Problem> {
    app.policies().require(&caller.ctx, "review_list", &Resource::house())?;
    let view = listing_view(app, &caller.ctx, side, id).await?;
    if view.listing.waiting.is_none() && view.can.work {
        return Err(Refusal::conflict(
            "review-nothing-waits",
            "这一条已不在审核中，可能已由他人办结或被收回。请回到待审列表。",
            "This is no longer in review; somebody else decided it or it was taken back. Go back to the list.",
        )
        .into());
    }
    if !view.can.review {
        return Err(Refusal::forbidden().into());
    }
    Ok(view)
}

fn review_page(app: &App, caller: &Caller, view: &View, form: Form) -> ReviewPage {
    let (t, corridor, listing) = (caller.visit.t, corridor::of(app), &view.listing);
    let heading = t.with("review-heading", "title", listing.working().title.as_str());
    let shown = |content: &Content| answers(t, &corridor, listing.side, content, |_| String::new());
    let new = shown(listing.working());
    let changes = listing.revision.as_ref().map(|_| differences(t, &shown(&listing.content), &new));
    ReviewPage {
        shell: caller.visit.shell(heading.clone()).private().here("/reviews"),
        detail: frame(t, &corridor, view, heading),
        answers: new.into_iter().filter(|a| !a.value.is_empty()).map(|a| (a.label, a.value)).collect(),
        changes,
        earlier: view.decisions.iter().map(|decision| earlier(t, decision)).collect(),
        form,
    }
}

fn frame(t: T, corridor: &Corridor, view: &View, heading: String) -> DetailFrame {
    let listing = &view.listing;
    let mut facts = Vec::new();
    if let Some(owner) = &view.organisation {
        facts.push(
            Fact::new(t.msg("listing-fact-organisation"), &owner.name).link(format!("/organisations/{}", owner.id)),
        );
    }
    facts.push(Fact::new(t.msg("listing-phase-review"), office_name(t, corridor, listing.office)));
    let mut tags = vec![Tag::new(Tone::Plain, t.msg(format!("listing-{}", listing.side.code())))];
    if listing.demo {
        tags.push(Tag::demo(t));
    }
    if listing.revision.is_some() {
        tags.push(Tag::new(Tone::Indigo, t.msg("review-new-version")));
    }
    if let Some(waiting) = &listing.waiting {
        tags.push(Tag::new(Tone::Plain, t.with("review-version", "version", waiting.version.to_string())));
        tags.push(Tag::new(Tone::Gold, t.with("review-due", "date", waiting.due.date.to_string())));
        facts.push(Fact::new(t.msg("listing-event-submitted"), t.datetime(waiting.since.ms())));
    }
    DetailFrame {
        crumbs: Crumbs::new(t, listing.working().title.as_str()).over("/reviews", t.msg("review-title")),
        heading,
        other_name: String::new(),
        tags,
        lede: String::new(),
        phases: None,
        facts: vec![Facts { title: String::new(), facts }],
        actions: Vec::new(),
        source: None,
        proof: None,
    }
}

/// The answers that differ, side by side.
fn differences(t: T, old: &[platform::web::parts::Answer], new: &[platform::web::parts::Answer]) -> Table {
    let columns =
        ["field", "before", "after"].map(|name| Column::words(t.msg(format!("review-changed-{name}")))).to_vec();
    let cell = |text: &str| if text.is_empty() { Cell::Missing } else { Cell::from(text) };
    let value = |all: &[platform::web::parts::Answer], label: &str| {
        all.iter().find(|answer| answer.label == label).map_or(String::new(), |answer| answer.value.clone())
    };
    let mut labels: Vec<&str> = new.iter().map(|answer| answer.label.as_str()).collect();
    labels.extend(old.iter().map(|a| a.label.as_str()).filter(|label| new.iter().all(|a| a.label != *label)));
    let changed =
        labels.into_iter().map(|label| (label, value(old, label), value(new, label))).filter(|(_, was, is)| was != is);
    changed.fold(Table::new(t, t.msg("review-changed"), columns), |table, (label, was, is)| {
        table.row(vec![Cell::from(label), cell(&was), cell(&is)])
    })
}

fn earlier(t: T, decision: &Decision) -> Earlier {
    let key = if decision.published { "listing-decided-published" } else { "listing-decided-refused" };
    Earlier {
        title: t.with(key, "version", decision.version.to_string()),
        at_ms: decision.at_ms,
        reasons: decision.reasons.iter().map(|r| t.msg(format!("listing-reason-{}", r.code())).into_owned()).collect(),
        note: decision.note.clone(),
    }
}

fn decision_form(t: T, listing: &Listing) -> Form {
    let choice =
        |code: &str| Choice::new(code, t.msg(format!("review-{code}"))).hint(t.msg(format!("review-{code}-hint")));
    let reason = |reason: Reason| {
        let code = reason.code();
        Choice::new(code, t.msg(format!("listing-reason-{code}"))).hint(t.msg(format!("listing-reason-{code}-hint")))
    };
    let verdict =
        Field::new(t, FieldKind::Radio(vec![choice("publish"), choice("refuse")]), "decision", t.msg("review-decide"));
    let reasons = FieldKind::Check(Reason::ALL.map(reason).to_vec());
    let reasons =
        Field::new(t, reasons, "reasons", t.msg("review-reasons")).hint(t.msg("review-reasons-hint")).optional();
    let note = Field::lines(t, "note", t.msg("review-note"), 4)
        .hint(t.msg("review-note-hint"))
        .chars_max(NOTE_CHARS_MAX)
        .optional();
    let version = listing.waiting.as_ref().map_or(listing.version, |waiting| waiting.version);
    Form::new(t, format!("/reviews{}/{}", listing.side.path(), listing.id), t.msg("review-send"))
        .idempotency_key(new_key())
        .hidden("version", version.to_string())
        .field(verdict)
        .field(reasons)
        .field(note)
        .cancel("/reviews", t.msg("contact-cancel"))
}

/// Decides; a decision that cannot be taken comes back with what was written.
async fn decide<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    let outcome = match command(side, &id, &typed) {
        Ok(command) => listing_review(&app, &caller.ctx, command).await.map_err(|fault| match fault {
            platform::Fault::Refused(refusal) if refusal.kind.status() == 422 => Ok(refusal),
            other => Err(other),
        }),
        Err(refusal) => Err(Ok(refusal)),
    };
    match outcome {
        Ok(done) => Ok(Redirect::to(&format!("{}/{id}/receipts/{}", side.path(), done.entry)).into_response()),
        Err(Ok(refusal)) => {
            let view = waiting_view(&app, &caller, side, &id).await?;
            let form = decision_form(caller.visit.t, &view.listing).fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &review_page(&app, &caller, &view, form)))
        }
        Err(Err(fault)) => Err(fault.into()),
    }
}

fn command(side: Side, id: &str, typed: &Typed) -> Result<Decide, Refusal> {
    let verdict = match typed.get("decision") {
        "publish" => Verdict::Publish,
        "refuse" => Verdict::Refuse(typed.all("reasons").iter().filter_map(|code| Reason::parse(code)).collect()),
        _ => {
            let refusal = Refusal::invalid(
                "review-decision",
                "请选择：通过并发布，或退回修改。",
                "Choose: approve or send back.",
            );
            return Err(refusal.at("decision"));
        }
    };
    let version = typed.get("version").parse().unwrap_or(0);
    let note = typed.raw("note").unwrap_or_default().to_owned();
    Ok(Decide { side, id: id.to_owned(), version, verdict, note })
}
