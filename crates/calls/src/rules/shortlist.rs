//! From scores to the shortlist (入围名单): both rankings, the office's proposal, interviews, and what the public learns.

use super::answer::{Answer, AnswerState};
use super::call::Call;
use super::{By, REASON_CHARS_MAX};
use kernel::Refusal;
use kernel::input::{line, needed};
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use scoring::{Review, Trim};
use std::collections::{BTreeMap, BTreeSet};

/// Millionths of a point in a hundredth.
const MICRO_IN_HUNDREDTH: f64 = 10_000.0;
/// Reviewers below which no figures of a call are shown: they would tell of single scores.
pub const AGGREGATE_MIN: usize = 3;

/// An answer's places in both rankings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rank {
    /// The call.
    pub call: String,
    /// Which review of the call.
    pub attempt: i64,
    /// The answer.
    pub answer: String,
    /// Its number.
    pub number: i64,
    /// Scores that count.
    pub reviews: i64,
    /// The mean as given, in hundredths of a point.
    pub raw: i64,
    /// The place by it.
    pub raw_rank: i64,
    /// Adjusted for strict and mild reviewers, in millionths of a point; none where it could not be done.
    pub adjusted_micro: Option<i64>,
    /// Its standard error, in millionths of a point.
    pub error_micro: Option<i64>,
    /// The place by it.
    pub adjusted_rank: Option<i64>,
    /// How probable it is to be among as many as the shortlist may have, in basis points.
    pub chance_bp: Option<i64>,
    /// The place on the shortlist as the office has set it; none for those that are not on it.
    pub place: Option<i64>,
}

impl Rank {
    /// The place that counts when nothing else is decided.
    pub fn rank(&self) -> i64 {
        self.adjusted_rank.unwrap_or(self.raw_rank)
    }
}

/// One score that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The answer's number.
    pub number: i64,
    /// The expert.
    pub expert: String,
    /// The total, in hundredths of a point.
    pub total: i64,
}

/// Rankings with the reason why only the raw one stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking {
    /// The answers, best first.
    pub ranks: Vec<Rank>,
    /// Why the scores could not be adjusted; none when they could.
    pub raw_only: Option<Refusal>,
}

/// Ranks the answers by what was given.
///
/// # Errors
/// The refusals of [`scoring::raw_ranking`].
pub fn rank(call: &Call, attempt: i64, answers: &[Answer], given: &[Given]) -> Result<Ranking, Refusal> {
    let experts: BTreeSet<&str> = given.iter().map(|one| one.expert.as_str()).collect();
    let places: BTreeMap<&str, u32> = experts.into_iter().zip(0..).collect();
    let reviews: Vec<Review> = given
        .iter()
        .filter_map(|one| {
            let proposal = u32::try_from(one.number).ok()?;
            Some(Review { proposal, reviewer: *places.get(one.expert.as_str())?, score: one.total })
        })
        .collect();
    let raw = scoring::raw_ranking(&reviews, Trim::None)?;
    let id = |number: i64| answers.iter().find(|answer| answer.number == number).map(|answer| answer.id.clone());
    let mut ranks = Vec::with_capacity(raw.len());
    for place in raw {
        let number = i64::from(place.proposal);
        let Some(answer) = id(number) else { continue };
        ranks.push(Rank {
            call: call.id.clone(),
            attempt,
            answer,
            number,
            reviews: count(given.iter().filter(|one| one.number == number).count()),
            raw: place.hundredths,
            raw_rank: count(place.rank),
            adjusted_micro: None,
            error_micro: None,
            adjusted_rank: None,
            chance_bp: None,
            place: None,
        });
    }
    let raw_only = adjusted(call, &reviews, &mut ranks).err();
    ranks.sort_by_key(|rank| (rank.rank(), rank.raw_rank, rank.number));
    Ok(Ranking { ranks, raw_only })
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Puts the adjusted figures beside the raw ones.
fn adjusted(call: &Call, reviews: &[Review], ranks: &mut [Rank]) -> Result<(), Refusal> {
    let adjusted = scoring::adjust(reviews).map_err(|why| why.refusal())?;
    if !adjusted.converged {
        return Err(Refusal::conflict(
            "adjust-search",
            "调整计算没有收敛，仅采用原始分排名。",
            "The adjustment did not come to its end. Only the raw ranking is used.",
        ));
    }
    let seats = usize::try_from(call.review.shortlist_max).unwrap_or(usize::MAX);
    let chances = adjusted.chances();
    let order = adjusted.ranking();
    for rank in ranks {
        let Ok(number) = u32::try_from(rank.number) else { continue };
        let estimate = adjusted.proposals.iter().find(|one| one.number == number);
        rank.adjusted_micro = estimate.map(|one| micro(one.value));
        rank.error_micro = estimate.map(|one| micro(one.standard_error));
        rank.adjusted_rank = order.iter().find(|place| place.proposal == number).map(|place| count(place.rank));
        rank.chance_bp = chances.iter().find(|one| one.proposal == number).map(|one| i64::from(one.best_bp(seats)));
    }
    Ok(())
}

/// Hundredths of a point as whole millionths.
fn micro(hundredths: f64) -> i64 {
    // Scores are below 10⁶ hundredths: the product is far from the ends of i64.
    (hundredths * MICRO_IN_HUNDREDTH).round() as i64
}

/// The shortlist that follows from the ranking alone: as many as it may have, the best first. Equals at the end are left out
/// together when there is no room for all of them.
pub fn by_rank(ranks: &[Rank], most: i64) -> Vec<i64> {
    let most = usize::try_from(most).unwrap_or(0);
    let mut numbers: Vec<i64> = ranks.iter().take(most).map(|rank| rank.number).collect();
    if let (Some(last), Some(next)) = (ranks.get(most.wrapping_sub(1)), ranks.get(most))
        && last.rank() == next.rank()
    {
        let tied = last.rank();
        let kept = ranks.iter().take_while(|rank| rank.rank() != tied).count();
        if kept > 0 {
            numbers.truncate(kept);
        }
    }
    numbers
}

/// The office's shortlist, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ListDraft {
    /// Numbers of answers, the best first.
    pub numbers: Vec<i64>,
    /// Why it departs from the ranking; needed where it does.
    pub reason: String,
}

/// Takes the office's shortlist.
///
/// # Errors
/// `shortlist-size`, `shortlist-unknown`, `departure-reason` where it departs from the ranking without saying why.
pub fn propose(call: &Call, ranks: &[Rank], draft: &ListDraft) -> Result<(Vec<Rank>, String), Refusal> {
    let most = usize::try_from(call.review.shortlist_max).unwrap_or(0);
    if draft.numbers.is_empty() || draft.numbers.len() > most {
        return Err(Refusal::invalid(
            "shortlist-size",
            format!("入围名单应有 1 至 {most} 份答卷。"),
            format!("The shortlist has between 1 and {most} answers."),
        )
        .at("numbers"));
    }
    let once: BTreeSet<i64> = draft.numbers.iter().copied().collect();
    let known = |number: &i64| ranks.iter().any(|rank| rank.number == *number);
    if once.len() != draft.numbers.len() || !draft.numbers.iter().all(known) {
        return Err(Refusal::invalid(
            "shortlist-unknown",
            "入围名单只能列入已评审的答卷，每份一次。",
            "Only answers that were reviewed stand on the shortlist, each once.",
        )
        .at("numbers"));
    }
    let reason = line(&draft.reason, REASON_CHARS_MAX, "reason")?;
    if departs(ranks, &draft.numbers, call.review.shortlist_max) && reason.is_empty() {
        return Err(Refusal::invalid(
            "departure-reason",
            "名单与排名不一致，请说明理由；理由会存入日志。",
            "The list departs from the ranking. Say why; the reason is kept in the journal.",
        )
        .at("reason"));
    }
    let place = |number: i64| draft.numbers.iter().position(|one| *one == number).map(|at| count(at + 1));
    Ok((ranks.iter().map(|rank| Rank { place: place(rank.number), ..rank.clone() }).collect(), reason))
}

/// Whether somebody is left out, put in or placed otherwise than the ranking has it.
pub fn departs(ranks: &[Rank], numbers: &[i64], most: i64) -> bool {
    let rank = |number: &i64| ranks.iter().find(|rank| rank.number == *number).map(Rank::rank);
    let in_order = numbers.iter().zip(numbers.iter().skip(1)).all(|(one, next)| rank(one) <= rank(next));
    let same: BTreeSet<&i64> = numbers.iter().collect();
    let ranked = by_rank(ranks, most);
    !in_order || same != ranked.iter().collect()
}

/// What becomes of an answer with the shortlist.
pub fn settled(answer: &Answer, ranks: &[Rank], by: By<'_>) -> Answer {
    let on = ranks.iter().any(|rank| rank.answer == answer.id && rank.place.is_some());
    let state = match answer.state {
        AnswerState::Admitted | AnswerState::Shortlisted | AnswerState::Passed if on => AnswerState::Shortlisted,
        AnswerState::Admitted | AnswerState::Shortlisted | AnswerState::Passed => AnswerState::Passed,
        state => state,
    };
    Answer { state, updated_ms: by.now.ms(), ..answer.clone() }
}

/// An interview (答辩) of one team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interview {
    /// The call.
    pub call: String,
    /// The answer.
    pub answer: String,
    /// When.
    pub at_ms: i64,
    /// Where, or the link.
    pub place: String,
    /// What was said; may be empty. Only the office and the owner read it.
    pub notes: String,
    /// Who wrote it down.
    pub by: String,
    /// When it last changed.
    pub updated_ms: i64,
}

/// An interview, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct InterviewDraft {
    /// When, as `2026-03-16T09:00` of Asia/Shanghai.
    pub at: String,
    /// Where, or the link.
    pub place: String,
    /// What was said; may be empty.
    pub notes: String,
}

/// Sets an interview, or writes down what was said.
///
/// # Errors
/// `interview-time`, `needed` without a place, text limits.
pub fn interview(answer: &Answer, draft: &InterviewDraft, by: By<'_>) -> Result<Interview, Refusal> {
    Ok(Interview {
        call: answer.call.clone(),
        answer: answer.id.clone(),
        at_ms: moment(&draft.at)?,
        place: needed(&draft.place, TITLE_CHARS_MAX, "place")?,
        notes: line(&draft.notes, ABSTRACT_CHARS_MAX, "notes")?,
        by: by.account.to_owned(),
        updated_ms: by.now.ms(),
    })
}

fn moment(text: &str) -> Result<i64, Refusal> {
    let wrong = || {
        Refusal::invalid(
            "interview-time",
            "请填写北京时间，如 2026-03-16T09:00。",
            "Write the time in China, such as 2026-03-16T09:00.",
        )
        .at("at")
    };
    let (day, time) = text.trim().split_once(['T', ' ']).ok_or_else(wrong)?;
    let day = kernel::Date::parse(day).map_err(|_| wrong())?;
    let (hour, minute) = time.split_once(':').ok_or_else(wrong)?;
    let part =
        |text: &str, most: i64| text.parse::<i64>().ok().filter(|part| (0..=most).contains(part)).ok_or_else(wrong);
    Ok(day.start().plus_ms(part(hour, 23)? * 3_600_000 + part(minute, 59)? * 60_000).ms())
}

/// What everybody learns of the review after the award.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aggregate {
    /// Reviewers.
    pub reviewers: i64,
    /// Scores.
    pub scores: i64,
    /// Their mean, in hundredths of a point.
    pub mean: i64,
    /// Their standard deviation, in hundredths of a point, rounded down.
    pub spread: i64,
}

/// The aggregate; none with so few reviewers that it would tell of single scores.
pub fn aggregate(given: &[Given]) -> Option<Aggregate> {
    let reviewers = given.iter().map(|one| one.expert.as_str()).collect::<BTreeSet<_>>().len();
    if reviewers < AGGREGATE_MIN {
        return None;
    }
    let scores = count(given.len());
    let mean = given.iter().map(|one| one.total).sum::<i64>() / scores;
    let squares: i64 = given.iter().map(|one| (one.total - mean) * (one.total - mean)).sum();
    Some(Aggregate { reviewers: count(reviewers), scores, mean, spread: (squares / scores).isqrt() })
}
