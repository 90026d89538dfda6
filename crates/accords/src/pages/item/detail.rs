//! One action item: target, cities, progress as a line, its reports, and the supervision of it.

use crate::actions::item::{View, item_view};
use crate::pages::proof;
use crate::pages::words::{cities, city, item_tag, supervision_tags, title as accord_title};
use crate::rules::item::ItemState;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use platform::charts::{Caption, LineChart, Series};
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Action, Crumbs, Fact, Facts, Tag};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::{HistoryLine, detail, history, other_side, word};

#[derive(Template)]
#[template(path = "accords/item.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    notice: String,
    target: String,
    target_other: String,
    percent: i64,
    chart: Option<LineChart>,
    reports: Vec<ReportLine>,
    inside: bool,
    rounds: Vec<RoundLine>,
    history: Vec<HistoryLine>,
}

struct ReportLine {
    head: String,
    text: String,
    by: String,
    percent: i64,
}

struct RoundLine {
    href: String,
    title: String,
    tags: Vec<Tag>,
    due: String,
}

/// The page.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = item_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &corridor::of(&app), &view)))
}

fn build(caller: &Caller, corridor: &Corridor, view: &View) -> Page {
    let t = caller.visit.t;
    let item = &view.item;
    let heading = t.pick(&item.title, &item.title_en).to_owned();
    let mut shell =
        caller.visit.shell(heading.clone()).describe(t.pick(&item.target, &item.target_en)).here("/accords");
    if !view.public {
        shell = shell.private();
    }
    let inside = view.may_supervise || view.may_close || !view.may_report.is_empty() || !view.supervisions.is_empty();
    let report = |one: &crate::rules::item::Report| ReportLine {
        head: t.with2("item-report-head", "date", one.day.to_string(), "city", city(t, corridor, one.city)),
        text: one.text.clone(),
        by: if inside { t.with("item-report-by", "name", one.by_name.as_str()) } else { String::new() },
        percent: one.percent,
    };
    let round = |one: &crate::rules::supervision::Supervision| RoundLine {
        href: format!("/supervisions/{}", one.id),
        title: t.with2("supervision-round", "city", city(t, corridor, one.city), "n", one.round),
        tags: supervision_tags(t, one, caller.ctx.now),
        due: t.with("supervision-until", "date", t.date(one.due_ms)),
    };
    Page {
        notice: notice(t, view),
        target: t.pick(&item.target, &item.target_en).to_owned(),
        target_other: other_side(t, &item.target, &item.target_en).to_owned(),
        percent: item.percent,
        chart: chart(t, view),
        reports: view.reports.iter().rev().map(report).collect(),
        inside,
        rounds: view.supervisions.iter().map(round).collect(),
        history: history(t, "item", &view.history, |key, _| word(t, key)),
        detail: frame(caller, corridor, view, heading),
        shell,
    }
}

fn notice(t: T, view: &View) -> String {
    let item = &view.item;
    match item.state {
        ItemState::Open => String::new(),
        _ if item.remark.is_empty() => word(t, "item-notice-done"),
        ItemState::Done => t.with("item-notice-done-remark", "remark", item.remark.as_str()),
        ItemState::Dropped => t.with("item-notice-dropped", "remark", item.remark.as_str()),
    }
}

/// Progress over time; none before there are two reports to join by a line.
fn chart(t: T, view: &View) -> Option<LineChart> {
    if view.reports.len() < 2 {
        return None;
    }
    let points = view.reports.iter().map(|report| {
        // A percentage is at most 100 and exact as a float; the text is what a reader sees.
        #[expect(clippy::cast_precision_loss, reason = "0 to 100")]
        let value = report.percent as f64;
        Some((value, report.percent.to_string()))
    });
    Some(LineChart {
        caption: Caption::new(t, t.msg("item-chart"), "%"),
        axis: word(t, "item-chart-axis"),
        x: view.reports.iter().map(|report| report.day.to_string()).collect(),
        series: vec![Series { name: word(t, "item-progress"), points: points.collect() }],
        from_zero: true,
    })
}

fn frame(caller: &Caller, corridor: &Corridor, view: &View, heading: String) -> DetailFrame {
    let t = caller.visit.t;
    let item = &view.item;
    let mut tags = vec![item_tag(t, item, caller.ctx.now.date())];
    if item.demo {
        tags.push(Tag::demo(t));
    }
    DetailFrame {
        other_name: other_side(t, &item.title, &item.title_en).to_owned(),
        tags,
        facts: vec![facts(t, corridor, view)],
        actions: actions(t, view),
        proof: proof(t, &view.history),
        ..detail(Crumbs::new(t, &heading).over("/action-items", t.msg("item-list-title")), heading)
    }
}

fn facts(t: T, corridor: &Corridor, view: &View) -> Facts {
    let item = &view.item;
    let label = |key: &str| word(t, format!("item-fact-{key}"));
    let mut facts = vec![
        Fact::new(label("lead"), city(t, corridor, item.lead)).link(format!("/cities/{}", item.lead)),
        Fact::new(label("deadline"), item.deadline.to_string()),
    ];
    if !item.partners.is_empty() {
        facts.insert(1, Fact::new(label("partners"), cities(t, corridor, &item.partners)));
    }
    if let Some(meeting) = &view.meeting {
        let name = t.pick(&meeting.title, &meeting.title_en);
        facts.push(Fact::new(label("meeting"), name).link(format!("/meetings/{}", meeting.id)));
    }
    if let Some(resolution) = &view.resolution {
        let name = t.pick(&resolution.title, &resolution.title_en);
        let href = format!("/meetings/{}#resolution-{}", resolution.meeting, resolution.number);
        facts.push(Fact::new(label("resolution"), name).link(href));
    }
    if let Some(accord) = &view.accord {
        facts.push(Fact::new(label("accord"), accord_title(t, accord)).link(format!("/accords/{}", accord.id)));
    }
    facts.extend(item.closed_ms.map(|at| Fact::new(label("closed"), t.date(at))));
    Facts { title: word(t, "side-facts"), facts }
}

fn actions(t: T, view: &View) -> Vec<Action> {
    let id = &view.item.id;
    let action =
        |on: bool, path: &str, key: &str| on.then(|| Action::new(format!("/action-items/{id}/{path}"), t.msg(key)));
    [
        action(!view.may_report.is_empty(), "reports/new", "item-report-open"),
        action(view.may_supervise, "supervisions/new", "supervision-issue-open"),
        action(view.may_close, "closing", "item-close-open"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
