//! The answers of a call.

use super::may_answer;
use super::names::{heading, percent, reason, state_name, state_tag};
use crate::actions::answer::{Answers, Filter, Item, Own, answer_list};
use crate::api::answer::listed;
use crate::pages::word;
use crate::pages::words::title;
use crate::rules::answer::AnswerState;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use platform::identity::idempotency::new_key;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form as Wanted, PageQuery, wants};
use platform::web::parts::{Empty, FacetGroup, FacetValue, Facets, Form, Pager, Tag, Tone};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use rooms::api::values;
use serde::Deserialize;

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AnswerQuery {
    /// States, separated by commas.
    pub(crate) state: String,
}

impl AnswerQuery {
    /// As the action reads it.
    pub(crate) fn filter(&self) -> Filter {
        Filter { states: values(&self.state) }
    }
}

#[derive(Template)]
#[template(path = "calls/answer_list.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    back: String,
    back_label: String,
    count: String,
    own: Vec<OwnLine>,
    send_href: String,
    finish: Option<Form>,
    rows: Vec<Row>,
}

/// What the reader's organisation has sealed.
pub(super) struct OwnLine {
    pub(super) href: String,
    pub(super) hash: String,
    pub(super) when: String,
    pub(super) tag: Tag,
}

struct Row {
    href: String,
    title: String,
    number: String,
    tags: Vec<Tag>,
    about: String,
    members: String,
}

/// An envelope of the reader's, with what became of it.
pub(super) fn own_line(t: T, own: &Own) -> OwnLine {
    let envelope = &own.envelope;
    let tag = match (own.given_up, envelope.superseded_ms, own.present) {
        (true, ..) => Tag::new(Tone::Cinnabar, t.msg("answer-own-given-up")),
        (_, Some(_), _) => Tag::new(Tone::Plain, t.msg("answer-own-replaced")),
        (_, None, true) => Tag::new(Tone::Pine, t.msg("answer-own-counts")),
        (_, None, false) => Tag::new(Tone::Plain, t.msg("answer-own-past")),
    };
    OwnLine {
        href: format!("/rounds/{}/envelopes/{}", envelope.round, envelope.id),
        hash: envelope.hash.clone(),
        when: t.datetime(envelope.sent_ms),
        tag,
    }
}

fn row(t: T, found: &Answers, item: &Item) -> Row {
    let answer = &item.answer;
    let mut tags = vec![state_tag(t, answer.state)];
    if item.own {
        tags.push(Tag::new(Tone::Indigo, t.msg("answer-own-tag")));
    }
    if item.readable && answer.state == AnswerState::Received && answer.faults.iter().any(|fault| fault.is_hard()) {
        tags.push(Tag::new(Tone::Cinnabar, t.msg("answer-hard")));
    }
    let lead = found.names.get(&answer.organisation).map(|(zh, en)| t.pick(zh, en).to_owned());
    let lead = lead.or_else(|| answer.members.first().map(|member| member.name.clone()));
    let about = match answer.state {
        AnswerState::Unreadable | AnswerState::Refused => reason(t, answer),
        _ => lead.map_or(String::new(), |lead| t.with2("answer-row", "lead", lead, "total", t.fen(answer.total))),
    };
    let members = answer.members.iter().map(|member| format!("{} {}", member.name, percent(member.share_bp)));
    Row {
        href: format!("/calls/{}/answers/{}", found.call.id, answer.id),
        title: heading(t, answer),
        number: t.n("answer-number", answer.number),
        tags,
        about,
        members: members.collect::<Vec<_>>().join(" · "),
    }
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Query<AnswerQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Response, Problem> {
    let wanted = wants(&caller.visit.query, &caller.visit.path, &headers);
    if wanted == Wanted::Json {
        return Ok(axum::Json(listed(&app, &caller, &id, &query, &paging).await?).into_response());
    }
    let found = answer_list(&app, &caller.ctx, &id, &query.filter(), &paging.page()?).await?;
    let t = caller.visit.t;
    if wanted == Wanted::Csv {
        return Ok(csv(t, &found).into_response());
    }
    let here = format!("/calls/{id}/answers");
    let finish = || Form::new(t, format!("/calls/{id}/checks"), t.msg("answer-finish")).idempotency_key(new_key());
    let may_send = may_answer(&caller, &found.call, found.state);
    let page = Page {
        list: frame(&caller, &here, &found, &query, &paging),
        back: format!("/calls/{id}"),
        back_label: title(t, &found.call),
        count: found.count.map_or_else(|| word(t, "answer-sealed"), |count| t.n("answer-count", count)),
        own: found.own.iter().map(|own| own_line(t, own)).collect(),
        send_href: if may_send { format!("{here}/new") } else { String::new() },
        finish: found.may_finish.then(finish),
        rows: found.items.iter().map(|item| row(t, &found, item)).collect(),
        shell: caller.visit.shell(t.msg("answer-list-title")).private().here("/calls").live(format!("call/{id}")),
    };
    Ok(html(&page))
}

fn frame(caller: &Caller, here: &str, found: &Answers, query: &AnswerQuery, paging: &PageQuery) -> ListFrame {
    let t = caller.visit.t;
    let chosen = values(&query.state);
    let value = |(code, count): &(String, i64)| {
        let on = chosen.contains(code);
        FacetValue {
            label: state_name(t, code),
            count: *count,
            href: if on { here.to_owned() } else { format!("{here}?state={code}") },
            on,
        }
    };
    let groups = if found.states.len() < 2 && chosen.is_empty() {
        Vec::new()
    } else {
        vec![FacetGroup { label: word(t, "answer-facet-state"), values: found.states.iter().map(value).collect() }]
    };
    ListFrame {
        heading: word(t, "answer-list-title"),
        lede: word(t, "answer-list-lede"),
        search: None,
        facets: Facets { t, groups, clear_href: if chosen.is_empty() { String::new() } else { here.to_owned() } },
        sorts: Vec::new(),
        action: None,
        csv_href: caller.visit.href_with("format", "csv"),
        json_href: caller.visit.href_with("format", "json"),
        pager: Pager {
            t,
            total: found.total,
            shown: found.items.len(),
            first_href: if paging.cursor.is_some() { caller.visit.href_with("cursor", "") } else { String::new() },
            next_href: found.next.as_ref().map_or(String::new(), |next| caller.visit.href_with("cursor", next)),
        },
        empty: Empty::new(t.msg("answer-empty"), t.msg("answer-empty-text")),
        ranked: false,
    }
}

fn csv(t: T, found: &Answers) -> Csv {
    let heads = ["number", "title", "state", "lead", "total", "reason", "url"];
    let heads: Vec<String> = heads.iter().map(|name| word(t, format!("answer-csv-{name}"))).collect();
    let mut csv = Csv::new("answers", &heads);
    for item in &found.items {
        let answer = &item.answer;
        let lead = found.names.get(&answer.organisation).map(|(zh, en)| t.pick(zh, en).to_owned());
        csv.row([
            answer.number.to_string(),
            answer.title.clone(),
            state_name(t, answer.state.code()),
            lead.unwrap_or_default(),
            if answer.title.is_empty() { String::new() } else { answer.total.to_string() },
            reason(t, answer),
            format!("/calls/{}/answers/{}", found.call.id, answer.id),
        ]);
    }
    csv
}
