//! A call, from state to state.

use super::{BUDGET_YUAN, House, MINUTE_MS, OPEN_DAYS, OPENING_DAYS, Stage, TOWN_A, TOWN_B, admit, pledge};
use accords::actions::accord::accord_say;
use accords::rules::accord::SayCommand;
use calls::actions::answer::{answer_check, answer_finish, answer_list, settled};
use calls::actions::call::{call_draft, call_pose, call_vet, call_view};
use calls::actions::release::{InviteDraft, call_circulate, call_open, funder_invite, pledge_give};
use calls::rules::call::{Call, CallState, CriterionDraft, HeadDraft, MoneyDraft, Patch, ProblemDraft, ReviewDraft};
use calls::rules::pledge::PledgeDraft;
use calls::rules::release::OpenDraft;
use ledger::actions::holding::ledger_open;
use ledger::rules::opening::OpenDraft as AccountDraft;
use platform::Ctx;
use platform::web::page::Page;

/// Time.
impl House {
    /// The clock alone: nothing that has become due is done.
    pub fn minutes_pass(&self, minutes: i64) {
        self.app().clock().advance_ms(minutes * MINUTE_MS);
    }

    /// Lets days pass and does what has become due.
    pub async fn days_pass(&self, days: i64) {
        self.test.days_pass(days).await;
    }

    /// A day some days from now.
    pub fn day(&self, days: i64) -> String {
        self.app().clock().now().date().plus_days(days).to_string()
    }
}

/// The call, from state to state.
impl House {
    /// A call as it stands.
    pub async fn call(&self, id: &str) -> Call {
        settled(self.app(), self.app().clock().now(), id).await.expect("the call is there")
    }

    /// Where a call stands by the clock.
    pub async fn state(&self, id: &str) -> CallState {
        self.call(id).await.state_at(self.app().clock().now())
    }

    /// What the owner of these tests poses: an open problem with protected details, one award, a blind review by lot.
    pub fn patch(&self) -> Patch {
        let criterion = |name: &str, weight: &str| CriterionDraft {
            name: name.into(),
            name_en: String::new(),
            weight: weight.into(),
        };
        Patch {
            head: Some(HeadDraft {
                owner: self.owner.id.clone(),
                unnamed: false,
                title: "高温压力传感器的长期漂移".into(),
                title_en: "Long-term drift of pressure sensors at high temperature".into(),
            }),
            problem: Some(ProblemDraft {
                summary: "六百摄氏度下一千小时漂移不超过满量程的千分之一。".into(),
                details: "现用芯片的版图与失效样本清单。".into(),
                nda: "揭榜方对本榜单的保密内容承担五年保密义务。".into(),
                segments: vec!["tea/dryer".into()],
                ip: "背景知识产权归各自所有，前景知识产权由双方共有。".into(),
                ..ProblemDraft::default()
            }),
            money: Some(MoneyDraft { mode: "one".into(), winners_max: "1".into(), budget_yuan: BUDGET_YUAN.into() }),
            review: Some(ReviewDraft {
                criteria: vec![criterion("技术路线", "60"), criterion("团队基础", "40")],
                per_answer: "3".into(),
                load_max: "8".into(),
                choosing: "draw".into(),
                blind: true,
                apart: "20".into(),
                shortlist_max: "3".into(),
                notice_workdays: "5".into(),
                ..ReviewDraft::default()
            }),
        }
    }

    /// A call that its owner has posed.
    pub async fn posed(&self) -> String {
        self.posed_as(self.patch()).await
    }

    /// The same with another text.
    pub async fn posed_as(&self, patch: Patch) -> String {
        let id = call_draft(self.app(), &self.poser(), patch).await.expect("it is drafted").id;
        call_pose(self.app(), &self.poser(), &id).await.expect("it is posed");
        id
    }

    /// A call that the office of the first town has vetted.
    pub async fn vetted(&self) -> String {
        self.vetted_as(self.patch()).await
    }

    /// The same with another text.
    pub async fn vetted_as(&self, patch: Patch) -> String {
        let id = self.posed_as(patch).await;
        call_vet(self.app(), &self.officer(TOWN_A), &id, "需求真实，指标可测。").await.expect("it is vetted");
        id
    }

    /// A call whose pledges cover it: the owner's 400,000, and 300,000 of each town, all without condition.
    pub async fn pledged(&self) -> String {
        self.pledged_as(self.patch()).await
    }

    /// The same with another text.
    pub async fn pledged_as(&self, patch: Patch) -> String {
        let id = self.vetted_as(patch).await;
        let owner = format!("organisation:{}", self.owner.id);
        self.pledge(&id, ("owner", ""), &self.poser(), &owner, pledge("400000", "none")).await;
        for town in [TOWN_A, TOWN_B] {
            let officer = self.officer(town);
            self.pledge(&id, ("city", town), &officer, &format!("city:{town}"), pledge("300000", "none")).await;
        }
        id
    }

    /// Asks a funder and lets it pledge out of a fresh account; returns the account.
    pub async fn pledge(
        &self,
        call: &str,
        (kind, funder): (&str, &str),
        giver: &Ctx,
        owner: &str,
        draft: PledgeDraft,
    ) -> String {
        let invite = InviteDraft { kind: kind.into(), code: funder.into(), ..InviteDraft::default() };
        funder_invite(self.app(), &self.joint(), call, invite).await.expect("the funder is asked");
        let account = self.account(giver, owner).await;
        let view = call_view(self.app(), &self.joint(), call).await.expect("the joint office looks");
        let newest = view.pledges.iter().max_by_key(|pledge| &pledge.id).expect("somebody was asked");
        let wanted = if funder.is_empty() { None } else { Some(funder) };
        let asked = view.pledges.iter().find(|pledge| match wanted {
            Some(code) => pledge.code == code,
            None => pledge.kind.code() == kind,
        });
        let id = asked.unwrap_or(newest).id.clone();
        let draft = PledgeDraft { account: account.clone(), ..draft };
        pledge_give(self.app(), giver, &id, draft).await.expect("it is pledged");
        account
    }

    /// A fresh, empty account of an owner such as `city:990100`.
    pub async fn account(&self, opener: &Ctx, owner: &str) -> String {
        let draft = AccountDraft {
            owner: owner.into(),
            name: "榜单资金".into(),
            purpose: "fund".into(),
            mark: platform::random::id().chars().take(6).collect(),
            ..AccountDraft::default()
        };
        ledger_open(self.app(), opener, draft).await.expect("the account is opened").id
    }

    /// A call whose joint act is before its parties.
    pub async fn circulated_as(&self, patch: Patch) -> String {
        let id = self.pledged_as(patch).await;
        self.circulate(&id).await;
        id
    }

    pub async fn circulate(&self, call: &str) {
        call_circulate(self.app(), &self.joint(), call, &self.day(10)).await.expect("the act is circulated");
    }

    /// Every party consents to the joint act of a call.
    pub async fn consent(&self, call: &str) {
        let act = self.call(call).await.accord.expect("there is an act");
        for (party, speaker) in
            [(TOWN_A, self.officer(TOWN_A)), (TOWN_B, self.officer(TOWN_B)), ("joint", self.joint())]
        {
            let says = SayCommand {
                party: party.into(),
                version: 1,
                word: "agrees".into(),
                text: String::new(),
                letter: String::new(),
            };
            accord_say(self.app(), &speaker, &act, says).await.expect("the party consents");
        }
    }

    /// A released call that takes answers for [`OPEN_DAYS`].
    pub async fn open_call(&self) -> Stage {
        self.open_call_as(self.patch()).await
    }

    /// The same with another text.
    pub async fn open_call_as(&self, patch: Patch) -> Stage {
        let call = self.circulated_as(patch).await;
        self.consent(&call).await;
        self.release(call).await
    }

    /// Opens a call whose joint act is in force.
    pub async fn release(&self, call: String) -> Stage {
        let committee = self.committee().await;
        let draft = self.opening_draft(&committee.id);
        call_open(self.app(), &self.joint(), &call, draft).await.expect("it opens");
        Stage { call, committee }
    }

    pub fn opening_draft(&self, committee: &str) -> OpenDraft {
        let closes = self.app().clock().now().plus_days(OPEN_DAYS);
        OpenDraft {
            committee: committee.into(),
            closes_ms: closes.ms(),
            opens_by_ms: closes.plus_days(OPENING_DAYS).ms(),
        }
    }

    /// A call with the answers of the first `n` teams.
    pub async fn answered(&self, n: usize) -> Stage {
        self.answered_as(self.patch(), n).await
    }

    /// The same with another text.
    pub async fn answered_as(&self, patch: Patch, n: usize) -> Stage {
        let stage = self.open_call_as(patch).await;
        for team in 0..n {
            self.answer(&stage.call, team).await;
        }
        stage
    }

    /// A call whose answers, those of the first `n` teams, are opened and taken over.
    pub async fn opened(&self, n: usize) -> Stage {
        self.opened_as(self.patch(), n).await
    }

    /// The same with another text.
    pub async fn opened_as(&self, patch: Patch, n: usize) -> Stage {
        let stage = self.answered_as(patch, n).await;
        self.unseal(&stage).await;
        stage
    }

    /// A call whose answers, those of the first `n` teams, are all admitted: it is in its review.
    pub async fn checked(&self, n: usize) -> Stage {
        self.checked_as(self.patch(), n).await
    }

    /// The same with another text.
    pub async fn checked_as(&self, patch: Patch, n: usize) -> Stage {
        let stage = self.opened_as(patch, n).await;
        for id in self.answers(&stage.call).await {
            answer_check(self.app(), &self.officer(TOWN_A), &stage.call, &id, admit()).await.expect("it is admitted");
        }
        answer_finish(self.app(), &self.officer(TOWN_A), &stage.call).await.expect("the check ends");
        stage
    }

    /// Ids of the answers of a call that are not unreadable, by number.
    pub async fn answers(&self, call: &str) -> Vec<String> {
        let mut ids = Vec::new();
        let mut page = Page { limit: 100, cursor: None };
        loop {
            let filter = calls::actions::answer::Filter::default();
            let found = answer_list(self.app(), &self.officer(TOWN_A), call, &filter, &page).await.expect("a list");
            ids.extend(found.items.iter().filter(|item| !item.answer.title.is_empty()).map(|i| i.answer.id.clone()));
            match found.next {
                Some(cursor) => page.cursor = Some(cursor),
                None => return ids,
            }
        }
    }
}
