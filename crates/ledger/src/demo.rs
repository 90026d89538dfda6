//! The demo scenario: money of a city, of a firm and of the joint office, all of it invented and named 示例.
//!
//! It leaves a budget with its appropriation, a payment settled by a statement, one that has left, one approved, one before
//! a checker, one being written, lines of a statement that nothing explains, and a proposal to enter one.
//!
//! It plays in the G60 corridor only: another pack has other cities.

use crate::actions::holding::ledger_open;
use crate::actions::line::{line_entry_decide, line_propose, line_view};
use crate::actions::payment::{payment_decide, payment_draft, payment_export, payment_submit, payment_view};
use crate::actions::statement::{Import, statement_import, unmatched_list};
use crate::rules::opening::OpenDraft;
use crate::rules::payment::{Draft, Word};
use crate::rules::reconcile::EntryDraft;
use crate::rules::statement::COLUMNS;
use futures_util::future::BoxFuture;
use kernel::{Adcode, Fen, Refusal};
use platform::demo::{Cast, Part};
use platform::{App, Ctx, Fault, Outcome};
use registry::corridor;

const SONGJIANG: &str = "310117";

/// Plays the scenario.
///
/// # Errors
/// An action refused what the script asks for, which a test of this crate would show first.
pub fn run<'a>(app: &'a App, cast: &'a Cast) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let here = Adcode::parse(SONGJIANG).is_ok_and(|city| corridor::of(app).city(city).is_some());
        if here { Stage { app, cast }.play().await } else { Ok(()) }
    })
}

struct Stage<'a> {
    app: &'a App,
    cast: &'a Cast,
}

/// A movement as a bank tells it: days ago, serial, fen, other side, reference, summary.
type Move<'a> = (i64, &'a str, i64, &'a str, &'a str, &'a str);

impl Stage<'_> {
    async fn play(&self) -> Outcome<()> {
        let officer = self.cast.ctx(Part::OfficerSongjiang).await?;
        let budget = self.budget(&officer).await?;
        self.paid(&officer, &budget).await?;
        self.waiting(&officer, &budget).await?;
        self.firm().await?;
        let joint = self.cast.ctx(Part::JointOffice).await?;
        self.open(&joint, "joint-office", "示例：联合攻关资金", "fund", "").await.map(|_| ())
    }

    /// Somebody else of the same office: nobody is cast for him, so the house does it behind the scene.
    fn colleague(&self) -> Ctx {
        self.cast.house()
    }

    async fn open(&self, ctx: &Ctx, owner: &str, name: &str, purpose: &str, year_end: &str) -> Outcome<String> {
        let year = self.cast.clock().now().date().year().to_string();
        let budget = !year_end.is_empty();
        let draft = OpenDraft {
            owner: owner.to_owned(),
            name: name.to_owned(),
            purpose: purpose.to_owned(),
            budget_year: if budget { year } else { String::new() },
            budget_subject: if budget { "2060404".to_owned() } else { String::new() },
            year_end: year_end.to_owned(),
            ..OpenDraft::default()
        };
        Ok(ledger_open(self.app, ctx, draft).await?.id)
    }

    /// The city's budget, with what was appropriated to it.
    async fn budget(&self, officer: &Ctx) -> Outcome<String> {
        let owner = format!("city:{SONGJIANG}");
        let budget = self.open(officer, &owner, "示例：松江科技创新专项", "budget", "carries").await?;
        let came = [(8, "DEMO-SJ-0001", 500_000_000, "示例财政局", "示例财〔2026〕7号", "示例：年度专项拨款")];
        self.statement(officer, &budget, (10, 3), 0, &came).await?;
        self.enter(&self.colleague(), officer, &budget, "示例：年度科技创新专项拨款").await?;
        Ok(budget)
    }

    /// A payment that is settled, one that has left and whose line has no number, and interest that nobody has entered.
    async fn paid(&self, officer: &Ctx, budget: &str) -> Outcome<()> {
        let maker = self.colleague();
        let first = self.submitted(&maker, budget, "示例检测技术有限公司", "86000", "示例：联合检测服务费").await?;
        let second = self.submitted(&maker, budget, "示例仪器租赁有限公司", "31500", "示例：仪器租赁费").await?;
        self.approve(officer, &first).await?;
        self.approve(officer, &second).await?;
        payment_export(self.app, officer, budget, vec![first.clone(), second]).await?;
        let number = payment_view(self.app, officer, &first).await?.payment.number;
        let moves = [
            (0, "DEMO-SJ-0002", -8_600_000, "示例检测技术有限公司", number.as_str(), "示例：联合检测服务费"),
            (0, "DEMO-SJ-0003", -3_150_000, "示例代付专户", "", "示例：批量代付"),
            (0, "DEMO-SJ-0004", 32_150, "示例银行", "", "示例：活期利息"),
        ];
        self.statement(officer, budget, (3, 0), 500_000_000, &moves).await
    }

    /// One before the checker, one approved, one being written.
    async fn waiting(&self, officer: &Ctx, budget: &str) -> Outcome<()> {
        let maker = self.colleague();
        self.submitted(&maker, budget, "示例传感器研究院", "240000.50", "示例：芯片流片补助首付款").await?;
        let approved = self.submitted(&maker, budget, "示例中试平台", "55000", "示例：中试平台使用费").await?;
        self.approve(officer, &approved).await?;
        self.draft(officer, budget, "示例会务服务有限公司", "12800", "示例：对接会会务费").await.map(|_| ())
    }

    /// A firm's own account: money that came in waits for a second pair of eyes.
    async fn firm(&self) -> Outcome<()> {
        let member = self.cast.ctx(Part::Enterprise).await?;
        let Some(organisation) = member.actor.memberships.first() else { return Ok(()) };
        let owner = format!("organisation:{}", organisation.organisation);
        let account = self.open(&member, &owner, "示例：企业基本账户", "current", "").await?;
        let moves = [
            (6, "DEMO-QY-0001", 30_000_000, "示例客户有限公司", "", "示例：货款"),
            (2, "DEMO-QY-0002", 1_500_000, "示例科技局", "示例：补助", "示例：研发补助"),
        ];
        self.statement(&member, &account, (9, 1), 0, &moves).await?;
        self.enter(&member, &self.colleague(), &account, "示例：货款").await?;
        let rest = self.first_open(&member, &account).await?;
        let draft = EntryDraft { account: account.clone(), purpose: "示例：研发补助".into() };
        line_propose(self.app, &self.colleague(), &rest, draft).await?;
        self.submitted(&member, &account, "示例材料有限公司", "46000", "示例：原材料款").await.map(|_| ())
    }

    async fn draft(&self, ctx: &Ctx, account: &str, payee: &str, yuan: &str, purpose: &str) -> Outcome<String> {
        let draft = Draft {
            account: account.to_owned(),
            payee_name: payee.to_owned(),
            payee_bank: "示例银行科创支行".into(),
            payee_account: "6200000000008888".into(),
            amount_yuan: yuan.to_owned(),
            purpose: purpose.to_owned(),
        };
        Ok(payment_draft(self.app, ctx, draft).await?.id)
    }

    async fn submitted(&self, ctx: &Ctx, account: &str, payee: &str, yuan: &str, purpose: &str) -> Outcome<String> {
        let id = self.draft(ctx, account, payee, yuan, purpose).await?;
        payment_submit(self.app, ctx, &id).await?;
        Ok(id)
    }

    async fn approve(&self, ctx: &Ctx, id: &str) -> Outcome<()> {
        let word = Word { decision: "approve".into(), ..Word::default() };
        payment_decide(self.app, ctx, id, word).await.map(|_| ())
    }

    /// Loads a statement that goes from some days ago to some days ago.
    async fn statement(
        &self,
        ctx: &Ctx,
        account: &str,
        (from, to): (i64, i64),
        opening: i64,
        moves: &[Move<'_>],
    ) -> Outcome<()> {
        let day = |ago: i64| self.cast.clock().now().date().plus_days(-ago);
        let yuan = |fen: i64| Fen::new(fen).map_err(|error| Fault::Internal(error.to_string()));
        let mut balance = opening;
        let mut text = format!("{}\nopening,{},,,,{},,,,\n", COLUMNS.join(","), day(from), yuan(balance)?);
        for (ago, serial, amount, other, reference, summary) in moves {
            balance += amount;
            let side = yuan(amount.abs())?;
            let sides = if *amount < 0 { format!("{side},") } else { format!(",{side}") };
            text.push_str(&format!(
                "line,{},{serial},{sides},{},{other},,{reference},{summary}\n",
                day(*ago),
                yuan(balance)?
            ));
        }
        text.push_str(&format!("closing,{},,,,{},,,,\n", day(to), yuan(balance)?));
        let import = Import { account: account.to_owned(), file: "demo.csv".into(), bytes: text.into_bytes() };
        let report = statement_import(self.app, ctx, import).await?;
        match report.problems.listed.first() {
            None => Ok(()),
            Some(problem) => Err(Fault::Internal(format!("line {}: {}", problem.line, problem.en))),
        }
    }

    /// The oldest line of an account's bank that nothing explains.
    async fn first_open(&self, ctx: &Ctx, account: &str) -> Outcome<String> {
        let (open, _) = unmatched_list(self.app, ctx).await?;
        let line = open.iter().find(|line| line.account == account).ok_or_else(Refusal::not_found)?;
        Ok(line.open.id.clone())
    }

    /// One proposes to enter the oldest open line, another enters it.
    async fn enter(&self, maker: &Ctx, checker: &Ctx, account: &str, purpose: &str) -> Outcome<()> {
        let line = self.first_open(checker, account).await?;
        let draft = EntryDraft { account: account.to_owned(), purpose: purpose.to_owned() };
        line_propose(self.app, maker, &line, draft).await?;
        let entry =
            line_view(self.app, checker, &line).await?.entries.into_iter().next().ok_or_else(Refusal::not_found)?;
        line_entry_decide(self.app, checker, &entry.id, "approve".into(), String::new()).await.map(|_| ())
    }
}
