//! Supervision (督办): the joint office asks a city about an item and sets a term in working days; the city answers; the
//! joint office closes it or asks again.

use super::item::{ActionItem, concerned, open};
use kernel::input::{line, needed};
use kernel::limits::ABSTRACT_CHARS_MAX;
use kernel::{Adcode, By, Instant, Refusal, WorkCalendar, codes};

/// Working days a city has when nothing else is said.
pub const WORKDAYS_DEFAULT: u32 = 5;
/// Working days a city has at most.
pub const WORKDAYS_MAX: u32 = 60;
/// Characters of the joint office's closing remark.
pub const REMARK_CHARS_MAX: usize = 1_000;

codes! {
    /// Where a supervision stands.
    SupervisionState {
        /// The city is asked.
        Issued = "issued",
        /// The city has answered.
        Answered = "answered",
        /// The joint office is satisfied.
        Closed = "closed",
        /// Asked again; the next round stands beside it.
        Repeated = "repeated",
    }
}

/// One round of supervision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supervision {
    /// Opaque id.
    pub id: String,
    /// The item.
    pub item: String,
    /// The city that is asked.
    pub city: Adcode,
    /// Its number among the rounds about this item and city, from 1.
    pub round: i64,
    /// What is asked.
    pub text: String,
    /// The account that issued it.
    pub issued_by: String,
    /// When.
    pub issued_ms: i64,
    /// End of the last day to answer.
    pub due_ms: i64,
    /// True if a year on the way has no published calendar yet.
    pub due_provisional: bool,
    /// Where it stands.
    pub state: SupervisionState,
    /// What the city answered.
    pub answer: String,
    /// Name of the account that answered.
    pub answered_by: String,
    /// When it answered.
    pub answered_ms: Option<i64>,
    /// What the joint office said at the end; may be empty.
    pub remark: String,
    /// When it was closed or asked again.
    pub closed_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
}

impl Supervision {
    /// Whether the answer is or was late.
    pub fn late_at(&self, now: Instant) -> bool {
        self.answered_ms.unwrap_or_else(|| self.closed_ms.unwrap_or(now.ms())) > self.due_ms
    }

    /// Whether it is still running.
    pub fn runs(&self) -> bool {
        matches!(self.state, SupervisionState::Issued | SupervisionState::Answered)
    }
}

/// What the joint office asks, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueCommand {
    /// Code of the city; the one that leads if left empty.
    pub city: String,
    /// What is asked.
    pub text: String,
    /// Working days to answer; [`WORKDAYS_DEFAULT`] if left empty.
    pub workdays: String,
}

/// Issues a supervision. `before` are the rounds about this item so far.
///
/// # Errors
/// `item-closed`, `item-city`, `supervision-running`, `workdays-shape`, or a text rule.
pub fn issue(
    id: &str,
    item: &ActionItem,
    before: &[Supervision],
    command: &IssueCommand,
    calendar: &WorkCalendar,
    by: By<'_>,
) -> Result<Supervision, Refusal> {
    open(item)?;
    let city = match command.city.trim() {
        "" => item.lead,
        code => concerned(item, code)?,
    };
    let own = || before.iter().filter(|round| round.city == city);
    if own().any(Supervision::runs) {
        return Err(Refusal::conflict(
            "supervision-running",
            "对该城市的督办还在办理中，不能重复发出。请先处理现有督办。",
            "A supervision of this city is still running; deal with that one first.",
        ));
    }
    let round = own().count() + 1;
    let due = calendar.after(by.today(), workdays(&command.workdays)?);
    Ok(Supervision {
        id: id.to_owned(),
        item: item.id.clone(),
        city,
        round: i64::try_from(round).unwrap_or(i64::MAX),
        text: needed(&command.text, ABSTRACT_CHARS_MAX, "text")?,
        issued_by: by.account.to_owned(),
        issued_ms: by.now.ms(),
        due_ms: super::end_of(due.date).ms(),
        due_provisional: due.provisional,
        state: SupervisionState::Issued,
        answer: String::new(),
        answered_by: String::new(),
        answered_ms: None,
        remark: String::new(),
        closed_ms: None,
        demo: item.demo,
    })
}

fn workdays(text: &str) -> Result<u32, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(WORKDAYS_DEFAULT);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<u32>().ok().filter(|days| digits && (1..=WORKDAYS_MAX).contains(days)).ok_or_else(|| {
        Refusal::invalid(
            "workdays-shape",
            format!("答复时限为 1 至 {WORKDAYS_MAX} 个工作日。"),
            format!("The term is 1 to {WORKDAYS_MAX} working days."),
        )
        .at("workdays")
    })
}

/// The city answers; late is late, but an answer all the same.
///
/// # Errors
/// `supervision-answered`, `needed`, or a text rule.
pub fn answer(old: &Supervision, text: &str, by: By<'_>) -> Result<Supervision, Refusal> {
    if old.state != SupervisionState::Issued {
        return Err(Refusal::conflict(
            "supervision-answered",
            "这项督办已经答复或办结，请刷新后查看。",
            "This supervision is answered or closed already. Refresh to see it.",
        ));
    }
    Ok(Supervision {
        state: SupervisionState::Answered,
        answer: needed(text, ABSTRACT_CHARS_MAX, "answer")?,
        answered_by: by.name.to_owned(),
        answered_ms: Some(by.now.ms()),
        ..old.clone()
    })
}

/// The joint office is satisfied with the answer.
///
/// # Errors
/// `supervision-closed`, `supervision-unanswered`, or a text rule.
pub fn close(old: &Supervision, remark: &str, now: Instant) -> Result<Supervision, Refusal> {
    running(old)?;
    if old.state == SupervisionState::Issued {
        return Err(unanswered());
    }
    Ok(ended(old, SupervisionState::Closed, line(remark, REMARK_CHARS_MAX, "remark")?, now))
}

/// The joint office asks again: after an answer that does not do, or when the term has passed without one. Gives the
/// round that is over and the next one.
///
/// # Errors
/// `supervision-closed`, `supervision-unanswered`, and those of [`issue`].
pub fn repeat(
    id: &str,
    old: &Supervision,
    item: &ActionItem,
    before: &[Supervision],
    command: &IssueCommand,
    calendar: &WorkCalendar,
    by: By<'_>,
) -> Result<(Supervision, Supervision), Refusal> {
    running(old)?;
    if old.state == SupervisionState::Issued && !old.late_at(by.now) {
        return Err(unanswered());
    }
    let over = ended(old, SupervisionState::Repeated, String::new(), by.now);
    let others: Vec<Supervision> =
        before.iter().map(|round| if round.id == old.id { over.clone() } else { round.clone() }).collect();
    let command = IssueCommand { city: old.city.to_string(), ..command.clone() };
    let next = issue(id, item, &others, &command, calendar, by)?;
    Ok((over, next))
}

fn running(old: &Supervision) -> Result<(), Refusal> {
    if old.runs() {
        return Ok(());
    }
    Err(Refusal::conflict(
        "supervision-closed",
        "这项督办已经办结，请刷新后查看。",
        "This supervision is over already. Refresh to see it.",
    ))
}

fn unanswered() -> Refusal {
    Refusal::conflict(
        "supervision-unanswered",
        "该城市还没有答复，期限也没有过。请等答复，或在期限过后再次督办。",
        "The city has not answered and its term has not passed. Wait, or ask again after the term.",
    )
}

fn ended(old: &Supervision, state: SupervisionState, remark: String, now: Instant) -> Supervision {
    Supervision { state, remark, closed_ms: Some(now.ms()), ..old.clone() }
}

/// How one city has answered so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rounds it was asked in.
    pub issued: i64,
    /// Rounds that wait for its answer.
    pub waiting: i64,
    /// Rounds that were answered late or are late now.
    pub late: i64,
}

/// Counts rounds by city, in the order of the cities given.
pub fn tally(cities: &[Adcode], rounds: &[Supervision], now: Instant) -> Vec<(Adcode, Tally)> {
    let of = |city: &Adcode| {
        let own = || rounds.iter().filter(|round| round.city == *city);
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let tally = Tally {
            issued: count(own().count()),
            waiting: count(own().filter(|round| round.state == SupervisionState::Issued).count()),
            late: count(own().filter(|round| round.late_at(now)).count()),
        };
        (*city, tally)
    };
    cities.iter().map(of).collect()
}
