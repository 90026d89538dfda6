//! The house of these tests: the small example pack with its two towns, their officers, and a firm.

pub use testkit::{TOWN_A, TOWN_B, code};

use kernel::Fen;
use ledger::actions::holding::{ledger_open, ledger_view};
use ledger::actions::line::{line_entry_decide, line_propose, line_view};
use ledger::actions::payment::{payment_decide, payment_draft, payment_export, payment_submit, payment_view};
use ledger::actions::statement::{Import, Report, statement_import, unmatched_list};
use ledger::actions::verify::ledger_verify;
use ledger::rules::opening::OpenDraft;
use ledger::rules::payment::{Draft, PaymentState, Word};
use ledger::rules::reconcile::EntryDraft;
use ledger::rules::statement::COLUMNS;
use platform::ctx::{Mandate, Membership, Role};
use platform::{Ctx, Fault};
use testkit::TestApp;

/// A firm that has accounts; the registry need not know it.
pub const FIRM: &str = "0firm0firm0firm0firm0firm0";

pub struct House(pub TestApp);

/// A house with the example pack loaded.
pub async fn house() -> House {
    House(TestApp::with_pack(vec![registry::capability(), ledger::capability()], registry::pack_load).await)
}

impl std::ops::Deref for House {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.0
    }
}

impl House {
    /// An officer of the first town.
    pub fn officer(&self, account: &str) -> Ctx {
        self.acting(account, vec![Role::CityOfficer], &[TOWN_A])
    }

    /// An officer of the second.
    pub fn neighbour(&self) -> Ctx {
        self.acting("neighbour", vec![Role::CityOfficer], &[TOWN_B])
    }

    pub fn joint(&self, account: &str) -> Ctx {
        self.acting(account, vec![Role::JointOffice], &[])
    }

    /// A member of the firm with these mandates.
    pub fn member(&self, account: &str, mandates: Vec<Mandate>) -> Ctx {
        let mut ctx = self.acting(account, Vec::new(), &[]);
        let (organisation, name) = (FIRM.to_owned(), "某检测技术有限公司".to_owned());
        ctx.actor.memberships = vec![Membership { organisation, name, city: None, mandates }];
        ctx
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

    /// The kinds of what waits on somebody's desk.
    pub async fn desk(&self, ctx: &Ctx) -> Vec<&'static str> {
        self.0.desk(ctx).await.into_iter().map(|(kind, _)| kind).collect()
    }

    /// The kinds of a thing's entries, oldest first, none of which everybody may read.
    pub async fn journal(&self, object: &str, id: &str) -> Vec<String> {
        let entries = self.0.journal(object, id).await;
        assert!(entries.iter().all(|(_, public)| !public), "{entries:?}");
        entries.into_iter().map(|(kind, _)| kind).collect()
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
