//! Calls from selection on, and the people who move them.

use crate::house::{House, Stage, TOWN_A};
use calls::actions::accounts::{Money, call_money};
use calls::actions::award::{call_select, selection_draft};
use calls::actions::contract::{contract_sign, contract_view, contract_write};
use calls::actions::milestone::{milestone_confirm, milestone_judge, milestone_report};
use calls::rules::award::ChoiceDraft;
use calls::rules::call::{CallState, MoneyDraft, Patch};
use calls::rules::contract::{ContractDraft, RightDraft};
use calls::rules::milestone::{OpinionDraft, ReportDraft};
use kernel::{Date, Fen};
use ledger::{Account, Ask, Owner, Purpose, Standing, YearEnd};
use platform::journal::Entry;
use platform::{Ctx, Outcome};
use rooms::actions::Done;

/// The outside that money comes from.
const OUTSIDE: &str = "outside:test";

pub fn fen(amount: i64) -> Fen {
    Fen::new(amount).expect("an amount")
}

/// A call that makes several awards, or lets them race.
pub fn several(house: &House, mode: &str, winners: &str) -> Patch {
    let money = house.patch().money.expect("it has money");
    let money = MoneyDraft { mode: mode.into(), winners_max: winners.into(), ..money };
    Patch { money: Some(money), ..house.patch() }
}

pub fn choice(answer: &str, yuan: &str) -> ChoiceDraft {
    ChoiceDraft { answer: answer.into(), amount_yuan: yuan.into() }
}

impl House {
    /// The accounts of the funders of a call, in the order of its pledges.
    pub async fn accounts(&self, call: &str) -> Vec<String> {
        let view = calls::actions::call::call_view(self.app(), &self.joint(), call).await.expect("the call is read");
        view.pledges.iter().map(|pledge| pledge.account.clone()).collect()
    }

    /// Brings money from outside onto an account.
    pub async fn bring(&self, account: &str, yuan: i64) {
        let id = format!("bring:{}", platform::random::id());
        let amount = fen(yuan * 100);
        self.app()
            .in_txn(&self.test.system(), "bring", (account.to_owned(), id), move |tx, (account, id)| {
                Box::pin(async move {
                    ledger::account_open_in(tx, &outside()).await?;
                    ledger::transfer(tx, &[Ask::plain(id, "brought", OUTSIDE, account, amount)]).await?;
                    tx.journal(Entry::new("ledger.brought", "ledger", account)).await
                })
            })
            .await
            .expect("the money comes");
    }

    /// Takes money off an account to the outside, as if it had been paid out.
    pub async fn spend(&self, account: &str, amount: Fen) {
        let id = format!("spend:{}", platform::random::id());
        self.app()
            .in_txn(&self.test.system(), "spend", (account.to_owned(), id), move |tx, (account, id)| {
                Box::pin(async move {
                    ledger::transfer(tx, &[Ask::plain(id, "spent", account, OUTSIDE, amount)]).await?;
                    tx.journal(Entry::new("ledger.spent", "ledger", account)).await
                })
            })
            .await
            .expect("the money goes");
    }

    pub async fn standing(&self, account: &str) -> Standing {
        let found = ledger::account_by_id(&self.app().db().read(), account).await.expect("the ledger is read");
        found.expect("the account is there").1
    }

    /// A call at selection whose funders have the money: answers of the first `n` teams are all on the shortlist.
    pub async fn selecting(&self, patch: Patch, n: usize) -> Stage {
        let stage = self.shortlisted_as(patch, n).await;
        for source in self.money(&stage.call).await.sources {
            self.bring(&source.pledge.account, source.pledge.cap.get() / 100).await;
        }
        stage
    }

    /// Lays a choice aside.
    pub async fn choose(&self, call: &str, choices: Vec<ChoiceDraft>) -> Outcome<Done> {
        selection_draft(self.app(), &self.poser(), call, choices, "技术路线互补，指标最高。").await
    }

    /// The answers with these numbers get these amounts; ids of the awards.
    pub async fn awarded(&self, stage: &Stage, amounts: &[&str]) -> Vec<String> {
        let answers = self.answers(&stage.call).await;
        let choices = answers.iter().zip(amounts).map(|(answer, yuan)| choice(answer, yuan)).collect();
        self.choose(&stage.call, choices).await.expect("the choice is laid aside");
        let view =
            calls::actions::award::selection_view(self.app(), &self.poser(), &stage.call).await.expect("a choice");
        let version = view.selection.expect("it is laid aside").version;
        call_select(self.app(), &self.poser(), &stage.call, version).await.expect("the award is made");
        assert_eq!(self.state(&stage.call).await, CallState::Notice);
        self.money(&stage.call).await.awards.iter().map(|one| one.award.id.clone()).collect()
    }

    /// The notice passes without an objection.
    pub async fn confirmed(&self, call: &str) {
        self.days_pass(8).await;
        assert_eq!(self.state(call).await, CallState::Contracting);
    }

    pub fn contract(&self) -> ContractDraft {
        let right =
            |party: &str, share: &str| RightDraft { party: party.into(), share: share.into(), note: String::new() };
        ContractDraft {
            number: "HT-2026-001".into(),
            summary: "研制并交付样片。".into(),
            rights: vec![right("出题方", "40"), right("牵头单位", "60")],
            registration: String::new(),
        }
    }

    /// Both sides sign the contract of an award; `n` is the team.
    pub async fn signed(&self, call: &str, award: &str, n: usize) {
        contract_write(self.app(), &self.poser(), award, self.contract()).await.expect("it is written");
        let view = contract_view(self.app(), &self.poser(), call, award).await.expect("it is read");
        let hash = view.contract.expect("it is there").hash;
        contract_sign(self.app(), &self.poser(), award, "owner", &hash).await.expect("the owner signs");
        contract_sign(self.app(), &self.bidder(n), award, "lead", &hash).await.expect("the lead signs");
    }

    /// A call under way whose single award has this amount.
    pub async fn running(&self, yuan: &str) -> (Stage, String) {
        let stage = self.selecting(self.patch(), 2).await;
        let award = self.awarded(&stage, &[yuan]).await.remove(0);
        self.confirmed(&stage.call).await;
        self.signed(&stage.call, &award, 0).await;
        assert_eq!(self.state(&stage.call).await, CallState::Running);
        (stage, award)
    }

    /// Somebody of the office who has neither posed nor pledged.
    pub fn judge(&self) -> Ctx {
        self.colleague(TOWN_A)
    }

    pub async fn reported(&self, award: &str, n: usize, ord: i64) {
        let draft = ReportDraft {
            text: "已达到。".into(),
            links: "https://example.org/report".into(),
            ..ReportDraft::default()
        };
        milestone_report(self.app(), &self.bidder(n), award, ord, draft).await.expect("it is reported");
    }

    pub async fn judged(&self, award: &str, ord: i64, judgement: &str, yuan: &str) {
        let due = Date::from_epoch_day(self.app().clock().now().date().epoch_day() + 30).to_string();
        let draft = OpinionDraft {
            judgement: judgement.into(),
            amount_yuan: yuan.into(),
            reason: "对照指标逐项核对。".into(),
            due,
        };
        milestone_judge(self.app(), &self.judge(), award, ord, draft).await.expect("it is judged");
    }

    /// Reports, judges and confirms a milestone.
    pub async fn accepted(&self, award: &str, n: usize, ord: i64, judgement: &str, yuan: &str) {
        self.reported(award, n, ord).await;
        self.judged(award, ord, judgement, yuan).await;
        milestone_confirm(self.app(), &self.poser(), award, ord).await.expect("it is confirmed");
    }

    pub async fn money(&self, call: &str) -> Money {
        call_money(self.app(), &self.visitor(), call).await.expect("everybody reads it")
    }

    /// Every figure of the public account adds up, by source and by award, and the ledger's balances say the same: each
    /// funder had on its account what it had pledged.
    pub async fn adds_up(&self, call: &str) -> Money {
        let money = self.money(call).await;
        assert!(money.total.holds(), "{:?}", money.total);
        let by_source = calls::rules::accounts::Flow::sum(money.sources.iter().map(|one| &one.flow));
        let by_award = calls::rules::accounts::Flow::sum(money.awards.iter().map(|one| &one.flow));
        assert_eq!((by_source, by_award), (money.total, money.total));
        assert_eq!(money.left, money.pledged - money.total.held - money.total.paid + money.total.clawed);
        for source in &money.sources {
            let account = &source.pledge.account;
            let standing = self.standing(account).await;
            assert_eq!(standing.held.get(), source.flow.held, "{account}");
            assert_eq!(
                standing.balance.get(),
                source.pledge.cap.get() - source.flow.paid + source.flow.clawed,
                "{account}"
            );
            assert!(source.flow.holds() && source.left >= 0);
        }
        let awarded: i64 = money.awards.iter().map(|one| one.award.amount.get()).sum();
        assert_eq!(awarded, money.total.awarded, "the shares come to the awards");
        money
    }
}

fn outside() -> Account {
    Account {
        id: OUTSIDE.into(),
        name: "外部资金".into(),
        owner: Owner::outside("test"),
        purpose: Purpose::Treasury,
        reference: String::new(),
        currency: "CNY".into(),
        city: None,
        budget_year: None,
        budget_subject: None,
        floor: None,
        year_end: YearEnd::Keeps,
        returns_to: None,
        demo: false,
        opened_ms: 0,
        opened_by: "system".into(),
        closed_ms: None,
    }
}
