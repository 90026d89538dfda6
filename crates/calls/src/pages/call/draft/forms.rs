//! The groups of a draft as forms: their questions, what a draft holds of them, and what was typed.

use crate::pages::word;
use crate::rules::call::{
    CRITERIA_MAX, Call, Choosing, CriterionDraft, HeadDraft, Mode, MoneyDraft, Patch, ProblemDraft, ReviewDraft,
};
use kernel::limits::{ABSTRACT_CHARS_MAX, DETAIL_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Fen, Refusal};
use platform::web::parts::{Choice, Field, FieldKind, Form};
use platform::web::{Problem, T};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::typed::{Typed, half_width};

/// The value of a box that says yes.
const YES: &str = "1";

/// The first group; without owners to choose from where the owner is fixed.
pub(super) fn head_form(t: T, action: String, owners: &[(String, String)]) -> Form {
    let mut form = Form::new(t, action, t.msg("call-next"));
    if !owners.is_empty() {
        let owners = owners.iter().map(|(id, name)| Choice::new(id, name)).collect();
        form = form.field(Field::new(t, FieldKind::Select(owners), "owner", t.msg("call-form-owner")));
    }
    form.field(
        Field::line(t, "title", t.msg("call-form-title"))
            .hint(t.msg("call-form-title-hint"))
            .chars_max(TITLE_CHARS_MAX),
    )
    .field(Field::line(t, "title_en", t.msg("call-form-title-en")).chars_max(TITLE_CHARS_MAX).optional())
    .field(yes(t, "unnamed", "call-form-unnamed"))
    .cancel("/calls", t.msg("call-cancel"))
}

/// One box that says yes, with what that means.
fn yes(t: T, name: &'static str, key: &str) -> Field {
    let choice = Choice::new(YES, t.msg(format!("{key}-yes"))).hint(t.msg(format!("{key}-hint")));
    Field::new(t, FieldKind::Check(vec![choice]), name, t.msg(key)).optional()
}

fn problem_form(t: T, corridor: &Corridor, call: &Call, action: String) -> Form {
    let long = |name: &'static str, rows: u8, max: usize| {
        let key = format!("call-form-{}", name.replace('_', "-"));
        Field::lines(t, name, t.msg(&key), rows).hint(t.msg(format!("{key}-hint"))).chars_max(max)
    };
    let mut form = Form::new(t, action, t.msg("call-next"))
        .field(long("summary", 8, ABSTRACT_CHARS_MAX))
        .field(long("summary_en", 5, ABSTRACT_CHARS_MAX).optional())
        .field(long("details", 8, DETAIL_CHARS_MAX).optional())
        .field(long("nda", 6, DETAIL_CHARS_MAX).optional())
        .field(long("eligibility", 3, ABSTRACT_CHARS_MAX).optional())
        .field(long("ip", 4, ABSTRACT_CHARS_MAX));
    for field in segments(t, corridor, call) {
        form = form.field(field);
    }
    form.field(
        Field::line(t, "choke_point", t.msg("call-form-choke-point"))
            .hint(t.msg("call-form-choke-point-hint"))
            .optional(),
    )
}

/// Every chain with its segments.
fn segments(t: T, corridor: &Corridor, call: &Call) -> Vec<Field> {
    let chains = corridor.segments_below(None).filter_map(|chain| {
        let below = corridor.segments.iter().filter(|segment| corridor.segment_within(&segment.id, &chain.id));
        let choices: Vec<Choice> =
            below.map(|segment| Choice::new(&segment.id, corridor.segment_name(&segment.id, t.locale))).collect();
        let name = format!("segments-{}", chain.id.replace('/', "-"));
        let label = t.with("call-form-segments-of", "chain", corridor.segment_name(&chain.id, t.locale));
        (!choices.is_empty()).then(|| Field::new(t, FieldKind::Check(choices), name, label).optional())
    });
    let mut fields: Vec<Field> = chains.collect();
    for field in &mut fields {
        field.values.clone_from(&call.segments);
    }
    if let Some(first) = fields.first_mut() {
        first.hint = word(t, "call-form-segments-hint");
    }
    fields
}

fn money_form(t: T, action: String) -> Form {
    let modes = Mode::ALL.iter().map(|mode| {
        let key = format!("call-mode-{}", mode.code());
        Choice::new(mode.code(), word(t, &key)).hint(word(t, format!("{key}-hint")))
    });
    Form::new(t, action, t.msg("call-next"))
        .field(
            Field::new(t, FieldKind::Number, "budget_yuan", t.msg("call-form-budget"))
                .unit(t.msg("call-yuan"))
                .hint(t.msg("call-form-budget-hint")),
        )
        .field(Field::new(t, FieldKind::Radio(modes.collect()), "mode", t.msg("call-form-mode")))
        .field(
            Field::new(t, FieldKind::Number, "winners_max", t.msg("call-form-winners"))
                .hint(t.msg("call-form-winners-hint"))
                .optional(),
        )
}

fn review_form(t: T, action: String) -> Form {
    let number = |name: &'static str, unit: &str| {
        let key = format!("call-form-{}", name.replace('_', "-"));
        Field::new(t, FieldKind::Number, name, t.msg(&key)).unit(t.msg(unit)).hint(t.msg(format!("{key}-hint")))
    };
    let ways = Choosing::ALL.iter().map(|way| {
        let key = format!("call-choosing-{}", way.code());
        Choice::new(way.code(), word(t, &key)).hint(word(t, format!("{key}-hint")))
    });
    let mut form = Form::new(t, action, t.msg("call-next"));
    for row in 1..=CRITERIA_MAX {
        let name = Field::line(t, format!("name_{row}"), t.n("call-form-criterion", row)).chars_max(TITLE_CHARS_MAX);
        let name_en = Field::line(t, format!("name_en_{row}"), t.n("call-form-criterion-en", row));
        let weight = Field::new(t, FieldKind::Number, format!("weight_{row}"), t.n("call-form-weight", row)).unit("%");
        let (name, weight) = match row {
            1 => (name.hint(t.msg("call-form-criteria-hint")), weight),
            _ => (name.optional(), weight.optional()),
        };
        form = form.field(name).field(name_en.chars_max(TITLE_CHARS_MAX).optional()).field(weight);
    }
    form.field(Field::new(t, FieldKind::Radio(ways.collect()), "choosing", t.msg("call-form-choosing")))
        .field(number("pair_cap", "call-unit-percent").optional())
        .field(number("per_answer", "call-unit-people"))
        .field(number("load_max", "call-unit-answers"))
        .field(number("apart", "call-unit-points"))
        .field(yes(t, "blind", "call-form-blind"))
        .field(yes(t, "interview", "call-form-interview"))
        .field(number("shortlist_max", "call-unit-answers"))
        .field(number("notice_workdays", "call-unit-workdays"))
}

/// The form of one group; not found for a group there is not.
pub(super) fn group_form(app: &App, caller: &Caller, call: &Call, step: &str) -> Result<Form, Problem> {
    let t = caller.visit.t;
    let action = format!("/calls/{}/steps/{step}", call.id);
    let form = match step {
        "head" => head_form(t, action, &[]),
        "problem" => problem_form(t, &corridor::of(app), call, action),
        "money" => money_form(t, action),
        "review" => review_form(t, action),
        _ => return Err(Refusal::not_found().into()),
    };
    Ok(form.cancel(format!("/calls/{}/steps/check", call.id), t.msg("call-cancel")))
}

/// What a group holds, as its form has it.
pub(super) fn held(call: &Call, step: &str) -> Vec<(String, String)> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let flag = |name: &str, on: bool| pair(name, if on { YES } else { "" });
    match step {
        "head" => vec![pair("title", &call.title), pair("title_en", &call.title_en), flag("unnamed", call.unnamed)],
        "problem" => vec![
            pair("summary", &call.summary),
            pair("summary_en", &call.summary_en),
            pair("details", &call.details),
            pair("nda", &call.nda),
            pair("eligibility", &call.eligibility),
            pair("ip", &call.ip),
            pair("choke_point", &call.choke_point),
        ],
        "money" => {
            let budget = if call.budget == Fen::ZERO { String::new() } else { call.budget.to_string() };
            let winners = if call.mode == Mode::One { String::new() } else { call.winners_max.to_string() };
            vec![pair("budget_yuan", &budget), pair("mode", call.mode.code()), pair("winners_max", &winners)]
        }
        _ => review_held(call),
    }
}

fn review_held(call: &Call) -> Vec<(String, String)> {
    let review = &call.review;
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let flag = |name: &str, on: bool| pair(name, if on { YES.to_owned() } else { String::new() });
    let mut held = Vec::new();
    for (row, criterion) in (1..).zip(&review.criteria) {
        held.push((format!("name_{row}"), criterion.name.clone()));
        held.push((format!("name_en_{row}"), criterion.name_en.clone()));
        held.push((format!("weight_{row}"), (criterion.weight_bp / 100).to_string()));
    }
    held.extend([
        pair("choosing", review.choosing.clone()),
        pair("pair_cap", (review.pair_cap_bp / 100).to_string()),
        pair("per_answer", review.per_answer.to_string()),
        pair("load_max", review.load_max.to_string()),
        pair("apart", (review.apart_hundredths / 100).to_string()),
        flag("blind", review.blind),
        flag("interview", review.interview),
        pair("shortlist_max", review.shortlist_max.to_string()),
        pair("notice_workdays", review.notice_workdays.to_string()),
    ]);
    held
}

/// The first group as it was typed.
pub(super) fn head(typed: &Typed) -> HeadDraft {
    HeadDraft {
        owner: typed.get("owner").to_owned(),
        unnamed: typed.get("unnamed") == YES,
        title: typed.get("title").to_owned(),
        title_en: typed.get("title_en").to_owned(),
    }
}

/// A group as it was typed.
pub(super) fn patch(step: &str, typed: &Typed) -> Result<Patch, Refusal> {
    let text = |name: &str| typed.get(name).to_owned();
    let mut patch = Patch::default();
    match step {
        "head" => patch.head = Some(head(typed)),
        "problem" => {
            patch.problem = Some(ProblemDraft {
                summary: text("summary"),
                summary_en: text("summary_en"),
                details: text("details"),
                nda: text("nda"),
                segments: chosen(typed),
                choke_point: text("choke_point"),
                eligibility: text("eligibility"),
                ip: text("ip"),
            });
        }
        "money" => {
            patch.money = Some(MoneyDraft {
                mode: text("mode"),
                winners_max: half_width(typed.get("winners_max")),
                budget_yuan: half_width(typed.get("budget_yuan")),
            });
        }
        "review" => patch.review = Some(review(typed)),
        _ => return Err(Refusal::not_found()),
    }
    Ok(patch)
}

/// The segments that were ticked, each once.
fn chosen(typed: &Typed) -> Vec<String> {
    let mut chosen: Vec<String> = Vec::new();
    for id in typed.all("segments") {
        if !chosen.contains(&id) {
            chosen.push(id);
        }
    }
    chosen
}

fn review(typed: &Typed) -> ReviewDraft {
    let number = |name: &str| half_width(typed.get(name));
    let criterion = |row: usize| CriterionDraft {
        name: typed.get(&format!("name_{row}")).to_owned(),
        name_en: typed.get(&format!("name_en_{row}")).to_owned(),
        weight: number(&format!("weight_{row}")),
    };
    ReviewDraft {
        criteria: (1..=CRITERIA_MAX).map(criterion).collect(),
        per_answer: number("per_answer"),
        load_max: number("load_max"),
        choosing: typed.get("choosing").to_owned(),
        pair_cap: number("pair_cap"),
        blind: typed.get("blind") == YES,
        interview: typed.get("interview") == YES,
        apart: number("apart"),
        shortlist_max: number("shortlist_max"),
        notice_workdays: number("notice_workdays"),
    }
}
