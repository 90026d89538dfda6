//! Rows of calls.

use super::{Allowed, Position, after, allowed, bad, fen, json, read_json};
use crate::rules::call::{Call, CallState, Mode};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::browse::{Where, counted};
use rooms::store::rows::{all, first, get, join, put, split};
use sea_orm::{QueryResult, Value};

/// The table of calls. A number is given once: the unique index decides races.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0001-call",
    sql: "
CREATE TABLE call (
  id TEXT PRIMARY KEY, number TEXT NOT NULL, owner TEXT NOT NULL, unnamed BOOLEAN NOT NULL, office TEXT NOT NULL,
  title TEXT NOT NULL, title_en TEXT NOT NULL, summary TEXT NOT NULL, summary_en TEXT NOT NULL, details TEXT NOT NULL,
  nda TEXT NOT NULL, segments TEXT NOT NULL, choke_point TEXT NOT NULL, eligibility TEXT NOT NULL, ip TEXT NOT NULL,
  mode TEXT NOT NULL, winners_max BIGINT NOT NULL, budget_fen BIGINT NOT NULL, review TEXT NOT NULL, state TEXT NOT NULL,
  version BIGINT NOT NULL, accord TEXT, committee TEXT, round TEXT, closes_ms BIGINT, due_ms BIGINT, due_provisional BOOLEAN NOT NULL,
  reason TEXT NOT NULL, posed_by TEXT NOT NULL, vetted_by TEXT NOT NULL, opened_ms BIGINT, named_ms BIGINT, demo BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX call_number ON call (number) WHERE number <> '';
CREATE INDEX call_list ON call (state, updated_ms, id);
CREATE INDEX call_owner ON call (owner);
",
}];

const COLUMNS: [&str; 35] = [
    "id",
    "number",
    "owner",
    "unnamed",
    "office",
    "title",
    "title_en",
    "summary",
    "summary_en",
    "details",
    "nda",
    "segments",
    "choke_point",
    "eligibility",
    "ip",
    "mode",
    "winners_max",
    "budget_fen",
    "review",
    "state",
    "version",
    "accord",
    "committee",
    "round",
    "closes_ms",
    "due_ms",
    "due_provisional",
    "reason",
    "posed_by",
    "vetted_by",
    "opened_ms",
    "named_ms",
    "demo",
    "created_ms",
    "updated_ms",
];

/// Attributes of a call that policies ask about, and their columns.
pub const ATTRIBUTES: [(&str, &str); 3] = [("state", "c.state"), ("owner", "c.owner"), ("office", "c.office")];
/// Columns that the words of a search stand in. The protected details are not among them, and neither is the owner.
const WORDS_IN: [&str; 5] = ["c.number", "c.title", "c.title_en", "c.summary", "c.summary_en"];
/// Calls that are looked at for somebody's desk or by a clock.
const DESK_MAX: usize = 200;

/// What a list is narrowed to; an empty part narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words in number, title and summary.
    pub text: String,
    /// States.
    pub states: Vec<String>,
    /// Cities that give money or whose office leads it, by code.
    pub cities: Vec<String>,
}

/// What the filters would give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// Calls in each state.
    pub states: Vec<(String, i64)>,
    /// Calls to which each city has pledged.
    pub cities: Vec<(String, i64)>,
}

fn call(row: &QueryResult) -> Outcome<Call> {
    let code = |column: &str| get::<String>(row, column);
    Ok(Call {
        id: get(row, "id")?,
        number: get(row, "number")?,
        owner: get(row, "owner")?,
        unnamed: get(row, "unnamed")?,
        office: get(row, "office")?,
        title: get(row, "title")?,
        title_en: get(row, "title_en")?,
        summary: get(row, "summary")?,
        summary_en: get(row, "summary_en")?,
        details: get(row, "details")?,
        nda: get(row, "nda")?,
        segments: split(&code("segments")?),
        choke_point: get(row, "choke_point")?,
        eligibility: get(row, "eligibility")?,
        ip: get(row, "ip")?,
        mode: Mode::parse(&code("mode")?).ok_or_else(|| bad("call", "mode"))?,
        winners_max: get(row, "winners_max")?,
        budget: fen(row, "call", "budget_fen")?,
        review: read_json(row, "call", "review")?,
        state: CallState::parse(&code("state")?).ok_or_else(|| bad("call", "state"))?,
        version: get(row, "version")?,
        accord: get(row, "accord")?,
        committee: get(row, "committee")?,
        round: get(row, "round")?,
        closes_ms: get(row, "closes_ms")?,
        due_ms: get(row, "due_ms")?,
        due_provisional: get(row, "due_provisional")?,
        reason: get(row, "reason")?,
        posed_by: get(row, "posed_by")?,
        vetted_by: get(row, "vetted_by")?,
        opened_ms: get(row, "opened_ms")?,
        named_ms: get(row, "named_ms")?,
        demo: get(row, "demo")?,
        created_ms: get(row, "created_ms")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

/// Stores a call; one that was there is replaced.
pub async fn save(conn: &Conn, c: &Call) -> Outcome<()> {
    let row = vec![
        c.id.clone().into(),
        c.number.clone().into(),
        c.owner.clone().into(),
        c.unnamed.into(),
        c.office.clone().into(),
        c.title.clone().into(),
        c.title_en.clone().into(),
        c.summary.clone().into(),
        c.summary_en.clone().into(),
        c.details.clone().into(),
        c.nda.clone().into(),
        join(&c.segments).into(),
        c.choke_point.clone().into(),
        c.eligibility.clone().into(),
        c.ip.clone().into(),
        c.mode.code().into(),
        c.winners_max.into(),
        c.budget.get().into(),
        json(&c.review)?.into(),
        c.state.code().into(),
        c.version.into(),
        c.accord.clone().into(),
        c.committee.clone().into(),
        c.round.clone().into(),
        c.closes_ms.into(),
        c.due_ms.into(),
        c.due_provisional.into(),
        c.reason.clone().into(),
        c.posed_by.clone().into(),
        c.vetted_by.clone().into(),
        c.opened_ms.into(),
        c.named_ms.into(),
        c.demo.into(),
        c.created_ms.into(),
        c.updated_ms.into(),
    ];
    put(conn, "call", &COLUMNS, &["id"], vec![row]).await
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Call>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("c.{column}")).collect();
    let text = format!("SELECT {} FROM call c {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(call).collect()
}

/// One call, in any state.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Call>> {
    Ok(select(conn, "WHERE c.id = $1", vec![id.into()]).await?.pop())
}

/// Calls that have a number of a year already: how many, so that the next can be given.
pub async fn numbered(conn: &Conn, prefix: &str) -> Outcome<i64> {
    let text = "SELECT COUNT(*) AS n FROM call WHERE number LIKE $1";
    super::number(conn, text, vec![format!("{prefix}%").into()]).await
}

/// Calls in some states, those whose clock ends first before the others.
pub async fn in_states(conn: &Conn, states: &[CallState]) -> Outcome<Vec<Call>> {
    let mut clause = Where::new("1 = 1");
    clause.any("c.state", &states.iter().map(|state| state.code().to_owned()).collect::<Vec<_>>());
    let tail =
        format!("WHERE {} ORDER BY COALESCE(c.due_ms, c.closes_ms, c.updated_ms), c.id LIMIT {DESK_MAX}", clause.text);
    select(conn, &tail, clause.values).await
}

/// Calls in one state that belong to some owners or offices, those that wait longest first.
pub async fn of_hands(conn: &Conn, hands: Hands, ids: &[String], state: CallState) -> Outcome<Vec<Call>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = Where::new("1 = 1");
    clause.any(hands.column(), ids);
    clause.any("c.state", &[state.code().to_owned()]);
    select(conn, &format!("WHERE {} ORDER BY c.updated_ms, c.id LIMIT {DESK_MAX}", clause.text), clause.values).await
}

/// In whose hands a call is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hands {
    /// The organisation that poses it.
    Owner,
    /// The office that vets it.
    Office,
}

impl Hands {
    fn column(self) -> &'static str {
        match self {
            Hands::Owner => "c.owner",
            Hands::Office => "c.office",
        }
    }
}

/// Which filter is left out when its values are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Facet {
    State,
    City,
}

fn narrowed(seen: Allowed, filter: &Filter, but: Option<Facet>) -> Where {
    let mut clause = allowed(seen);
    clause.words(&filter.text, &WORDS_IN);
    if but != Some(Facet::State) {
        clause.any("c.state", &filter.states);
    }
    if but != Some(Facet::City) && !filter.cities.is_empty() {
        let places: Vec<String> = filter.cities.iter().map(|city| clause.place(city.as_str())).collect();
        let places = places.join(", ");
        clause.and(&format!(
            "EXISTS (SELECT 1 FROM call_pledge f WHERE f.call = c.id AND f.state = 'given' AND f.code IN ({places}))"
        ));
    }
    clause
}

/// One page of the calls that a policy allows, the newest change first, and how many there are in all.
pub async fn list(
    conn: &Conn,
    seen: Allowed,
    filter: &Filter,
    from: Option<&Position>,
    limit: usize,
) -> Outcome<(Vec<Call>, i64)> {
    let mut clause = narrowed(seen, filter, None);
    let text = format!("SELECT COUNT(*) AS n FROM call c WHERE {}", clause.text);
    let total = super::number(conn, &text, clause.values.clone()).await?;
    after(&mut clause, from, "c.updated_ms", "c.id");
    let tail = format!("WHERE {} ORDER BY c.updated_ms DESC, c.id DESC LIMIT {limit}", clause.text);
    Ok((select(conn, &tail, clause.values).await?, total))
}

/// What the filters would give.
pub async fn facets(conn: &Conn, seen: &Allowed, filter: &Filter) -> Outcome<Facets> {
    let clause = |but| narrowed(seen.clone(), filter, Some(but));
    let by_city = "call c JOIN call_pledge p ON p.call = c.id AND p.kind = 'city' AND p.state = 'given'";
    Ok(Facets {
        states: counted(conn, "c.state", "call c", clause(Facet::State)).await?,
        cities: counted(conn, "p.code", by_city, clause(Facet::City)).await?,
    })
}

/// The place of one call in the list.
pub async fn position(conn: &Conn, id: &str) -> Outcome<Option<Position>> {
    let row = first(conn, "SELECT updated_ms FROM call WHERE id = $1", vec![id.into()]).await?;
    row.map(|row| Ok(Position { at: get(&row, "updated_ms")?, id: id.to_owned() })).transpose()
}

/// Calls that everybody may read, by id after a key, for the search index.
pub async fn open_after(conn: &Conn, key: &str, limit: usize) -> Outcome<Vec<Call>> {
    let mut clause = Where::new("1 = 1");
    let states: Vec<String> = CallState::OPEN.iter().map(|state| state.code().to_owned()).collect();
    clause.any("c.state", &states);
    let place = clause.place(key);
    clause.and(&format!("c.id > {place}"));
    select(conn, &format!("WHERE {} ORDER BY c.id LIMIT {limit}", clause.text), clause.values).await
}
