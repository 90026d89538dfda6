//! One organisation: what is said of it, by whom, and since when.

use super::words::{
    NameLine, city_name, kind_name, name, name_line, other_name, period, segment_name, source_href, source_title,
    statement_source, status_tag, tags,
};
use crate::actions::listing::Card;
use crate::actions::organisation::{View, organisation_by_key, organisation_view};
use crate::actions::status::codes;
use crate::corridor::{self, Corridor};
use crate::pages::listing::{ListRow, office_name, row};
use crate::pages::poc::words::{ProjectRow, row as project_row};
use crate::rules::claim::CLAIM_WORKDAYS;
use crate::rules::organisation::{Organisation, State as Standing};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Date;
use platform::identity::idempotency::new_key;
use platform::journal::Recorded;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Choice, Crumbs, Fact, Facts, Field, FieldKind, Form, Source, Tag};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};

/// Needs and offers shown on the page.
const LISTINGS_SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "registry/organisation_detail.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    notice: String,
    profile: Vec<String>,
    groups: Vec<Group>,
    statuses: Vec<StatusLine>,
    names: Vec<NameLine>,
    listings: Vec<ListRow>,
    workstations: Vec<WorkstationLine>,
    propose_href: String,
    projects: Vec<ProjectRow>,
    history: Vec<HistoryLine>,
    contact_href: String,
    contact_note: String,
    claim_form: Option<Form>,
    declare_form: Option<Form>,
}

/// Statements of one sort.
struct Group {
    title: String,
    lines: Vec<Line>,
}

struct Line {
    text: String,
    other: String,
    source: Source,
    confirm: String,
}

struct StatusLine {
    tag: Tag,
    about: String,
    source: Source,
    confirm: String,
}

/// An expert workstation of the organisation.
struct WorkstationLine {
    href: String,
    name: String,
    about: String,
    tag: Tag,
}

struct HistoryLine {
    text: String,
    at_ms: i64,
    by: String,
    entry: i64,
}

/// One organisation. An address with a pack's key leads to the one with its id.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = match organisation_view(&app, &caller.ctx, &id).await {
        Ok(view) => view,
        Err(fault) => {
            return match organisation_by_key(&app, &id).await {
                Ok(real) => Ok(Redirect::permanent(&format!("/organisations/{real}")).into_response()),
                Err(_) => Err(fault.into()),
            };
        }
    };
    let corridor = corridor::of(&app);
    Ok(html(&build(&caller, &corridor, &view)))
}

fn build(caller: &Caller, corridor: &Corridor, view: &View) -> Page {
    let (t, today) = (caller.visit.t, caller.ctx.now.date());
    let o = &view.dossier.organisation;
    let title = name(t, o);
    let profile = view.dossier.statements.iter().find(|s| s.field == "profile");
    let profile = profile.map_or("", |s| t.pick(&s.value_zh, &s.value_en));
    let lede =
        t.with2("organisation-describe", "kind", kind_name(t, o.kind.code()), "city", city_name(t, corridor, o.city));
    let mut shell =
        caller.visit.shell(title.clone()).describe(lede).here("/organisations").live(format!("organisation/{}", o.id));
    if o.state != Standing::Listed {
        shell = shell.private();
    }
    let card = |listing: &crate::rules::listing::Listing| {
        row(t, corridor, &Card { listing: listing.clone(), organisation: None })
    };
    let listed = o.state == Standing::Listed;
    Page {
        shell,
        notice: notice(t, corridor, view),
        profile: profile.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect(),
        groups: groups(t, corridor, view),
        statuses: statuses(t, corridor, view, today),
        names: view.dossier.names.iter().map(|name| name_line(t, corridor, name)).collect(),
        listings: view.listings.iter().take(LISTINGS_SHOWN).map(card).collect(),
        workstations: view.workstations.iter().map(|w| workstation(t, w)).collect(),
        propose_href: if view.can.propose {
            format!("/organisations/{}/workstations/new", o.id)
        } else {
            String::new()
        },
        projects: view.projects.iter().map(|card| project_row(t, corridor, card)).collect(),
        history: view.history.iter().filter_map(|entry| history(t, entry)).collect(),
        contact_href: if listed { format!("/contacts/new?organisation={}", o.id) } else { String::new() },
        contact_note: contact_note(t, corridor, view),
        claim_form: view.can.claim.then(|| claim_form(t, o)),
        declare_form: view.can.declare.then(|| declare_form(t, o)),
        detail: frame(t, corridor, view, title, today),
    }
}

fn workstation(t: T, w: &crate::rules::workstation::Workstation) -> WorkstationLine {
    WorkstationLine {
        href: format!("/workstations/{}", w.id),
        name: crate::pages::workstation::words::name(t, w),
        about: t.pick(&w.about, &w.about_en).to_owned(),
        tag: crate::pages::workstation::words::state_tag(t, w.state),
    }
}

/// What a draft's people, and the office, must know at once.
fn notice(t: T, corridor: &Corridor, view: &View) -> String {
    let office = office_name(t, corridor, view.office);
    match view.dossier.organisation.state {
        Standing::Draft => t.with("organisation-notice-draft", "office", office),
        Standing::Refused => t.with("organisation-notice-refused", "office", office),
        Standing::Listed => String::new(),
    }
}

/// Who answers, and by when if nobody of the organisation can.
fn contact_note(t: T, corridor: &Corridor, view: &View) -> String {
    if view.dossier.organisation.claimed_ms.is_some() {
        return String::new();
    }
    let office = office_name(t, corridor, view.office);
    t.with2("organisation-contact-office", "office", office, "n", crate::rules::contact::OFFICE_WORKDAYS)
}

fn frame(t: T, corridor: &Corridor, view: &View, heading: String, today: Date) -> DetailFrame {
    let o = &view.dossier.organisation;
    let mut actions = Vec::new();
    if view.can.edit {
        actions.push(platform::web::parts::Action::new(
            format!("/organisations/{}/edit", o.id),
            t.msg("organisation-edit"),
        ));
    }
    if view.can.members {
        actions.push(platform::web::parts::Action::new(
            format!("/organisations/{}/members", o.id),
            t.msg("organisation-members"),
        ));
    }
    if let Some(claim) = &view.claim_open {
        actions.push(platform::web::parts::Action::new(format!("/claims/{claim}"), t.msg("organisation-claim-open")));
    }
    DetailFrame {
        crumbs: Crumbs::new(t, &heading).over("/organisations", t.msg("organisation-list-title")),
        other_name: other_name(t, o),
        tags: tags(t, o, &view.dossier.statuses, today),
        lede: String::new(),
        phases: None,
        facts: vec![facts(t, corridor, view)],
        actions,
        source: Some(record_source(t, corridor, o)),
        proof: None,
        heading,
    }
}

/// Where the record itself comes from.
fn record_source(t: T, corridor: &Corridor, o: &Organisation) -> Source {
    Source {
        t,
        area: String::new(),
        as_of: kernel::Instant::from_ms(o.updated_ms).date().to_string(),
        basis: String::new(),
        title: source_title(t, corridor, &o.source),
        href: source_href(&o.source),
        unverified: o.verified_ms.is_none(),
    }
}

fn facts(t: T, corridor: &Corridor, view: &View) -> Facts {
    let o = &view.dossier.organisation;
    let label = |key: &str| t.msg(format!("organisation-fact-{key}")).into_owned();
    let mut facts = Vec::new();
    let city = Fact::new(label("city"), city_name(t, corridor, o.city));
    let member = o.city.is_some_and(|city| corridor.city(city).is_some());
    facts.push(match o.city {
        Some(code) if member => city.link(format!("/cities/{code}")),
        _ => city,
    });
    if let Some(area) = &o.area {
        facts.push(Fact::new(label("area"), corridor.area_name(area, t.locale)));
    }
    facts.push(Fact::new(label("office"), office_name(t, corridor, view.office)));
    if let Some(uscc) = &o.uscc {
        facts.push(Fact::new(label("uscc"), uscc));
    }
    if let Some(website) = &o.website {
        facts.push(Fact::new(label("website"), website).link(website));
    }
    if let Some(founded) = &o.founded {
        facts.push(Fact::new(label("founded"), founded));
    }
    let segment = |id: &String| {
        Fact::new(label("segment"), segment_name(t, corridor, id)).link(format!("/organisations?segment={id}"))
    };
    facts.extend(view.dossier.segments.iter().map(|place| segment(&place.segment)));
    if !o.note.is_empty() {
        facts.push(Fact::new(label("note"), &o.note));
    }
    Facts { title: t.msg("side-facts").into_owned(), facts }
}

/// Statements by sort, in the order the words below name them; the profile stands above the page's body.
fn groups(t: T, corridor: &Corridor, view: &View) -> Vec<Group> {
    const FIELDS: [&str; 8] =
        ["capability", "product", "achievement", "role", "industry", "customer", "honour", "listing"];
    let line = |s: &crate::rules::organisation::Statement| {
        let text = t.pick(&s.value_zh, &s.value_en).to_owned();
        let other = if text == s.value_zh { &s.value_en } else { &s.value_zh };
        Line {
            other: if *other == text { String::new() } else { other.clone() },
            source: statement_source(t, corridor, s),
            confirm: confirm(view.can.confirm && s.verified_ms.is_none(), "statements", &s.id),
            text,
        }
    };
    let group = |field: &&str| {
        let lines: Vec<Line> = view.dossier.statements.iter().filter(|s| s.field == **field).map(line).collect();
        (!lines.is_empty())
            .then(|| Group { title: t.msg(format!("organisation-statement-{field}")).into_owned(), lines })
    };
    FIELDS.iter().filter_map(group).collect()
}

/// Where the office confirms something; empty when it may not, or has.
fn confirm(may: bool, noun: &str, id: &str) -> String {
    if may { format!("/{noun}/{id}/confirmations") } else { String::new() }
}

fn statuses(t: T, corridor: &Corridor, view: &View, today: Date) -> Vec<StatusLine> {
    let line = |status: &crate::rules::status::Status| StatusLine {
        tag: status_tag(t, status, today),
        about: t.with2("organisation-status-about", "issuer", &status.issuer, "period", period(t, status)),
        source: Source {
            t,
            area: String::new(),
            as_of: String::new(),
            basis: String::new(),
            title: source_title(t, corridor, &status.source),
            href: source_href(&status.source),
            unverified: status.verified_ms.is_none(),
        },
        confirm: confirm(view.can.confirm && status.verified_ms.is_none(), "statuses", &status.id),
    };
    view.dossier.statuses.iter().map(line).collect()
}

fn history(t: T, entry: &Recorded) -> Option<HistoryLine> {
    let key = format!("organisation-event-{}", entry.kind.split('.').nth(1)?.replace('_', "-"));
    t.texts.has(&key).then(|| HistoryLine {
        text: t.msg(key).into_owned(),
        at_ms: entry.at_ms,
        by: entry.actor_name.clone(),
        entry: entry.entry_id,
    })
}

/// The question by which one takes a record over.
pub(crate) fn claim_form(t: T, o: &Organisation) -> Form {
    let evidence = Field::lines(t, "evidence", t.msg("claim-evidence"), 4)
        .hint(t.with("claim-evidence-hint", "n", CLAIM_WORKDAYS))
        .chars_max(crate::rules::claim::EVIDENCE_CHARS_MAX);
    Form::new(t, format!("/organisations/{}/claims", o.id), t.msg("claim-file"))
        .field(evidence)
        .idempotency_key(new_key())
}

/// The form by which a status is declared or issued.
pub(crate) fn declare_form(t: T, o: &Organisation) -> Form {
    let choices = codes().into_iter().map(|code| Choice::new(code, super::words::status_name(t, code))).collect();
    let line = |name: &'static str| Field::line(t, name, t.msg(format!("status-{}", name.replace('_', "-"))));
    Form::new(t, format!("/organisations/{}/statuses", o.id), t.msg("status-declare"))
        .field(Field::new(t, FieldKind::Select(choices), "status", t.msg("status-status")))
        .field(line("issuer").chars_max(crate::rules::status::ISSUER_CHARS_MAX))
        .field(line("valid_from").hint(t.msg("status-period-hint")).optional())
        .field(line("valid_to").optional())
        .idempotency_key(new_key())
}
