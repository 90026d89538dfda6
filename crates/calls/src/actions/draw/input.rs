//! What goes into a draw: the answers that lack reviewers, the willing experts, and who may review what.

use crate::actions::conflict::Field;
use crate::actions::task::under_review;
use crate::rules::answer::Answer;
use crate::rules::call::{Call, Choosing};
use crate::rules::conflict::fold;
use crate::rules::draw::{Draw, Entrant, Input, Quotas, affinity, matrix, needs_seed, places, run, specialist};
use crate::rules::reviewer::{PoolState, Reviewer, Sitting, Task};
use crate::store;
use kernel::Refusal;
use platform::Outcome;
use platform::db::{Conn, Txn};
use std::collections::BTreeMap;

/// Answers that have fewer reviewers than the call promises, with how many they lack, and all tasks of the review.
///
/// # Errors
/// `draw-nothing` when none lacks any.
pub async fn lacking(conn: &Conn, call: &Call, sitting: &Sitting) -> Outcome<(Vec<(Answer, u32)>, Vec<Task>)> {
    let tasks = store::reviewer::tasks_of(conn, &call.id, sitting.attempt).await?;
    let need = |answer: &Answer| {
        let has = tasks.iter().filter(|task| task.answer == answer.id && task.state.counts()).count();
        let missing = call.review.per_answer - i64::try_from(has).unwrap_or(i64::MAX);
        u32::try_from(missing).ok().filter(|missing| *missing > 0)
    };
    let answers = under_review(conn, &call.id).await?;
    let found: Vec<(Answer, u32)> =
        answers.into_iter().filter_map(|answer| need(&answer).map(|missing| (answer, missing))).collect();
    if found.is_empty() {
        return Err(Refusal::conflict(
            "draw-nothing",
            "所有答卷的评审专家均已足额，无需抽取。",
            "Every answer has its reviewers; there is nothing to draw.",
        )
        .into());
    }
    Ok((found, tasks))
}

/// Writes the input down and checks that it can be met, whatever the seed.
///
/// # Errors
/// `draw-nothing`, `pool-empty`, or the smallest reason why it cannot be met, in both languages.
pub async fn fix(tx: &Txn, call: &Call, sitting: &Sitting, draw: &Draw, salt: &str) -> Outcome<Draw> {
    let (lacking, tasks) = lacking(tx, call, sitting).await?;
    let field = Field::gather(tx, call, sitting).await?;
    let willing: Vec<&Reviewer> = field
        .pool
        .iter()
        .filter(|reviewer| reviewer.state == PoolState::Willing && field.experts.contains_key(&reviewer.expert))
        .collect();
    if willing.is_empty() {
        return Err(empty().into());
    }
    let input =
        input(call, draw, salt, &Rows { lacking: &lacking, tasks: &tasks, field: &field, willing: &willing }, tx);
    run(&input, needs_seed(draw.choosing).then_some(&[0; 32]))?;
    let text = input.text();
    Ok(Draw { input_sha256: Some(Input::sha256(&text)), input: Some(text), quotas: input.quotas, ..draw.clone() })
}

fn empty() -> Refusal {
    Refusal::conflict(
        "pool-empty",
        "还没有专家答复愿意参加，请先邀请专家。",
        "No expert has said yes so far. Ask experts first.",
    )
}

struct Rows<'a> {
    lacking: &'a [(Answer, u32)],
    tasks: &'a [Task],
    field: &'a Field,
    willing: &'a [&'a Reviewer],
}

fn input(call: &Call, draw: &Draw, salt: &str, rows: &Rows<'_>, tx: &Txn) -> Input {
    let Rows { lacking, tasks, field, willing } = rows;
    let record = |reviewer: &Reviewer| field.experts.get(&reviewer.expert);
    let institution = |reviewer: &Reviewer| record(reviewer).map(|one| fold(&one.institution)).unwrap_or_default();
    let institutions: Vec<String> = willing.iter().map(|reviewer| institution(reviewer)).collect();
    let groups = places(institutions.iter().map(String::as_str));
    let cities = cities(willing, field, &institutions);
    let leads: Vec<String> =
        lacking.iter().map(|(answer, _)| answer.city().map_or(String::new(), |c| c.to_string())).collect();
    let numbers = places(leads.iter().chain(&cities).map(String::as_str));
    let (answer_places, expert_places) = numbers.split_at(leads.len().min(numbers.len()));
    let held = |reviewer: &Reviewer| tasks.iter().filter(|t| t.expert == reviewer.expert && t.state.counts()).count();
    let entrant = |(at, reviewer): (usize, &&Reviewer)| Entrant {
        alias: reviewer.alias.clone(),
        load_max: u32::try_from(reviewer.load_max - i64::try_from(held(reviewer)).unwrap_or(0)).unwrap_or(0),
        institution: groups.get(at).copied().unwrap_or(0),
        place: expert_places.get(at).copied().unwrap_or(0),
        specialist: record(reviewer).is_some_and(|expert| specialist(expert, call)),
    };
    let first = tasks.is_empty();
    let may = |answer: usize, expert: usize| {
        let (Some((answer, _)), Some(reviewer)) = (lacking.get(answer), willing.get(expert)) else { return false };
        let taken = || tasks.iter().filter(|task| task.answer == answer.id);
        let again = taken().any(|task| task.expert == reviewer.expert);
        let most = usize::try_from(draw.quotas.institution_max).unwrap_or(usize::MAX);
        let same = |task: &&Task| {
            let other = field.experts.get(&task.expert).map(|one| fold(&one.institution)).unwrap_or_default();
            task.state.counts() && !other.is_empty() && other == institution(reviewer)
        };
        let crowded = most > 0 && taken().filter(same).count() >= most;
        !again && !crowded && field.standing(call, &reviewer.expert, answer, tx.ctx().now.ms()).is_empty()
    };
    let worth = |(answer, _): &(Answer, u32)| -> Vec<i64> {
        let of = |reviewer: &&Reviewer| record(reviewer).map_or(0, |expert| affinity(expert, call, answer));
        willing.iter().map(of).collect()
    };
    // What was asked for the whole of an answer's reviewers cannot be asked again of those who fill it up.
    let quotas = if first { draw.quotas } else { Quotas { away_min: 0, specialists_min: 0, ..draw.quotas } };
    Input {
        call: call.id.clone(),
        number: draw.number,
        salt: salt.to_owned(),
        choosing: draw.choosing.code().to_owned(),
        pair_cap_bp: u32::try_from(call.review.pair_cap_bp).unwrap_or(0),
        quotas,
        answers: lacking.iter().map(|(answer, _)| answer.number).collect(),
        needs: lacking.iter().map(|(_, missing)| *missing).collect(),
        places: answer_places.to_vec(),
        experts: willing.iter().enumerate().map(entrant).collect(),
        eligible: matrix(lacking.len(), willing.len(), may),
        affinity_micro: if draw.choosing == Choosing::Draw { Vec::new() } else { lacking.iter().map(worth).collect() },
    }
}

/// The city of each expert. Everybody of one institution counts as being where its first expert is, so that the quotas for
/// institutions and for cities never cross.
fn cities(willing: &[&Reviewer], field: &Field, institutions: &[String]) -> Vec<String> {
    let mut first: BTreeMap<&str, String> = BTreeMap::new();
    let mut cities = Vec::with_capacity(willing.len());
    for (reviewer, institution) in willing.iter().zip(institutions) {
        let own = field.experts.get(&reviewer.expert).and_then(|expert| expert.city);
        let own = own.map_or(String::new(), |city| city.to_string());
        cities.push(match institution.as_str() {
            "" => own,
            institution => first.entry(institution).or_insert(own).clone(),
        });
    }
    cities
}
