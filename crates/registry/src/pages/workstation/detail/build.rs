//! The page of a workstation, put together.

use crate::actions::workstation::{Seat, View};
use crate::corridor::Corridor;
use crate::pages::claim::decision_form;
use crate::pages::expert::words as expert;
use crate::pages::listing::office_name;
use crate::pages::organisation::words::{city_name, name as organisation_name};
use crate::pages::workstation::leave::verb;
use crate::pages::workstation::project::add_form;
use crate::pages::workstation::words::{due, name, parting_name, projects, reason_name, tags};
use crate::rules::expert::ExpertState;
use crate::rules::listing::Office;
use crate::rules::workstation::{Project, Reason, WorkstationState};
use askama::Template;
use kernel::{Adcode, Refusal};
use platform::Caller;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Action, Choice, Crumbs, Fact, Facts, Form, Tag, Tone};
use platform::web::{Shell, T};
use rooms::pages::typed::Typed;

/// Which form of the page was refused.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::pages::workstation) enum Which {
    Decision,
    Project,
    /// One without anything to type.
    Page,
}

/// The refusal of one form, and what was typed into it.
pub(in crate::pages::workstation) struct Again<'a> {
    pub(in crate::pages::workstation) which: Which,
    pub(in crate::pages::workstation) refusal: &'a Refusal,
    pub(in crate::pages::workstation) typed: &'a Typed,
}

#[derive(Template)]
#[template(path = "registry/workstation_detail.html")]
pub(super) struct Page {
    shell: Shell,
    detail: DetailFrame,
    refused: String,
    notice: String,
    about: String,
    about_other: String,
    experts: Vec<SeatLine>,
    projects: Vec<ProjectLine>,
    decide_form: Option<Form>,
    add_form: Option<Form>,
    add_open: bool,
    end_form: Option<Form>,
}

struct SeatLine {
    name: String,
    href: String,
    about: String,
    tag: Tag,
    why: String,
    join: Option<Form>,
    leave_href: String,
    leave: String,
}

struct ProjectLine {
    title: String,
    other: String,
    period: String,
    amount: String,
    results: String,
    edit_href: String,
}

/// The page; `again` is the form that was refused.
pub(super) fn build(caller: &Caller, corridor: &Corridor, view: &View, again: Option<Again<'_>>) -> Page {
    let t = caller.visit.t;
    let w = &view.card.workstation;
    let title = name(t, w);
    let mut shell = caller
        .visit
        .shell(title.clone())
        .describe(t.pick(&w.about, &w.about_en))
        .here("/experts")
        .live(format!("workstation/{}", w.id));
    if !matches!(w.state, WorkstationState::Listed | WorkstationState::Ended) {
        shell = shell.private();
    }
    let about = t.pick(&w.about, &w.about_en).to_owned();
    let other = if t.zh() { &w.about_en } else { &w.about };
    let fill = |form: Form, which: Which| match &again {
        Some(again) if again.which == which => form.fill(again.typed.pairs()).refuse(again.refusal),
        _ => form,
    };
    let is = |which: Which| again.as_ref().is_some_and(|again| again.which == which);
    let forms = [(Which::Decision, view.may_decide), (Which::Project, view.may_add)];
    let at_form = forms.iter().any(|(which, there)| *there && is(*which));
    let refused = again.as_ref().filter(|_| !at_form).map_or("", |again| again.refusal.sentence(t.locale));
    Page {
        shell,
        refused: refused.to_owned(),
        notice: notice(t, corridor, view),
        about_other: if *other == about { String::new() } else { other.clone() },
        about,
        experts: view.experts.iter().map(|seat| seat_line(t, &w.id, seat)).collect(),
        projects: view.projects.iter().map(|project| project_line(t, view, project)).collect(),
        decide_form: view.may_decide.then(|| fill(decide_form(t, &w.id), Which::Decision)),
        add_form: view.may_add.then(|| fill(add_form(t, &w.id), Which::Project)),
        add_open: is(Which::Project),
        end_form: view
            .may_end
            .then(|| Form::new(t, format!("/workstations/{}/endings", w.id), t.msg("workstation-end"))),
        detail: frame(t, corridor, view, title),
    }
}

/// Where it stands, and what comes next.
fn notice(t: T, corridor: &Corridor, view: &View) -> String {
    let w = &view.card.workstation;
    let office = office(t, corridor, view);
    match w.state {
        WorkstationState::Proposed => t.with2("workstation-notice-proposed", "office", office, "due", due(t, w)),
        // What the office has to say is for the enterprise.
        WorkstationState::Refused if !view.inside => t.with("workstation-notice-over", "office", office),
        WorkstationState::Refused => {
            let reason = w.reason.map_or(String::new(), |reason| reason_name(t, reason));
            let remark =
                if w.remark.is_empty() { String::new() } else { t.with("claim-remark-said", "remark", &w.remark) };
            t.args("workstation-notice-refused", &[("office", office), ("reason", reason), ("remark", remark)])
        }
        WorkstationState::Ended => t.with("workstation-notice-ended", "date", t.date(w.updated_ms)),
        WorkstationState::Listed => String::new(),
    }
}

fn office(t: T, corridor: &Corridor, view: &View) -> String {
    let office = Adcode::parse(&view.card.workstation.office).map_or(Office::Joint, Office::City);
    office_name(t, corridor, office)
}

fn seat_line(t: T, id: &str, seat: &Seat) -> SeatLine {
    let e = &seat.expert;
    let (tone, key) = match (seat.joined_ms, seat.left_ms) {
        (Some(_), None) => (Tone::Pine, "workstation-seat-joined"),
        (None, None) => (Tone::Indigo, "workstation-seat-asked"),
        (Some(_), Some(_)) => (Tone::Plain, "workstation-seat-left"),
        (None, Some(_)) => (Tone::Plain, "workstation-seat-declined"),
    };
    let at = seat.left_ms.or(seat.joined_ms).map_or(String::new(), |ms| t.date(ms));
    let join =
        || Form::new(t, format!("/workstations/{id}/joinings"), t.msg("workstation-join")).hidden("expert", &e.id);
    let why = seat.left_reason.map(|reason| parting_name(t, reason));
    SeatLine {
        name: expert::name(t, e),
        href: if seat.known && e.state == ExpertState::Listed { format!("/experts/{}", e.id) } else { String::new() },
        about: if seat.known { expert::about(t, e) } else { String::new() },
        tag: Tag::new(tone, t.msg(key)).note(at),
        why: match (why, seat.left_remark.as_str()) {
            (None, _) => String::new(),
            (Some(reason), "") => t.with("workstation-parted", "reason", reason),
            (Some(reason), remark) => t.with2("workstation-parted-remark", "reason", reason, "remark", remark),
        },
        join: (seat.may_answer && seat.joined_ms.is_none()).then(join),
        leave_href: if seat.may_answer {
            format!("/workstations/{id}/experts/{}/leaving", e.id)
        } else {
            String::new()
        },
        leave: t.msg(verb(seat)).into_owned(),
    }
}

fn project_line(t: T, view: &View, project: &Project) -> ProjectLine {
    let title = t.pick(&project.title, &project.title_en).to_owned();
    let other = if t.zh() { &project.title_en } else { &project.title };
    let period = match project.ends {
        Some(ends) => t.with2("workstation-period", "from", project.starts.to_string(), "to", ends.to_string()),
        None => t.with("workstation-period-open", "from", project.starts.to_string()),
    };
    ProjectLine {
        other: if *other == title { String::new() } else { other.clone() },
        title,
        period,
        amount: project.amount.map_or(String::new(), |fen| t.fen_short(fen)),
        results: t.pick(&project.results, &project.results_en).to_owned(),
        edit_href: if view.may_edit {
            format!("/workstations/{}/projects/{}/edit", project.workstation, project.id)
        } else {
            String::new()
        },
    }
}

fn decide_form(t: T, id: &str) -> Form {
    let reasons = Reason::ALL.iter().map(|reason| Choice::new(reason.code(), reason_name(t, *reason))).collect();
    decision_form(t, format!("/workstations/{id}/decisions"), reasons)
}

fn frame(t: T, corridor: &Corridor, view: &View, heading: String) -> DetailFrame {
    let w = &view.card.workstation;
    let other = if t.zh() { &w.name_en } else { &w.name };
    let mut actions = Vec::new();
    if view.may_repeat {
        let href = format!("/organisations/{}/workstations/new?from={}", w.organisation, w.id);
        actions.push(Action::new(href, t.msg("workstation-repeat")));
    }
    DetailFrame {
        crumbs: Crumbs::new(t, &heading).over("/workstations", t.msg("workstation-list-title")),
        other_name: if *other == heading { String::new() } else { other.clone() },
        tags: tags(t, w),
        lede: t.with2(
            "workstation-row",
            "owner",
            organisation_name(t, &view.card.organisation),
            "city",
            city_name(t, corridor, view.card.organisation.city),
        ),
        phases: None,
        facts: vec![facts(t, corridor, view)],
        actions,
        source: None,
        proof: None,
        heading,
    }
}

fn facts(t: T, corridor: &Corridor, view: &View) -> Facts {
    let w = &view.card.workstation;
    let o = &view.card.organisation;
    let label = |key: &str| t.msg(format!("workstation-fact-{key}")).into_owned();
    let mut facts =
        vec![Fact::new(label("organisation"), organisation_name(t, o)).link(format!("/organisations/{}", o.id))];
    let city = Fact::new(label("city"), city_name(t, corridor, o.city));
    facts.push(match o.city {
        Some(code) if corridor.city(code).is_some() => city.link(format!("/cities/{code}")),
        _ => city,
    });
    facts.push(Fact::new(label("office"), office(t, corridor, view)));
    if !w.since.is_empty() {
        facts.push(Fact::new(label("since"), &w.since));
    }
    facts.push(Fact::new(label("proposed"), t.date(w.created_ms)));
    match (w.state, w.decided_ms) {
        (WorkstationState::Proposed, _) => facts.push(Fact::new(label("due"), due(t, w))),
        (_, Some(at)) => facts.push(Fact::new(label("decided"), t.date(at))),
        _ => {}
    }
    let here = view.experts.iter().filter(|seat| seat.here()).count();
    facts.push(Fact::new(label("experts"), t.n("workstation-experts-count", here)));
    let sum = projects(t, &view.card);
    if !sum.is_empty() {
        facts.push(Fact::new(label("projects"), sum));
    }
    Facts { title: t.msg("side-facts").into_owned(), facts }
}
