//! A database with nothing but the house's tables, and what the tests do with it.

use kernel::{Adcode, Date, Fen, Instant, Refusal};
use ledger::actions::verify::ledger_verify;
use ledger::rules::audit::Report;
use ledger::{Account, Ask, Made, Owner, OwnerKind, Purpose, Standing, YearEnd};
use platform::db::{Db, DbUrl, WORKING};
use platform::journal::Entry;
use platform::{Ctx, Fault, Outcome};

/// The treasury behind all accounts of these tests.
pub const OUTSIDE: &str = "outside:treasury";

pub struct Books {
    pub db: Db,
    pub now: Instant,
    _folder: Option<tempfile::TempDir>,
}

/// Amounts.
pub fn fen(fen: i64) -> Fen {
    Fen::new(fen).expect("an amount of a test fits")
}

/// Noon of a day.
pub fn noon(day: &str) -> Instant {
    Date::parse(day).expect("a day of a test exists").start().plus_ms(12 * 3_600_000)
}

/// A plain account of a city.
pub fn account(id: &str) -> Account {
    Account {
        id: id.into(),
        name: "示例账户".into(),
        owner: Owner::city(Adcode::parse("310117").expect("a city code")),
        purpose: Purpose::Budget,
        reference: String::new(),
        currency: "CNY".into(),
        city: Adcode::parse("310117").ok(),
        budget_year: None,
        budget_subject: None,
        floor: Some(Fen::ZERO),
        year_end: YearEnd::Keeps,
        returns_to: None,
        demo: false,
        opened_ms: 0,
        opened_by: "system".into(),
        closed_ms: None,
    }
}

/// An account of the world outside.
pub fn outside(id: &str) -> Account {
    let owner = Owner { kind: OwnerKind::Outside, id: "treasury".into() };
    Account { owner, purpose: Purpose::Treasury, floor: None, ..account(id) }
}

/// Opens a database and brings it up to date.
pub async fn open(url: &DbUrl) -> Outcome<Db> {
    let capabilities = [registry::capability(), ledger::capability()];
    let db = Db::open(url).await?;
    db.migrate(Instant::from_ms(1), platform::app::steps(&capabilities)).await?;
    let working: Vec<&str> =
        WORKING.iter().chain(capabilities.iter().flat_map(|capability| capability.working)).copied().collect();
    db.record(&working).await?;
    Ok(db)
}

/// A fresh database with the account of the outside.
pub async fn books() -> Books {
    let folder = tempfile::tempdir().expect("a folder");
    let db = open(&testkit::fresh_database(folder.path())).await.expect("the database opens");
    let books = Books { db, now: noon("2026-03-16"), _folder: Some(folder) };
    books.open_account(outside(OUTSIDE)).await.expect("the outside is opened");
    books
}

impl Books {
    /// On a database that is there.
    pub fn on(db: Db) -> Books {
        Books { db, now: noon("2026-03-16"), _folder: None }
    }

    /// The same books at another time.
    pub fn at(books: &Books, now: Instant) -> Books {
        Books { now, ..Books::on(books.db.clone()) }
    }

    pub fn ctx(&self) -> Ctx {
        Ctx::system(self.now)
    }

    pub async fn open_account(&self, account: Account) -> Outcome<bool> {
        self.db
            .in_txn(&self.ctx(), "open", account, |tx, account| {
                Box::pin(async move {
                    let new = ledger::account_open_in(tx, account).await?;
                    tx.journal(Entry::new("test.opened", "account", &account.id)).await?;
                    Ok(new)
                })
            })
            .await
    }

    /// Opens an account with money on it.
    pub async fn funded(&self, id: &str, amount: i64) {
        self.open_account(account(id)).await.expect("the account is opened");
        if amount > 0 {
            let ask = Ask::plain(format!("fund:{id}"), "fund", OUTSIDE, id, fen(amount));
            self.transfer(vec![ask]).await.expect("it is funded");
        }
    }

    pub async fn transfer(&self, asks: Vec<Ask>) -> Outcome<Vec<Made>> {
        self.db
            .in_txn(&self.ctx(), "transfer", asks, |tx, asks| {
                Box::pin(async move {
                    let made = ledger::transfer(tx, asks).await?;
                    tx.journal(Entry::new("test.moved", "transfer", &made[0].id)).await?;
                    Ok(made)
                })
            })
            .await
    }

    /// One transfer, and again as a client does who was told that too many were acting.
    pub async fn insist(&self, ask: Ask) -> Result<Made, Refusal> {
        loop {
            match self.transfer(vec![ask.clone()]).await {
                Ok(mut made) => return Ok(made.remove(0)),
                Err(fault) if fault.to_refusal().code == "busy" => {}
                Err(Fault::Refused(refusal)) => return Err(refusal),
                Err(fault) => panic!("{fault:?}"),
            }
        }
    }

    pub async fn batch(&self, groups: Vec<Vec<Ask>>) -> Vec<Result<Vec<Made>, Refusal>> {
        self.db
            .in_txn(&self.ctx(), "batch", groups, |tx, groups| {
                Box::pin(async move {
                    let made = ledger::transfer_batch(tx, groups).await?;
                    tx.journal(Entry::new("test.moved", "batch", "")).await?;
                    Ok(made)
                })
            })
            .await
            .expect("the batch is answered")
    }

    pub async fn standing(&self, id: &str) -> Standing {
        let found = ledger::account_by_id(&self.db.read(), id).await.expect("the account is read");
        found.expect("the account is there").1
    }

    /// Balance and what is held of it.
    pub async fn on_it(&self, id: &str) -> (i64, i64) {
        let standing = self.standing(id).await;
        (standing.balance.get(), standing.held.get())
    }

    pub async fn report(&self) -> Report {
        ledger_verify(&self.db).await.expect("the ledger is read")
    }

    /// Everything holds.
    pub async fn holds(&self) -> Report {
        let report = self.report().await;
        assert_eq!(report.problems, Vec::<String>::new());
        report
    }
}

/// The code of a refusal.
#[track_caller]
pub fn code<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> &'static str {
    outcome.expect_err("a refusal").refusal().expect("no failure of the house").code
}
