//! An award breaks off at every table it writes: it is never there by half, and afterwards it can be made.
//!
//! Method: a trigger makes the first write of one table after the other fail, as a node that dies there would leave it; the
//! transaction is gone, and so is everything it had written before. What comes after the last of these writes is the commit.

use super::stages::choice;
use crate::house::{House, house};
use calls::actions::award::call_select;
use calls::actions::milestone::milestone_confirm;
use calls::rules::call::CallState;
use sea_orm::{ConnectionTrait, DbBackend};

/// Every table that an award writes, in no order: domain rows, the ledger, the journal, the work that follows.
const AWARD: [&str; 13] = [
    "call",
    "call_award",
    "call_share",
    "call_milestone",
    "call_tranche",
    "call_answer",
    "call_selection",
    "call_step",
    "ledger_account",
    "ledger_transfer",
    "ledger_pending",
    "ledger_balance",
    "journal_entry",
];
/// Every table that a payment writes.
const PAYMENT: [&str; 5] = ["call_milestone", "ledger_transfer", "ledger_pending", "ledger_balance", "journal_entry"];

impl House {
    async fn ddl(&self, statements: Vec<String>) {
        self.app()
            .in_txn(&self.test.system(), "ddl", statements, |tx, statements| {
                Box::pin(async move {
                    for statement in statements {
                        tx.execute_unprepared(statement).await?;
                    }
                    Ok(())
                })
            })
            .await
            .expect("the trigger is set");
    }

    async fn break_at(&self, table: &str) {
        let name = format!("breaks_{table}");
        let sqlite = |what: &str| {
            format!(
                "CREATE TRIGGER {name}_{what} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, 'it breaks here'); END"
            )
        };
        let statements = match self.app().db().read().get_database_backend() {
            DbBackend::Postgres => vec![
                "CREATE OR REPLACE FUNCTION breaks() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'it breaks here'; END $$ LANGUAGE plpgsql"
                    .to_owned(),
                format!("CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION breaks()"),
            ],
            _ => ["INSERT", "UPDATE", "DELETE"].map(sqlite).to_vec(),
        };
        self.ddl(statements).await;
    }

    async fn mend(&self, table: &str) {
        let name = format!("breaks_{table}");
        let statements = match self.app().db().read().get_database_backend() {
            DbBackend::Postgres => vec![format!("DROP TRIGGER {name} ON {table}")],
            _ => ["INSERT", "UPDATE", "DELETE"].map(|what| format!("DROP TRIGGER {name}_{what}")).to_vec(),
        };
        self.ddl(statements).await;
    }

    /// How many rows there are in the tables of an award, and what is held.
    async fn rows(&self, call: &str) -> Vec<i64> {
        let conn = self.app().db().read();
        let mut counts = Vec::new();
        for table in AWARD {
            let text = format!("SELECT COUNT(*) AS n FROM {table}");
            let row = conn.query_one_raw(sea_orm::Statement::from_string(conn.get_database_backend(), text)).await;
            counts.push(row.expect("a count").expect("a row").try_get("", "n").expect("a number"));
        }
        for account in self.accounts(call).await {
            let standing = self.standing(&account).await;
            counts.extend([standing.held.get(), standing.balance.get(), standing.version]);
        }
        counts
    }
}

#[tokio::test]
async fn an_award_is_there_as_a_whole_or_not_at_all() {
    let house = house().await;
    let stage = house.selecting(house.patch(), 2).await;
    let call = &stage.call;
    let answers = house.answers(call).await;
    house.choose(call, vec![choice(&answers[0], "900000")]).await.unwrap();
    let before = house.rows(call).await;
    for table in AWARD {
        house.break_at(table).await;
        let broken = call_select(house.app(), &house.poser(), call, 1).await;
        assert!(matches!(broken, Err(ref fault) if fault.refusal().is_none()), "{table} is written: {broken:?}");
        house.mend(table).await;
        assert_eq!(house.rows(call).await, before, "after it broke at {table}");
        assert_eq!(house.state(call).await, CallState::Selection);
    }
    call_select(house.app(), &house.poser(), call, 1).await.unwrap();
    house.adds_up(call).await;
    house.test.finish().await;
}

#[tokio::test]
async fn a_payment_is_there_as_a_whole_or_not_at_all() {
    let house = house().await;
    let (stage, award) = house.running("900000").await;
    house.reported(&award, 0, 1).await;
    house.judged(&award, 1, "part", "100000").await;
    let before = house.rows(&stage.call).await;
    for table in PAYMENT {
        house.break_at(table).await;
        let broken = milestone_confirm(house.app(), &house.poser(), &award, 1).await;
        assert!(matches!(broken, Err(ref fault) if fault.refusal().is_none()), "{table} is written: {broken:?}");
        house.mend(table).await;
        assert_eq!(house.rows(&stage.call).await, before, "after it broke at {table}");
    }
    milestone_confirm(house.app(), &house.poser(), &award, 1).await.unwrap();
    house.adds_up(&stage.call).await;
    house.test.finish().await;
}
