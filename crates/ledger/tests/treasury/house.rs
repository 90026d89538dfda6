//! The house of these tests: the small example pack with its two towns, their officers, and a firm.

use kernel::{Adcode, Fen, Locale};
use ledger::actions::holding::{ledger_open, ledger_view};
use ledger::actions::line::{line_entry_decide, line_propose, line_view};
use ledger::actions::payment::{payment_decide, payment_draft, payment_export, payment_submit, payment_view};
use ledger::actions::statement::{Import, Report, statement_import, unmatched_list};
use ledger::actions::verify::ledger_verify;
use ledger::rules::opening::OpenDraft;
use ledger::rules::payment::{Draft, PaymentState, Word};
use ledger::rules::reconcile::EntryDraft;
use ledger::rules::statement::COLUMNS;
use pack::Pack;
use platform::ctx::{Actor, Mandate, Membership, Presence, Role};
use platform::desk::desk_view;
use platform::identity::Grant;
use platform::identity::actions::{NewAccount, account_create};
use platform::{App, Ctx, Fault};
use testkit::{Client, TestApp};

/// The first member city of the example pack.
pub const TOWN_A: &str = "990100";
/// The second.
pub const TOWN_B: &str = "990200";
/// A firm that has accounts; the registry need not know it.
pub const FIRM: &str = "0firm0firm0firm0firm0firm0";
/// Of every account that signs in.
pub const PASSWORD: &str = "a long password of this test";

pub struct House(pub TestApp);

/// A house with the example pack loaded.
pub async fn house() -> House {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../pack/tests/packs/twotowns");
    let pack = Pack::load_dir(std::path::Path::new(folder)).expect("the example pack is valid");
    let test = TestApp::start(vec![registry::capability(), ledger::capability()]).await;
    registry::pack_load(test.app(), &test.system(), &pack).await.expect("the pack loads");
    test.open_index().await;
    test.settle().await;
    House(test)
}

impl House {
    pub fn app(&self) -> &App {
        self.0.app()
    }

    pub fn ctx(&self, account: &str, roles: Vec<Role>, cities: &[&str]) -> Ctx {
        let cities = cities.iter().map(|code| Adcode::parse(code).expect("a city code")).collect();
        let ctx = self.0.system();
        // Whoever acts here has just signed in.
        let presence = Some(Presence { session: String::new(), proved_ms: ctx.now.ms() });
        let name = format!("人员 {account}");
        let actor = Actor { account: Some(account.into()), name, roles, cities, presence, ..Actor::default() };
        Ctx { actor, ..ctx }
    }

    /// An officer of the first town.
    pub fn officer(&self, account: &str) -> Ctx {
        self.ctx(account, vec![Role::CityOfficer], &[TOWN_A])
    }

    /// An officer of the second.
    pub fn neighbour(&self) -> Ctx {
        self.ctx("neighbour", vec![Role::CityOfficer], &[TOWN_B])
    }

    pub fn joint(&self, account: &str) -> Ctx {
        self.ctx(account, vec![Role::JointOffice], &[])
    }

    /// A member of the firm with these mandates.
    pub fn member(&self, account: &str, mandates: Vec<Mandate>) -> Ctx {
        let mut ctx = self.ctx(account, Vec::new(), &[]);
        let (organisation, name) = (FIRM.to_owned(), "某检测技术有限公司".to_owned());
        ctx.actor.memberships = vec![Membership { organisation, name, city: None, mandates }];
        ctx
    }

    /// A day some days from now.
    pub fn day(&self, days: i64) -> String {
        self.app().clock().now().date().plus_days(days).to_string()
    }

    /// The budget of the first town, opened by its maker; empty.
    pub async fn budget(&self) -> String {
        ledger_open(self.app(), &self.officer("maker"), budget()).await.expect("it is opened").id
    }

    /// The same with so many fen that came from the treasury and were entered by two people.
    pub async fn funded(&self, fen: i64) -> String {
        let budget = self.budget().await;
        let report = self.load(&budget, (-10, -9), 0, &[(-9, "T1", fen, "拨款")]).await;
        assert_eq!((report.lines, report.problems.total), (1, 0), "{:?}", report.problems);
        self.enter(&budget).await;
        budget
    }

    /// Enters the oldest open line to an account: maker, then checker.
    pub async fn enter(&self, account: &str) {
        let (open, _) = unmatched_list(self.app(), &self.officer("maker")).await.expect("the lines are read");
        let line = open.first().expect("a line is open").open.id.clone();
        let draft = EntryDraft { account: account.into(), purpose: "年度拨款".into() };
        line_propose(self.app(), &self.officer("maker"), &line, draft).await.expect("it is proposed");
        let entry =
            line_view(self.app(), &self.officer("checker"), &line).await.expect("it is there").entries[0].id.clone();
        let checker = self.officer("checker");
        line_entry_decide(self.app(), &checker, &entry, "approve".into(), String::new()).await.expect("it is entered");
    }

    /// Loads a statement of the first town.
    pub async fn load(
        &self,
        account: &str,
        days: (i64, i64),
        opening: i64,
        moves: &[(i64, &str, i64, &str)],
    ) -> Report {
        let text = self.statement(days, opening, moves);
        self.load_text(account, &text).await.expect("the statement is read")
    }

    pub async fn load_text(&self, account: &str, text: &str) -> Result<Report, Fault> {
        let import = Import { account: account.into(), file: "s.csv".into(), bytes: text.as_bytes().to_vec() };
        statement_import(self.app(), &self.officer("loader"), import).await
    }

    /// The text of a statement: day from now, serial, fen, words.
    pub fn statement(&self, (from, to): (i64, i64), opening: i64, moves: &[(i64, &str, i64, &str)]) -> String {
        let yuan = |fen: i64| Fen::new(fen).expect("an amount").to_string();
        let mut balance = opening;
        let mut text = format!("{}\nopening,{},,,,{},,,,\n", COLUMNS.join(","), self.day(from), yuan(balance));
        for (day, serial, amount, words) in moves {
            balance += amount;
            let side = yuan(amount.abs());
            let sides = if *amount < 0 { format!("{side},") } else { format!(",{side}") };
            let day = self.day(*day);
            text.push_str(&format!("line,{day},{serial},{sides},{},对方,,{words},摘要\n", yuan(balance)));
        }
        text + &format!("closing,{},,,,{},,,,\n", self.day(to), yuan(balance))
    }

    /// A payment before the checkers.
    pub async fn submitted(&self, account: &str, yuan: &str) -> String {
        let maker = self.officer("maker");
        let id = payment_draft(self.app(), &maker, draft(account, yuan)).await.expect("it is drafted").id;
        payment_submit(self.app(), &maker, &id).await.expect("it is submitted");
        id
    }

    pub async fn approved(&self, account: &str, yuan: &str) -> String {
        let id = self.submitted(account, yuan).await;
        payment_decide(self.app(), &self.officer("checker"), &id, says("approve")).await.expect("it is approved");
        id
    }

    /// A payment that has left; with its number.
    pub async fn sent(&self, account: &str, yuan: &str) -> (String, String) {
        let id = self.approved(account, yuan).await;
        let checker = self.officer("checker");
        payment_export(self.app(), &checker, account, vec![id.clone()]).await.expect("it leaves");
        let number = payment_view(self.app(), &checker, &id).await.expect("it is there").payment.number;
        (id, number)
    }

    /// Balance and held fen of an account.
    pub async fn stands(&self, account: &str) -> (i64, i64) {
        let (_, standing) =
            ledger::account_by_id(&self.app().db().read(), account).await.expect("it is read").expect("it is there");
        (standing.balance.get(), standing.held.get())
    }

    pub async fn state(&self, payment: &str) -> PaymentState {
        payment_view(self.app(), &self.officer("checker"), payment).await.expect("it is there").payment.state
    }

    /// An account with a role, and its signed-in client.
    pub async fn client(&self, login: &str, role: Option<(Role, Option<&str>)>) -> Client {
        let grant =
            |(role, city): (Role, Option<&str>)| Grant { role, city: city.map(|c| Adcode::parse(c).expect("a city")) };
        let new = NewAccount {
            login: login.into(),
            email: String::new(),
            name: format!("人员 {login}"),
            password: PASSWORD.into(),
            roles: role.map(grant).into_iter().collect(),
            locale: Locale::ZhCn,
            demo: false,
        };
        account_create(self.app(), &self.0.system(), new).await.expect("the account is made");
        let mut client = self.0.visitor();
        client.form("/sign-in", &[("login", login), ("password", PASSWORD)]).await.redirect();
        client
    }

    /// The kinds of what waits on somebody's desk.
    pub async fn desk(&self, ctx: &Ctx) -> Vec<&'static str> {
        desk_view(self.app(), ctx).await.expect("the desk is read").into_iter().map(|item| item.kind).collect()
    }

    /// The kinds of a thing's entries, oldest first, none of which everybody may read.
    pub async fn journal(&self, object: &str, id: &str) -> Vec<String> {
        let conn = self.app().db().read();
        let entries = platform::journal::of_object(&conn, object, id, 50).await.expect("the journal is read");
        assert!(entries.iter().all(|entry| !entry.public), "{entries:?}");
        entries.into_iter().rev().map(|entry| entry.kind).collect()
    }

    /// Ends the test: every transfer, entry, balance and hold of the book holds.
    pub async fn finish(self) {
        let report = ledger_verify(self.app().db()).await.expect("the book is read");
        assert!(report.problems.is_empty(), "{report:?}");
        self.0.finish().await;
    }
}

/// The budget of the first town.
pub fn budget() -> OpenDraft {
    OpenDraft {
        owner: format!("city:{TOWN_A}"),
        name: "科技创新专项".into(),
        purpose: "budget".into(),
        budget_year: "2026".into(),
        budget_subject: "2060404".into(),
        year_end: "carries".into(),
        ..OpenDraft::default()
    }
}

pub fn draft(account: &str, yuan: &str) -> Draft {
    Draft {
        account: account.into(),
        payee_name: "某检测技术有限公司".into(),
        payee_bank: "某银行甲镇支行".into(),
        payee_account: "6222021100123456".into(),
        amount_yuan: yuan.into(),
        purpose: "检测费".into(),
    }
}

pub fn says(decision: &str) -> Word {
    Word { decision: decision.into(), ..Word::default() }
}

/// Whether an account can be seen.
pub async fn sees(house: &House, ctx: &Ctx, account: &str) -> bool {
    ledger_view(house.app(), ctx, account, "", 5).await.is_ok()
}

/// The code of a refusal.
#[track_caller]
pub fn code<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> &'static str {
    outcome.expect_err("a refusal").refusal().expect("no failure of the house").code
}
