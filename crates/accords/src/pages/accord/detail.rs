//! One joint act: its parties and what each said, its money, its text, its versions.

use super::list::kind_name;
use crate::actions::accord::{View, accord_take_back, accord_version, accord_view};
use crate::pages::words::{accord_tag, item_tag, party_name, title, word_tag};
use crate::pages::{SECTION, proof};
use crate::rules::accord::{Accord, AccordState, PartyKind, standing_of};
use crate::rules::item::ActionItem;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Fen, Refusal};
use platform::web::kinds::DetailFrame;
use platform::web::parts::{
    Action, Cell, Column, Crumbs, Fact, Facts, Form, Phase, Phases, Share, ShareBar, Table, Tag, Tone,
};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::{HistoryLine, detail, history, lines, other_side, refused, status, word};

#[derive(Template)]
#[template(path = "accords/accord.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    refusal: String,
    notice: String,
    parties: Option<Table>,
    money: Option<ShareBar>,
    text: Vec<String>,
    text_other: Vec<String>,
    versions: Vec<Link>,
    resolutions: Vec<Link>,
    items: Vec<ItemLine>,
    item_new: String,
    recall: Option<Form>,
    history: Vec<HistoryLine>,
}

#[derive(Template)]
#[template(path = "accords/version.html")]
struct VersionPage {
    shell: Shell,
    detail: DetailFrame,
    parties: Table,
    text: Vec<String>,
    text_other: Vec<String>,
}

struct Link {
    href: String,
    text: String,
}

/// An action item in a list.
pub(in crate::pages) struct ItemLine {
    pub(in crate::pages) href: String,
    pub(in crate::pages) title: String,
    pub(in crate::pages) tag: Tag,
    pub(in crate::pages) about: String,
    pub(in crate::pages) percent: i64,
}

/// Action items as other pages list them.
pub(in crate::pages) fn item_lines(caller: &Caller, corridor: &Corridor, items: &[ActionItem]) -> Vec<ItemLine> {
    let t = caller.visit.t;
    let line = |item: &ActionItem| ItemLine {
        href: format!("/action-items/{}", item.id),
        title: t.pick(&item.title, &item.title_en).to_owned(),
        tag: item_tag(t, item, caller.ctx.now.date()),
        about: t.with2("item-row", "lead", corridor.place_name(item.lead, t.locale), "date", item.deadline.to_string()),
        percent: item.percent,
    };
    items.iter().map(line).collect()
}

/// The page.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(html(&load(&app, &caller, &id, None).await?))
}

async fn load(app: &App, caller: &Caller, id: &str, refusal: Option<&Refusal>) -> Result<Page, Problem> {
    let view = accord_view(app, &caller.ctx, id).await?;
    Ok(build(caller, &corridor::of(app), &view, refusal))
}

/// Takes the text back into drafting.
pub(super) async fn take_back(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    match accord_take_back(&app, &caller.ctx, &id).await {
        Ok(_) => Ok(Redirect::to(&format!("/accords/{id}/steps/check")).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            Ok(html_with(status(&refusal), &load(&app, &caller, &id, Some(&refusal)).await?))
        }
    }
}

fn build(caller: &Caller, corridor: &Corridor, view: &View, refusal: Option<&Refusal>) -> Page {
    let t = caller.visit.t;
    let accord = &view.accord;
    let mut shell = caller.visit.shell(title(t, accord)).here("/accords").live(format!("accord/{}", accord.id));
    if !view.state.is_open() {
        shell = shell.private();
    }
    let id = &accord.id;
    let versions = (1..=accord.version).map(|version| Link {
        href: format!("/accords/{id}/versions/{version}"),
        text: t.n("accord-version-n", version),
    });
    let resolution = |one: &crate::rules::meeting::Resolution| Link {
        href: format!("/meetings/{}#resolution-{}", one.meeting, one.number),
        text: t.pick(&one.title, &one.title_en).to_owned(),
    };
    Page {
        refusal: refusal.map_or(String::new(), |refusal| refusal.sentence(t.locale).to_owned()),
        notice: notice(t, view),
        parties: (!accord.parties.is_empty()).then(|| parties(t, corridor, view, accord.version)),
        money: money(t, corridor, accord),
        text: lines(t.pick(&accord.text, &accord.text_en)),
        text_other: lines(other_side(t, &accord.text, &accord.text_en)),
        versions: versions.collect(),
        resolutions: view.resolutions.iter().map(resolution).collect(),
        items: item_lines(caller, corridor, &view.items),
        item_new: if view.may_begin_item { format!("/action-items/new?accord={id}") } else { String::new() },
        recall: view.may_take_back.then(|| Form::new(t, format!("/accords/{id}/recalls"), t.msg("accord-take-back"))),
        history: history(t, "accord", &view.history, |key, _| word(t, key)),
        detail: frame(t, corridor, view),
        shell,
    }
}

fn notice(t: T, view: &View) -> String {
    let accord = &view.accord;
    match view.state {
        AccordState::Draft => word(t, "accord-notice-draft"),
        AccordState::Circulated => {
            let date = accord.deadline_ms.map_or(String::new(), |deadline| t.date(deadline));
            let taken: Vec<_> = accord.parties.iter().filter(|party| accord.takes(party)).collect();
            let given = taken.iter().filter(|party| {
                standing_of(&view.said, accord.version, &party.code).is_some_and(|said| said.word.consents())
            });
            let numbers = [("date", date), ("given", given.count().to_string()), ("all", taken.len().to_string())];
            t.args("accord-notice-circulated", &numbers)
        }
        AccordState::Failed => word(t, "accord-notice-failed"),
        AccordState::Ended => t.with("accord-notice-ended", "reason", accord.end_reason.as_str()),
        _ => String::new(),
    }
}

/// Every party with what it said of a version, and when.
fn parties(t: T, corridor: &Corridor, view: &View, version: i64) -> Table {
    let accord = &view.accord;
    let label = |key: &str| word(t, format!("accord-col-{key}"));
    let shared = accord.parties.iter().any(|party| party.share.is_some());
    let mut columns: Vec<Column> =
        ["party", "word", "when", "text"].iter().map(|key| Column::words(label(key))).collect();
    if view.inside {
        columns.push(Column::words(label("by")));
    }
    if shared {
        columns.push(Column::numbers(label("share"), String::new()));
    }
    let mut table = Table::new(t, word(t, "accord-parties-caption"), columns);
    table.caption_hidden = true;
    for party in &accord.parties {
        let said = standing_of(&view.said, version, &party.code);
        let mut name = party_name(t, corridor, party);
        if !accord.takes(party) {
            name = t.with("accord-party-free", "name", name);
        }
        let text = said.map(|said| match said.letter.as_str() {
            "" => said.text.clone(),
            letter => t.with2("accord-letter-said", "letter", letter, "text", said.text.as_str()),
        });
        let mut row = vec![
            Cell::Text(name),
            Cell::Tag(word_tag(t, said.map(|said| said.word))),
            said.map_or(Cell::Missing, |said| Cell::Text(t.datetime(said.at_ms))),
            text.filter(|text| !text.is_empty()).map_or(Cell::Missing, Cell::Text),
        ];
        if view.inside {
            row.push(said.map_or(Cell::Missing, |said| Cell::Text(said.by_name.clone())));
        }
        if shared {
            row.push(party.share.map_or(Cell::Missing, |share| Cell::Text(t.fen(share))));
        }
        table = table.row(row);
    }
    table
}

fn money(t: T, corridor: &Corridor, accord: &Accord) -> Option<ShareBar> {
    let total = accord.total?;
    let share = |party: &crate::rules::accord::Party| {
        let amount = party.share?;
        Some(Share { label: party_name(t, corridor, party), amount: amount.get(), text: t.fen_short(amount) })
    };
    Some(ShareBar {
        lead: t.with("accord-money-lead", "amount", t.fen_short(total)),
        shares: accord.parties.iter().filter_map(share).collect(),
    })
}

fn frame(t: T, corridor: &Corridor, view: &View) -> DetailFrame {
    let accord = &view.accord;
    let heading = title(t, accord);
    let mut tags = vec![accord_tag(t, view.state), Tag::new(Tone::Plain, kind_name(t, accord.kind.code()))];
    if accord.demo {
        tags.push(Tag::demo(t));
    }
    DetailFrame {
        other_name: other_side(t, &accord.title, &accord.title_en).to_owned(),
        tags,
        phases: Some(phases(t, view)),
        facts: vec![facts(t, view)],
        actions: actions(t, corridor, view),
        proof: proof(t, &view.history),
        ..detail(Crumbs::new(t, &heading).over("/accords", t.msg("accord-list-title")), heading)
    }
}

fn phases(t: T, view: &View) -> Phases {
    let accord = &view.accord;
    let day = |ms: Option<i64>| ms.map_or(String::new(), |ms| t.date(ms));
    let phase = |key: &str, note: String| Phase { label: word(t, format!("accord-phase-{key}")), note };
    let mut phases = vec![
        phase("draft", day(Some(accord.created_ms))),
        phase("circulated", day(accord.circulated_ms)),
        phase("in-force", day(accord.in_force_ms)),
    ];
    let present = match view.state {
        AccordState::Draft => 0,
        AccordState::Circulated | AccordState::Failed => 1,
        AccordState::InForce => 2,
        ended => {
            phases.push(Phase { label: accord_tag(t, ended).text, note: day(accord.ended_ms) });
            3
        }
    };
    Phases { t, phases, present }
}

fn facts(t: T, view: &View) -> Facts {
    let accord = &view.accord;
    let label = |key: &str| word(t, format!("accord-fact-{key}"));
    let mut facts = Vec::new();
    if !accord.number.is_empty() {
        facts.push(Fact::new(label("number"), &accord.number));
    }
    facts.push(Fact::new(label("assent"), word(t, format!("accord-assent-{}", accord.assent.code()))));
    if accord.version > 0 {
        facts.push(Fact::new(label("version"), t.n("accord-version-n", accord.version)));
    }
    if let (AccordState::Circulated, Some(deadline)) = (view.state, accord.deadline_ms) {
        facts.push(Fact::new(label("deadline"), t.date(deadline)));
    }
    let open = |key: &str| word(t, format!("accord-validity-{key}"));
    let from = accord.valid_from.map_or_else(|| open("from-start"), |day| day.to_string());
    let until = accord.valid_until.map_or_else(|| open("no-end"), |day| day.to_string());
    facts.push(Fact::new(label("validity"), t.with2("accord-validity", "from", from, "until", until)));
    facts.extend(accord.total.map(|total: Fen| Fact::new(label("total"), t.fen(total))));
    let other =
        |key: &str, other: &Accord| Fact::new(label(key), title(t, other)).link(format!("/accords/{}", other.id));
    facts.extend(view.before.as_ref().map(|old| other("before", old)));
    facts.extend(view.after.as_ref().map(|new| other("after", new)));
    Facts { title: word(t, "side-facts"), facts }
}

fn actions(t: T, corridor: &Corridor, view: &View) -> Vec<Action> {
    let accord = &view.accord;
    let id = &accord.id;
    let mut actions = Vec::new();
    if view.may_edit {
        actions.push(Action::new(format!("/accords/{id}/steps/check"), t.msg("accord-check-open")));
    }
    for party in accord.parties.iter().filter(|party| view.may_say.contains(&party.code)) {
        let key = if party.kind == PartyKind::Outer { "accord-record-for" } else { "accord-say-for" };
        let label = t.with(key, "party", party_name(t, corridor, party));
        actions.push(Action::new(format!("/accords/{id}/consents/{}", party.code), label));
    }
    if view.may_end {
        actions.push(Action::new(format!("/accords/{id}/ending"), t.msg("accord-end-open")));
    }
    actions
}

/// One circulated version and what was said of it.
pub(super) async fn version(
    State(app): State<App>,
    caller: Caller,
    Path((id, version)): Path<(String, String)>,
) -> Result<Response, Problem> {
    // An address that names no number names no version.
    let version = version.parse::<i64>().map_err(|_| Refusal::not_found())?;
    let (view, found) = accord_version(&app, &caller.ctx, &id, version).await?;
    let (t, corridor) = (caller.visit.t, corridor::of(&app));
    let heading = t.pick(&found.title, &found.title_en).to_owned();
    let label = |key: &str| word(t, format!("accord-fact-{key}"));
    let mut facts = vec![
        Fact::new(label("version"), t.n("accord-version-n", version)),
        Fact::new(label("circulated"), t.datetime(found.circulated_ms)),
        Fact::new(label("deadline"), t.date(found.deadline_ms)),
    ];
    facts.extend(found.total.map(|total| Fact::new(label("total"), t.fen(total))));
    let here = t.n("accord-version-n", version);
    let detail = DetailFrame {
        other_name: other_side(t, &found.title, &found.title_en).to_owned(),
        tags: vec![Tag::new(Tone::Plain, t.n("accord-version-n", version))],
        facts: vec![Facts { title: word(t, "side-facts"), facts }],
        actions: vec![Action::new(format!("/accords/{id}"), t.msg("accord-back"))],
        ..detail(
            Crumbs::new(t, here)
                .over("/accords", t.msg("accord-list-title"))
                .over(format!("/accords/{id}"), title(t, &view.accord)),
            heading.clone(),
        )
    };
    let page = VersionPage {
        shell: SECTION.shell(&caller, heading),
        parties: parties(t, &corridor, &view, version),
        text: lines(t.pick(&found.text, &found.text_en)),
        text_other: lines(other_side(t, &found.text, &found.text_en)),
        detail,
    };
    Ok(html(&page))
}
