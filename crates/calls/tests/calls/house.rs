//! The house of these tests: the small example pack with its two towns, a firm that poses, teams that answer, officers,
//! funders, and trustees who keep their secrets to themselves. Each function brings a call one state further, through
//! public actions: [`House::posed`], [`House::vetted`], [`House::pledged`], [`House::open_call`], [`House::answered`],
//! [`House::opened`], [`House::checked`].

mod people;
mod sealing;
mod stages;

use ::sealing::trustee::TrusteeSecret;
use calls::actions::answer::CheckDraft;
use calls::rules::pledge::PledgeDraft;
use pack::Pack;
use platform::Fault;
use testkit::TestApp;

/// The first member city of the example pack: the office of the call.
pub const TOWN_A: &str = "990100";
/// The second.
pub const TOWN_B: &str = "990200";
/// Of every account that signs in.
pub const PASSWORD: &str = "a long password of this test";
/// All the money of a call, in yuan: the owner gives 400,000, each town 300,000.
pub const BUDGET_YUAN: &str = "1000000";
/// Days from opening to closing.
pub const OPEN_DAYS: i64 = 20;
/// Days in which the committee opens.
const OPENING_DAYS: i64 = 3;
const MINUTE_MS: i64 = 60_000;

/// An organisation of these tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firm {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its unified social credit code; empty for one the registry does not know.
    pub uscc: String,
    /// Its city's code; empty for elsewhere.
    pub city: &'static str,
}

/// A house in which everybody is known.
pub struct House {
    /// The running house.
    pub test: TestApp,
    /// The challenge owner, in the first town.
    pub owner: Firm,
    /// Teams that the registry knows: in the first town, in the second, elsewhere.
    pub teams: Vec<Firm>,
}

/// A committee with the secrets of its trustees, in the order of the seats.
pub struct Committee {
    pub id: String,
    pub secrets: Vec<TrusteeSecret>,
}

/// A released call.
pub struct Stage {
    /// The call.
    pub call: String,
    /// The committee that opens its answers.
    pub committee: Committee,
}

/// A house with the example pack and its organisations.
pub async fn house() -> House {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../pack/tests/packs/twotowns");
    let pack = Pack::load_dir(std::path::Path::new(folder)).expect("the example pack is valid");
    let capabilities = vec![
        registry::capability(),
        ledger::capability(),
        accords::capability(),
        envelopes::capability(),
        calls::capability(),
    ];
    let test = TestApp::start(capabilities).await;
    registry::pack_load(test.app(), &test.system(), &pack).await.expect("the pack loads");
    test.open_index().await;
    test.settle().await;
    let none = Firm { id: String::new(), name: String::new(), uscc: String::new(), city: "" };
    let mut house = House { test, owner: none, teams: Vec::new() };
    house.owner = house.registered("某传感器有限公司", "91330400MA2900001", TOWN_A).await;
    for (name, code, city) in [
        ("甲市标定技术有限公司", "91330400MA2900002", TOWN_A),
        ("乙市材料研究院", "91330400MA2900003", TOWN_B),
        ("外地精密仪器有限公司", "91330400MA2900004", ""),
    ] {
        let team = house.registered(name, code, city).await;
        house.teams.push(team);
    }
    house
}

/// Random numbers of the operating system.
pub fn random(bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(16) {
        let bits = platform::random::bits().to_le_bytes();
        chunk.copy_from_slice(&bits[..chunk.len()]);
    }
}

/// The code of a refusal.
#[track_caller]
pub fn code<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> &'static str {
    outcome.expect_err("a refusal").refusal().expect("no failure of the house").code
}

/// A pledge of so many yuan; its account is filled in by [`House::pledge`].
pub fn pledge(yuan: &str, condition: &str) -> PledgeDraft {
    PledgeDraft { cap_yuan: yuan.into(), condition: condition.into(), ..PledgeDraft::default() }
}

/// An officer's yes.
pub fn admit() -> CheckDraft {
    CheckDraft { word: "admit".into(), ..CheckDraft::default() }
}

/// An officer's no.
pub fn refuse(code: &str) -> CheckDraft {
    CheckDraft { word: "refuse".into(), code: code.into(), words: "见附件第二页。".into() }
}
