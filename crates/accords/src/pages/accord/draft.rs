//! Drafting a joint act: one group of questions a page, then the answers to check and the deadline.

use super::list::kind_name;
use crate::actions::accord::{accord_choices, accord_circulate, accord_draft, accord_edit, accord_form};
use crate::pages::SECTION;
use crate::pages::words::{city_choices, party_name, title};
use crate::rules::accord::{
    Accord, AccordKind, Assent, HeadDraft, Level, MoneyDraft, NUMBER_CHARS_MAX, OUTER_FIELDS, OuterDraft, PartiesDraft,
    Party, PartyKind, Patch, TextDraft, ValidityDraft, missing,
};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::limits::{DETAIL_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Fen, Refusal};
use platform::identity::idempotency::new_key;
use platform::policy::Resource;
use platform::web::kinds::CheckFrame;
use platform::web::parts::{Answer, Answers, Choice, Field, FieldKind, Form};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::frames::StepPage;
use rooms::pages::typed::{Typed, half_width};
use rooms::pages::{refused, status, word};

#[derive(Template)]
#[template(path = "accords/check.html")]
struct CheckPage {
    shell: Shell,
    check: CheckFrame,
}

/// The groups in the order in which they are asked.
const STEPS: [&str; 5] = ["head", "text", "parties", "money", "validity"];
/// The value of a box that says yes.
const YES: &str = "1";
/// Outer parties that the form has room for.
const OUTER_SHOWN: usize = 3;

fn choices(t: T, prefix: &str, codes: impl Iterator<Item = &'static str>) -> Vec<Choice> {
    codes.map(|code| Choice::new(code, word(t, format!("{prefix}-{code}")))).collect()
}

async fn head_form(app: &App, caller: &Caller, action: String, but: &str) -> Result<Form, Problem> {
    let t = caller.visit.t;
    let kinds = choices(t, "accord-kind", AccordKind::ALL.iter().map(|kind| kind.code()));
    let assents = Assent::ALL.iter().map(|assent| {
        let key = format!("accord-assent-{}", assent.code());
        Choice::new(assent.code(), word(t, &key)).hint(word(t, format!("{key}-hint")))
    });
    let mut form = Form::new(t, action, t.msg("accord-next"))
        .field(Field::new(t, FieldKind::Select(kinds), "kind", t.msg("accord-form-kind")))
        .field(Field::line(t, "title", t.msg("accord-form-title")).chars_max(TITLE_CHARS_MAX))
        .field(Field::line(t, "title_en", t.msg("accord-form-title-en")).chars_max(TITLE_CHARS_MAX).optional())
        .field(
            Field::line(t, "number", t.msg("accord-form-number"))
                .hint(t.msg("accord-form-number-hint"))
                .chars_max(NUMBER_CHARS_MAX)
                .optional(),
        )
        .field(Field::new(t, FieldKind::Radio(assents.collect()), "assent", t.msg("accord-form-assent")));
    let old = accord_choices(app, &caller.ctx).await?;
    let old: Vec<Choice> = old
        .iter()
        .filter(|accord| accord.id != but)
        .map(|accord| Choice::new(&accord.id, format!("{} {}", accord.number, title(t, accord))))
        .collect();
    if !old.is_empty() {
        let field = Field::new(t, FieldKind::Select(old), "supersedes", t.msg("accord-form-supersedes"));
        form = form.field(field.hint(t.msg("accord-form-supersedes-hint")).optional());
    }
    Ok(form.cancel("/accords", t.msg("accord-cancel")))
}

/// The empty form.
pub(super) async fn new(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "accord_draft", &Resource::house())?;
    let form = head_form(&app, &caller, "/accords".to_owned(), "").await?.idempotency_key(new_key());
    Ok(html(&first_page(&caller, form)))
}

fn first_page(caller: &Caller, form: Form) -> StepPage {
    let mut page = SECTION.form(caller, word(caller.visit.t, "accord-new"), "/accords", form);
    (page.step.step, page.step.steps) = (1, STEPS.len() + 1);
    page
}

fn head(typed: &Typed) -> HeadDraft {
    HeadDraft {
        kind: typed.get("kind").to_owned(),
        number: typed.get("number").to_owned(),
        title: typed.get("title").to_owned(),
        title_en: typed.get("title_en").to_owned(),
        assent: typed.get("assent").to_owned(),
        supersedes: typed.get("supersedes").to_owned(),
    }
}

/// Begins it and goes on to the text; a refused form comes back as it was typed.
pub(super) async fn create(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let patch = Patch { head: Some(head(&typed)), ..Patch::default() };
    match accord_draft(&app, &caller.ctx, patch).await {
        Ok(done) => Ok(Redirect::to(&format!("/accords/{}/steps/text", done.id)).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let form = head_form(&app, &caller, "/accords".to_owned(), "").await?.idempotency_key(new_key());
            let form = form.fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(status(&refusal), &first_page(&caller, form)))
        }
    }
}

fn text_form(t: T, accord: &Accord, action: String) -> Form {
    Form::new(t, action, t.msg("accord-next"))
        .field(
            Field::lines(t, "text", t.msg("accord-form-text"), 16)
                .hint(t.msg("accord-form-text-hint"))
                .chars_max(DETAIL_CHARS_MAX),
        )
        .field(Field::lines(t, "text_en", t.msg("accord-form-text-en"), 8).chars_max(DETAIL_CHARS_MAX).optional())
        .cancel(format!("/accords/{}/steps/check", accord.id), t.msg("accord-cancel"))
}

fn parties_form(t: T, corridor: &Corridor, action: String) -> Form {
    let joint = vec![Choice::new(YES, t.msg("accord-party-joint"))];
    let mut form = Form::new(t, action, t.msg("accord-next"))
        .field(Field::new(t, FieldKind::Check(city_choices(t, corridor)), "cities", t.msg("accord-form-cities")))
        .field(Field::new(t, FieldKind::Check(joint), "joint", t.msg("accord-form-joint")).optional());
    for (index, [name, name_en, level]) in OUTER_FIELDS.iter().take(OUTER_SHOWN).enumerate() {
        let levels = choices(t, "accord-level", Level::ALL.iter().map(|level| level.code()));
        let number = index + 1;
        form = form
            .field(
                Field::line(t, *name, t.n("accord-form-outer", number))
                    .hint(t.msg("accord-form-outer-hint"))
                    .chars_max(TITLE_CHARS_MAX)
                    .optional(),
            )
            .field(Field::line(t, *name_en, t.n("accord-form-outer-en", number)).chars_max(TITLE_CHARS_MAX).optional())
            .field(Field::new(t, FieldKind::Select(levels), *level, t.n("accord-form-outer-level", number)).optional());
    }
    form
}

/// The field of a party's share.
fn share_field(party: &Party) -> String {
    format!("share_{}", party.code)
}

fn money_form(t: T, corridor: &Corridor, accord: &Accord, action: String) -> Form {
    let amount = |name: String, label: String| {
        Field::new(t, FieldKind::Number, name, label).unit(t.msg("accord-form-yuan")).optional()
    };
    let mut form = Form::new(t, action, t.msg("accord-next"))
        .field(amount("total_yuan".to_owned(), word(t, "accord-form-total")).hint(t.msg("accord-form-total-hint")));
    for party in &accord.parties {
        let label = t.with("accord-form-share", "party", party_name(t, corridor, party));
        form = form.field(amount(share_field(party), label));
    }
    form
}

fn validity_form(t: T, action: String) -> Form {
    let day = |name: &'static str, label: &'static str, hint: &'static str| {
        Field::new(t, FieldKind::Line("date"), name, t.msg(label)).hint(t.msg(hint)).optional()
    };
    Form::new(t, action, t.msg("accord-next"))
        .field(day("valid_from", "accord-form-valid-from", "accord-form-valid-from-hint"))
        .field(day("valid_until", "accord-form-valid-until", "accord-form-valid-until-hint"))
}

/// The form of one group; not found for a group there is not.
async fn group_form(app: &App, caller: &Caller, accord: &Accord, step: &str) -> Result<Form, Problem> {
    let (t, corridor) = (caller.visit.t, corridor::of(app));
    let action = format!("/accords/{}/steps/{step}", accord.id);
    Ok(match step {
        "head" => head_form(app, caller, action, &accord.id).await?,
        "text" => text_form(t, accord, action),
        "parties" => parties_form(t, &corridor, action),
        "money" => money_form(t, &corridor, accord, action),
        "validity" => validity_form(t, action),
        _ => return Err(Refusal::not_found().into()),
    })
}

/// What a group holds, as its form has it.
fn held(accord: &Accord, step: &str) -> Vec<(String, String)> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let day = |day: Option<kernel::Date>| day.map_or(String::new(), |day| day.to_string());
    let yuan = |fen: Option<Fen>| fen.map_or(String::new(), |fen| fen.to_string());
    match step {
        "head" => vec![
            pair("kind", accord.kind.code()),
            pair("title", &accord.title),
            pair("title_en", &accord.title_en),
            pair("number", &accord.number),
            pair("assent", accord.assent.code()),
            pair("supersedes", accord.supersedes.as_deref().unwrap_or_default()),
        ],
        "text" => vec![pair("text", &accord.text), pair("text_en", &accord.text_en)],
        "parties" => parties_held(accord),
        "money" => {
            let shares = accord.parties.iter().map(|party| (share_field(party), yuan(party.share)));
            std::iter::once(pair("total_yuan", &yuan(accord.total))).chain(shares).collect()
        }
        _ => vec![pair("valid_from", &day(accord.valid_from)), pair("valid_until", &day(accord.valid_until))],
    }
}

fn parties_held(accord: &Accord) -> Vec<(String, String)> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut held = Vec::new();
    let mut fields = OUTER_FIELDS.iter();
    for party in &accord.parties {
        match party.kind {
            PartyKind::Member => held.push(pair("cities", &party.code)),
            PartyKind::Joint => held.push(pair("joint", YES)),
            PartyKind::Outer => {
                if let Some([name, name_en, level]) = fields.next() {
                    held.push(pair(name, &party.name));
                    held.push(pair(name_en, &party.name_en));
                    held.push(pair(level, party.level.map_or("", Level::code)));
                }
            }
        }
    }
    held
}

fn step_page(caller: &Caller, accord: &Accord, step: &str, form: Form) -> StepPage {
    let t = caller.visit.t;
    let task = word(t, format!("accord-step-{step}"));
    let mut page = SECTION.form(caller, task, format!("/accords/{}/steps/check", accord.id), form);
    page.step.step = STEPS.iter().position(|known| *known == step).map_or(0, |index| index + 1);
    page.step.steps = STEPS.len() + 1;
    page
}

/// One group of the draft, or all of them to check.
pub(super) async fn step(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let accord = accord_form(&app, &caller.ctx, &id).await?;
    if step == "check" {
        return Ok(html(&check_page(&caller, &corridor::of(&app), &accord, check_form(caller.visit.t, &accord))));
    }
    let held = held(&accord, &step);
    let form = group_form(&app, &caller, &accord, &step).await?;
    let form = form.fill(held.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    Ok(html(&step_page(&caller, &accord, &step, form)))
}

fn patch(accord: &Accord, step: &str, typed: &Typed) -> Result<Patch, Refusal> {
    let text = |name: &str| typed.get(name).to_owned();
    let mut patch = Patch::default();
    match step {
        "head" => patch.head = Some(head(typed)),
        "text" => patch.text = Some(TextDraft { text: text("text"), text_en: text("text_en") }),
        "parties" => {
            let outer = OUTER_FIELDS.iter().map(|[name, name_en, level]| OuterDraft {
                name: text(name),
                name_en: text(name_en),
                level: text(level),
            });
            let joint = typed.get("joint") == YES;
            patch.parties = Some(PartiesDraft { cities: typed.all("cities"), joint, outer: outer.collect() });
        }
        "money" => {
            let share = |party: &Party| (party.code.clone(), half_width(typed.get(&share_field(party))));
            let total_yuan = half_width(typed.get("total_yuan"));
            patch.money = Some(MoneyDraft { total_yuan, shares: accord.parties.iter().map(share).collect() });
        }
        "validity" => {
            patch.validity = Some(ValidityDraft { valid_from: text("valid_from"), valid_until: text("valid_until") });
        }
        _ => return Err(Refusal::not_found()),
    }
    Ok(patch)
}

/// Saves a group and goes on to the next that has not been seen; a refused form comes back as it was typed.
pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let accord = accord_form(&app, &caller.ctx, &id).await;
    let accord = match accord {
        Ok(accord) => accord,
        // Circulated meanwhile: the act itself says where it stands.
        Err(fault) => {
            refused(fault)?;
            return Ok(Redirect::to(&format!("/accords/{id}")).into_response());
        }
    };
    match accord_edit(&app, &caller.ctx, &id, patch(&accord, &step, &typed)?).await {
        Ok(_) => Ok(Redirect::to(&format!("/accords/{id}/steps/{}", next(&accord, &step))).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let form = group_form(&app, &caller, &accord, &step).await?.fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(status(&refusal), &step_page(&caller, &accord, &step, form)))
        }
    }
}

/// The next group while the draft is filled in for the first time; afterwards the answers to check.
fn next(before: &Accord, step: &str) -> &'static str {
    let index = STEPS.iter().position(|known| *known == step).unwrap_or(STEPS.len());
    let fresh = match step {
        "head" => before.text.is_empty(),
        "text" => before.parties.is_empty(),
        "parties" | "money" => before.version == 0 && before.total.is_none(),
        _ => false,
    };
    if fresh { STEPS.get(index + 1).copied().unwrap_or("check") } else { "check" }
}

fn check_form(t: T, accord: &Accord) -> Form {
    Form::new(t, format!("/accords/{}/circulations", accord.id), t.msg("accord-circulate"))
        .idempotency_key(new_key())
        .field(
            Field::new(t, FieldKind::Line("date"), "deadline", t.msg("accord-form-deadline"))
                .hint(t.msg("accord-form-deadline-hint")),
        )
        .cancel(format!("/accords/{}", accord.id), t.msg("accord-later"))
}

fn check_page(caller: &Caller, corridor: &Corridor, accord: &Accord, form: Form) -> CheckPage {
    let t = caller.visit.t;
    let answer = |step: &str, label: &str, value: String| Answer {
        label: word(t, label),
        value,
        change_href: format!("/accords/{}/steps/{step}", accord.id),
    };
    let names: Vec<String> = accord.parties.iter().map(|party| party_name(t, corridor, party)).collect();
    let day = |day: Option<kernel::Date>, open: &str| day.map_or_else(|| word(t, open), |day| day.to_string());
    let shares: Vec<String> = accord
        .parties
        .iter()
        .filter_map(|party| Some(format!("{} {}", party_name(t, corridor, party), t.fen(party.share?))))
        .collect();
    let mut money = accord.total.map_or_else(|| word(t, "accord-money-none"), |total| t.fen(total));
    if !shares.is_empty() {
        money = format!("{money}{}{}", t.msg("colon"), shares.join(&t.msg("accord-separator")));
    }
    let answers = vec![
        answer("head", "accord-form-kind", kind_name(t, accord.kind.code())),
        answer("head", "accord-form-title", title(t, accord)),
        answer("head", "accord-form-number", accord.number.clone()),
        answer("head", "accord-form-assent", word(t, format!("accord-assent-{}", accord.assent.code()))),
        answer("text", "accord-form-text", t.n("accord-chars", accord.text.chars().count())),
        answer("parties", "accord-step-parties", names.join(&t.msg("accord-separator"))),
        answer("money", "accord-step-money", money),
        answer("validity", "accord-form-valid-from", day(accord.valid_from, "accord-validity-from-start")),
        answer("validity", "accord-form-valid-until", day(accord.valid_until, "accord-validity-no-end")),
    ];
    let gaps = missing(accord);
    let meaning = if gaps.is_empty() {
        t.n("accord-circulate-meaning", accord.version + 1)
    } else {
        let names: Vec<&str> = gaps.iter().map(|gap| if t.zh() { gap.zh } else { gap.en }).collect();
        t.with("accord-circulate-missing", "names", names.join(&t.msg("accord-separator")))
    };
    let task = word(t, "accord-check-open");
    CheckPage {
        shell: SECTION.shell(caller, task.clone()),
        check: CheckFrame {
            task,
            answers: Answers { t, answers },
            meaning,
            form,
            back_href: format!("/accords/{}", accord.id),
        },
    }
}

/// Asks the parties; a refused deadline comes back as it was typed.
pub(super) async fn circulate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let t = caller.visit.t;
    match accord_circulate(&app, &caller.ctx, &id, typed.get("deadline")).await {
        Ok(done) => {
            let next = vec![word(t, "accord-circulated-next"), word(t, "accord-circulated-then")];
            let links = vec![(format!("/accords/{id}"), word(t, "accord-back"))];
            Ok(SECTION.receipt(&caller, word(t, "accord-circulated-title"), &done, next, links))
        }
        Err(fault) => {
            let refusal = refused(fault)?;
            let accord = match accord_form(&app, &caller.ctx, &id).await {
                Ok(accord) => accord,
                // Circulated already: the act itself says where it stands.
                Err(fault) => {
                    refused(fault)?;
                    return Ok(Redirect::to(&format!("/accords/{id}")).into_response());
                }
            };
            let form = check_form(t, &accord).fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(status(&refusal), &check_page(&caller, &corridor::of(&app), &accord, form)))
        }
    }
}
