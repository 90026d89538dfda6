//! Pages of pledges: what a funder is asked, what it gives, and the answers to check before money is bound.

use super::words::{closing, condition, funder, pledge_tag, tags, title};
use super::{lines, read, receipt_of, refused, status, word, write};
use crate::actions::pledge::{View, pledge_check, pledge_view};
use crate::actions::release::{pledge_decline, pledge_give};
use crate::rules::pledge::{Condition, Cover, FunderKind, NOTE_CHARS_MAX, Pledge, PledgeDraft, PledgeState};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use kernel::{Fen, Refusal};
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::kinds::{CheckFrame, DetailFrame};
use platform::web::parts::{Answer, Answers, Choice, Crumbs, Fact, Facts, Field, FieldKind, Form};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Fault};
use registry::corridor::{self, Corridor};
use rooms::pages::typed::{Typed, half_width};

/// What a form says that has been checked, and one that is to be changed.
const CONFIRMED: &str = "confirmed";
const CHANGE: &str = "change";
/// The questions of the form, as they travel through the page that checks them.
const QUESTIONS: [&str; 5] = ["cap_yuan", "condition", "ratio", "account", "note"];

#[derive(Template)]
#[template(path = "calls/pledge.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    refusal: String,
    notice: String,
    summary: Vec<String>,
    give: Option<Form>,
    give_title: String,
    accounts: bool,
    decline: Option<Form>,
    decline_open: bool,
}

#[derive(Template)]
#[template(path = "calls/pledge_check.html")]
struct CheckPage {
    shell: Shell,
    check: CheckFrame,
    change: Form,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/calls/{id}/pledges/{pledge}", "pledge_view", get(page)),
        write("/calls/{id}/pledges/{pledge}", "pledge_give", "call.pledged", post(give)),
        write("/calls/{id}/pledges/{pledge}/refusals", "pledge_decline", "call.pledge_declined", post(decline)),
    ]
}

fn at(pledge: &Pledge) -> String {
    format!("/calls/{}/pledges/{}", pledge.call, pledge.id)
}

fn give_form(t: T, view: &View) -> Form {
    let kind = view.pledge.kind;
    let fits = |condition: &&Condition| match condition {
        Condition::None => true,
        Condition::Local => kind == FunderKind::City,
        Condition::Matched => kind != FunderKind::Owner,
    };
    let conditions = Condition::ALL.iter().filter(fits).map(|condition| {
        let key = format!("pledge-condition-{}", condition.code());
        Choice::new(condition.code(), word(t, &key)).hint(word(t, format!("{key}-hint")))
    });
    let accounts = view.accounts.iter().map(|(account, standing)| {
        let free = standing.available(account.floor).and_then(|free| Fen::new(free).ok());
        let label = match free {
            Some(free) => t.with2("pledge-account", "name", account.name.as_str(), "free", t.fen(free)),
            None => account.name.clone(),
        };
        Choice::new(&account.id, label)
    });
    let mut form = Form::new(t, at(&view.pledge), t.msg("pledge-next"))
        .field(
            Field::new(t, FieldKind::Number, "cap_yuan", t.msg("pledge-form-cap"))
                .unit(t.msg("call-yuan"))
                .hint(t.msg("pledge-form-cap-hint")),
        )
        .field(Field::new(t, FieldKind::Radio(conditions.collect()), "condition", t.msg("pledge-form-condition")));
    if kind != FunderKind::Owner {
        form = form.field(
            Field::new(t, FieldKind::Number, "ratio", t.msg("pledge-form-ratio"))
                .hint(t.msg("pledge-form-ratio-hint"))
                .optional(),
        );
    }
    form.field(
        Field::new(t, FieldKind::Select(accounts.collect()), "account", t.msg("pledge-form-account"))
            .hint(t.msg("pledge-form-account-hint")),
    )
    .field(
        Field::line(t, "note", t.msg("pledge-form-note"))
            .hint(t.msg("pledge-form-note-hint"))
            .chars_max(NOTE_CHARS_MAX)
            .optional(),
    )
}

/// What the pledge says now, as the form has it; an only account is chosen already.
fn held(view: &View) -> Vec<(&'static str, String)> {
    let pledge = &view.pledge;
    if pledge.state != PledgeState::Given {
        let account = match view.accounts.as_slice() {
            [(only, _)] => only.id.clone(),
            _ => String::new(),
        };
        return vec![("condition", Condition::None.code().to_owned()), ("account", account)];
    }
    let ratio = match pledge.condition {
        Condition::Matched => super::words::ratio(pledge.ratio_hundredths),
        _ => String::new(),
    };
    vec![
        ("cap_yuan", pledge.cap.to_string()),
        ("condition", pledge.condition.code().to_owned()),
        ("ratio", ratio),
        ("account", pledge.account.clone()),
        ("note", pledge.note.clone()),
    ]
}

fn decline_form(t: T, view: &View) -> Form {
    let key = if view.pledge.state == PledgeState::Given { "pledge-withdraw" } else { "pledge-decline" };
    Form::new(t, format!("{}/refusals", at(&view.pledge)), t.msg(key))
        .idempotency_key(new_key())
        .field(Field::line(t, "reason", t.msg("pledge-form-reason")).chars_max(NOTE_CHARS_MAX).optional())
}

fn build(caller: &Caller, corridor: &Corridor, view: &View, give: Option<Form>, decline: Option<Form>) -> Page {
    let (t, call, pledge) = (caller.visit.t, &view.call, &view.pledge);
    let name = funder(t, corridor, &view.names, pledge);
    let heading = t.with("pledge-open", "funder", name.as_str());
    let mut crumbs = Crumbs::new(t, &heading).over("/calls", t.msg("call-list-title"));
    if view.may_read_call {
        crumbs = crumbs.over(format!("/calls/{}", call.id), title(t, call));
    }
    let mut labels = vec![pledge_tag(t, pledge.state)];
    labels.extend(tags(t, corridor, call, view.state, call.segments.len()));
    let given = pledge.state == PledgeState::Given;
    Page {
        shell: caller.visit.shell(heading.clone()).private().here("/calls").live(format!("call/{}", call.id)),
        detail: DetailFrame {
            crumbs,
            heading,
            other_name: String::new(),
            tags: labels,
            lede: title(t, call),
            phases: None,
            facts: vec![facts(caller, corridor, view)],
            actions: Vec::new(),
            source: None,
            proof: None,
        },
        refusal: String::new(),
        notice: word(t, format!("pledge-now-{}", if view.may_decline { pledge.state.code() } else { "fixed" })),
        summary: lines(t.pick(&call.summary, &call.summary_en)),
        give_title: word(t, if given { "pledge-change" } else { "pledge-give" }),
        accounts: !view.accounts.is_empty(),
        decline_open: false,
        give,
        decline,
    }
}

fn facts(caller: &Caller, corridor: &Corridor, view: &View) -> Facts {
    let (t, call, pledge) = (caller.visit.t, &view.call, &view.pledge);
    let label = |key: &str| word(t, format!("call-fact-{key}"));
    let own = |key: &str| word(t, format!("pledge-col-{key}"));
    let mut facts = vec![
        Fact::new(label("number"), &call.number),
        Fact::new(label("budget"), t.fen(call.budget)),
        Fact::new(word(t, "release-sure"), t.fen(view.cover.sure)),
    ];
    if let Some(closes) = call.closes_ms {
        facts.push(Fact::new(label("closes"), closing(t, corridor, closes, caller.ctx.now).0));
    }
    if let Some(due) = call.due_ms {
        facts.push(Fact::new(label("due"), t.date(due)));
    }
    if pledge.state == PledgeState::Given {
        facts.push(Fact::new(own("cap"), t.fen(pledge.cap)));
        facts.push(Fact::new(own("condition"), condition(t, pledge)));
        let account = view.accounts.iter().find(|(account, _)| account.id == pledge.account);
        facts
            .extend(account.map(|(account, _)| {
                Fact::new(own("account"), &account.name).link(format!("/accounts/{}", account.id))
            }));
    }
    if !pledge.note.is_empty() {
        facts.push(Fact::new(own("note"), &pledge.note));
    }
    Facts { title: word(t, "side-facts"), facts }
}

/// Which form came back, with what was typed and why.
enum Again<'a> {
    Give(&'a Typed, Option<&'a Refusal>),
    Decline(&'a Typed, &'a Refusal),
}

async fn load(app: &App, caller: &Caller, ids: &(String, String), again: Option<Again<'_>>) -> Result<Page, Problem> {
    let view = pledge_view(app, &caller.ctx, &ids.0, &ids.1).await?;
    let t = caller.visit.t;
    let mut give = view.may_give.then(|| give_form(t, &view));
    let mut decline = view.may_decline.then(|| decline_form(t, &view));
    let mut refusal = String::new();
    let mut open = false;
    match again {
        None => {
            let held = held(&view);
            give = give.map(|form| form.fill(held.iter().map(|(name, value)| (*name, value.as_str()))));
        }
        Some(Again::Give(typed, refused)) => {
            give = give.map(|form| form.fill(typed.pairs()));
            match (give.as_mut(), refused) {
                (Some(form), Some(refused)) => *form = form.clone().refuse(refused),
                (None, Some(refused)) => refused.sentence(t.locale).clone_into(&mut refusal),
                _ => {}
            }
        }
        Some(Again::Decline(typed, refused)) => {
            open = true;
            match decline.take() {
                Some(form) => decline = Some(form.fill(typed.pairs()).refuse(refused)),
                None => refused.sentence(t.locale).clone_into(&mut refusal),
            }
        }
    }
    Ok(Page { refusal, decline_open: open, ..build(caller, &corridor::of(app), &view, give, decline) })
}

/// The page.
async fn page(State(app): State<App>, caller: Caller, Path(ids): Path<(String, String)>) -> Result<Response, Problem> {
    caller.signed_in()?;
    Ok(html(&load(&app, &caller, &ids, None).await?))
}

fn draft(typed: &Typed) -> PledgeDraft {
    PledgeDraft {
        cap_yuan: half_width(typed.get("cap_yuan")),
        condition: typed.get("condition").to_owned(),
        ratio: half_width(typed.get("ratio")),
        account: typed.get("account").to_owned(),
        note: typed.get("note").to_owned(),
    }
}

fn carried(form: Form, typed: &Typed) -> Form {
    QUESTIONS.iter().fold(form, |form, name| form.hidden(*name, typed.get(name)))
}

fn check_page(app: &App, caller: &Caller, typed: &Typed, checked: &(View, Pledge, Cover)) -> CheckPage {
    let (t, corridor) = (caller.visit.t, corridor::of(app));
    let (view, next, cover) = checked;
    let answer = |key: &str, value: String| Answer {
        label: word(t, format!("pledge-col-{key}")),
        value,
        change_href: String::new(),
    };
    let account = view.accounts.iter().find(|(account, _)| account.id == next.account);
    let answers = vec![
        Answer { label: word(t, "call-title"), value: title(t, &view.call), change_href: String::new() },
        answer("funder", funder(t, &corridor, &view.names, next)),
        answer("cap", t.fen(next.cap)),
        answer("condition", condition(t, next)),
        answer("account", account.map_or(String::new(), |(account, _)| account.name.clone())),
        answer("note", next.note.clone()),
    ];
    let amounts = [("sure", t.fen_short(cover.sure)), ("budget", t.fen_short(view.call.budget))];
    let task = word(t, "pledge-check");
    let send = Form::new(t, at(next), t.msg("pledge-send")).idempotency_key(new_key()).hidden(CONFIRMED, "1");
    CheckPage {
        shell: caller.visit.shell(task.clone()).private().here("/calls"),
        check: CheckFrame {
            task,
            answers: Answers { t, answers },
            meaning: t.args("pledge-meaning", &amounts),
            form: carried(send, typed),
            back_href: String::new(),
        },
        change: carried(Form::new(t, at(next), t.msg("pledge-alter")).hidden(CHANGE, "1"), typed),
    }
}

/// The answers to check, the form once more, or the pledge itself, as the form that was sent says.
async fn give(
    State(app): State<App>,
    caller: Caller,
    Path(ids): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    if !typed.get(CHANGE).is_empty() {
        return Ok(html(&load(&app, &caller, &ids, Some(Again::Give(&typed, None))).await?));
    }
    if typed.get(CONFIRMED).is_empty() {
        return match pledge_check(&app, &caller.ctx, &ids.0, &ids.1, &draft(&typed)).await {
            Ok(checked) => Ok(html(&check_page(&app, &caller, &typed, &checked))),
            Err(fault) => again(&app, &caller, &ids, &typed, fault).await,
        };
    }
    // The address names the call too: what is given belongs to it.
    pledge_view(&app, &caller.ctx, &ids.0, &ids.1).await?;
    match pledge_give(&app, &caller.ctx, &ids.1, draft(&typed)).await {
        Ok(done) => {
            let back = format!("/calls/{}/pledges/{}", ids.0, ids.1);
            let (t, links) = (caller.visit.t, |label: String| vec![(back, label)]);
            let next = vec![word(t, "pledge-given-next")];
            Ok(super::receipt(&caller, word(t, "pledge-given-title"), &done, next, links(word(t, "pledge-back"))))
        }
        Err(fault) => again(&app, &caller, &ids, &typed, fault).await,
    }
}

async fn again(
    app: &App,
    caller: &Caller,
    ids: &(String, String),
    typed: &Typed,
    fault: Fault,
) -> Result<Response, Problem> {
    let refusal = refused(fault)?;
    let page = load(app, caller, ids, Some(Again::Give(typed, Some(&refusal)))).await?;
    Ok(html_with(status(&refusal), &page))
}

/// Declines, or takes back what was given.
async fn decline(
    State(app): State<App>,
    caller: Caller,
    Path(ids): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    pledge_view(&app, &caller.ctx, &ids.0, &ids.1).await?;
    match pledge_decline(&app, &caller.ctx, &ids.1, typed.get("reason")).await {
        Ok(done) => Ok(receipt_of(&caller, "pledge", "declined", &ids.0, &done)),
        Err(fault) => {
            let refusal = refused(fault)?;
            let page = load(&app, &caller, &ids, Some(Again::Decline(&typed, &refusal))).await?;
            Ok(html_with(status(&refusal), &page))
        }
    }
}
