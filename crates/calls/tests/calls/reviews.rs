//! Reviews: experts asked, drawn by a seed that all made together, conflicts, scores, the shortlist, and who learns of what.

use crate::house::{House, Stage, TOWN_A, TOWN_B, code, house};
use calls::actions::conflict::{conflict_set, tie_declare, tie_end, tie_list, waiver_ask, waiver_decide};
use calls::actions::draw::{
    BeginDraft, draw_begin, draw_commit, draw_file, draw_fix, draw_give_up, draw_list, draw_open,
};
use calls::actions::reviewer::{
    View, review_begin, review_own, review_view, reviewer_invite, reviewer_say, reviewer_view,
};
use calls::actions::score::{discussion_open, score_give};
use calls::actions::shortlist::{fees_account, review_close, review_pay, shortlist_set};
use calls::actions::task::{reviewer_replace, task_read, task_recuse};
use calls::rules::call::{CallState, Patch};
use calls::rules::conflict::{OfficerDraft, TieDraft};
use calls::rules::draw::{DrawState, commitment, replay};
use calls::rules::reviewer::{SittingDraft, Task, TaskState};
use calls::rules::score::SheetDraft;
use calls::rules::shortlist::ListDraft;
use platform::Ctx;
use platform::ctx::Role;
use registry::actions::expert::expert_register;
use registry::rules::expert::ExpertDraft;

/// The secret values of the office and the seats.
fn value(seat: i64) -> String {
    char::from_digit(u32::try_from(seat + 1).unwrap(), 16).unwrap().to_string().repeat(64)
}

fn reviewer(house: &House, n: usize) -> Ctx {
    house.ctx(&format!("expert-{n}"), vec![Role::Expert], &[])
}

async fn registered(house: &House, n: usize) -> String {
    let draft = ExpertDraft {
        name: format!("专家{n}"),
        institution: format!("第{n}研究所"),
        city: if n.is_multiple_of(2) { TOWN_A } else { TOWN_B }.into(),
        fields: "压力传感器".into(),
        availability: "open".into(),
        ..ExpertDraft::default()
    };
    expert_register(house.app(), &reviewer(house, n), draft).await.expect("the expert is entered").id
}

/// The review is begun, and experts have said yes, each for as many answers as the call allows.
pub async fn pooled(house: &House, call: &str, experts: usize, fee: (&str, &str)) -> Vec<String> {
    let app = house.app();
    let draft = SittingDraft { due: house.day(3), fee: fee.0.into(), account: fee.1.into() };
    review_begin(app, &house.officer(TOWN_A), call, draft).await.expect("it begins");
    let mut ids = Vec::new();
    for n in 0..experts {
        ids.push(registered(house, n).await);
    }
    reviewer_invite(app, &house.officer(TOWN_A), call, ids.clone()).await.expect("they are asked");
    for n in 0..experts {
        reviewer_say(app, &reviewer(house, n), call, true, "5").await.expect("yes");
    }
    ids
}

async fn begun(house: &House, call: &str, number: i64) -> String {
    let draft = BeginDraft { number, commitment: commitment(call, number, 0, &value(0)), ..BeginDraft::default() };
    draw_begin(house.app(), &house.officer(TOWN_A), call, draft).await.expect("a draw begins");
    draw_list(house.app(), &house.visitor(), call).await.unwrap().1[0].draw.id.clone()
}

/// The officer of a seat: the committee has both towns and the joint office.
fn seat(house: &House, number: i64) -> Ctx {
    match number {
        1 => house.officer(TOWN_A),
        2 => house.officer(TOWN_B),
        _ => house.joint(),
    }
}

/// A draw of which two seats are a part, fixed.
async fn fixed(house: &House, call: &str, number: i64) -> String {
    let draw = begun(house, call, number).await;
    for n in [2, 3] {
        draw_commit(house.app(), &seat(house, n), &draw, n, &commitment(call, number, n, &value(n)))
            .await
            .expect("it commits");
    }
    draw_fix(house.app(), &house.officer(TOWN_A), call).await.expect("it is fixed");
    draw
}

pub async fn drawn(house: &House, call: &str) -> String {
    let draw = fixed(house, call, 1).await;
    for n in [0, 2, 3] {
        let ctx = if n == 0 { house.officer(TOWN_A) } else { seat(house, n) };
        draw_open(house.app(), &ctx, &draw, n, &value(n)).await.expect("it opens");
    }
    house.test.settle().await;
    draw
}

async fn view(house: &House, call: &str) -> View {
    review_view(house.app(), &house.officer(TOWN_A), call).await.expect("the office looks")
}

pub async fn tasks(house: &House, call: &str) -> Vec<Task> {
    view(house, call).await.answers.into_iter().flat_map(|line| line.tasks).collect()
}

fn of(house: &House, task: &Task) -> Ctx {
    let n = task.account.trim_start_matches("expert-").parse().expect("an expert of these tests");
    reviewer(house, n)
}

async fn score(house: &House, task: &Task, points: &str) {
    let criteria = task_read(house.app(), &of(house, task), &task.id).await.expect("it is read").call.review.criteria;
    let draft = SheetDraft { points: vec![points.into(); criteria.len()], comment: "可行".into() };
    score_give(house.app(), &of(house, task), &task.id, draft).await.expect("it is scored");
}

async fn all_scored(house: &House, call: &str) {
    for task in tasks(house, call).await.iter().filter(|task| task.state == TaskState::Assigned) {
        let points = 60 + task.number * 5 + i64::try_from(task.account.len()).unwrap() % 3;
        score(house, task, &points.to_string()).await;
    }
}

#[tokio::test]
async fn reviewers_are_drawn_by_a_seed_that_all_made_together() {
    let house = house().await;
    let stage = house.checked(3).await;
    let call = stage.call.as_str();
    pooled(&house, call, 6, ("", "")).await;
    let app = house.app();
    let draw = begun(&house, call, 1).await;
    let again = BeginDraft { number: 2, commitment: value(5), ..BeginDraft::default() };
    assert_eq!(code(draw_begin(app, &house.officer(TOWN_A), call, again).await), "draw-under-way");
    assert_eq!(code(draw_fix(app, &house.officer(TOWN_A), call).await), "draw-seats-few");
    assert_eq!(code(draw_commit(app, &seat(&house, 3), &draw, 2, &value(9)).await), "forbidden", "not his seat");
    for n in [2, 3] {
        draw_commit(app, &seat(&house, n), &draw, n, &commitment(call, 1, n, &value(n))).await.unwrap();
    }
    assert_eq!(code(draw_commit(app, &seat(&house, 2), &draw, 2, &value(9)).await), "draw-committed");
    assert_eq!(code(draw_open(app, &seat(&house, 2), &draw, 2, &value(2)).await), "draw-step", "nothing is fixed yet");
    draw_fix(app, &house.officer(TOWN_A), call).await.unwrap();
    assert_eq!(code(draw_open(app, &seat(&house, 2), &draw, 2, &value(7)).await), "draw-value");
    for n in [0, 2, 3] {
        let ctx = if n == 0 { house.officer(TOWN_A) } else { seat(&house, n) };
        draw_open(app, &ctx, &draw, n, &value(n)).await.unwrap();
    }
    house.test.settle().await;
    let tasks = tasks(&house, call).await;
    let per_answer = usize::try_from(house.call(call).await.review.per_answer).unwrap();
    assert_eq!(tasks.len(), 3 * per_answer);
    let file = draw_file(app, &house.joint(), call, &draw).await.unwrap();
    replay(&file).expect("it is replayed equal");
    assert_eq!(code(draw_file(app, &house.poser(), call, &draw).await), "not-found", "the owner has no file");
    assert_eq!(code(draw_file(app, &reviewer(&house, 0), call, &draw).await), "not-found");
    let (_, public) = draw_list(app, &house.visitor(), call).await.unwrap();
    assert!(public[0].draw.input.is_none() && public[0].draw.result.is_none() && public[0].draw.seed.is_some());
    house.test.finish().await;
}

#[tokio::test]
async fn a_value_that_is_withheld_voids_the_draw_in_public() {
    let house = house().await;
    let stage = house.checked(2).await;
    let call = stage.call.as_str();
    pooled(&house, call, 6, ("", "")).await;
    let draw = fixed(&house, call, 1).await;
    draw_open(house.app(), &house.officer(TOWN_A), &draw, 0, &value(0)).await.unwrap();
    draw_open(house.app(), &seat(&house, 2), &draw, 2, &value(2)).await.unwrap();
    assert!(house.desk(&seat(&house, 3)).await.contains(&"desk-draw-open"));
    house.days_pass(9).await;
    let (_, draws) = draw_list(house.app(), &house.visitor(), call).await.unwrap();
    assert_eq!(draws[0].draw.state, DrawState::Void);
    assert_eq!(code(draw_open(house.app(), &seat(&house, 3), &draw, 3, &value(3)).await), "draw-step");
    let journal = house.journal("call", call).await;
    assert!(journal.contains(&("call.draw_void".into(), true)), "{journal:?}");
    assert!(tasks(&house, call).await.is_empty());
    // It begins again, under another number.
    let second = begun(&house, call, 2).await;
    draw_give_up(house.app(), &house.officer(TOWN_A), call, "席位换人").await.unwrap();
    assert_ne!(draw, second);
    house.test.finish().await;
}

#[tokio::test]
async fn who_has_a_conflict_is_never_drawn_and_the_reason_names_the_answers() {
    let house = house().await;
    let stage = house.checked(2).await;
    let call = stage.call.as_str();
    let app = house.app();
    let ids = pooled(&house, call, 3, ("", "")).await;
    let tie = TieDraft { kind: "co-author".into(), name: house.team(0).name, ..TieDraft::default() };
    tie_declare(app, &reviewer(&house, 0), tie).await.unwrap();
    let view = view(&house, call).await;
    let kept: Vec<&str> =
        view.answers.iter().flat_map(|line| &line.conflicts).map(|(expert, _)| expert.as_str()).collect();
    assert_eq!(kept, [ids[0].as_str()]);
    let number = view.answers.iter().find(|line| !line.conflicts.is_empty()).unwrap().answer.number;
    let draw = begun(&house, call, 1).await;
    for n in [2, 3] {
        draw_commit(app, &seat(&house, n), &draw, n, &commitment(call, 1, n, &value(n))).await.unwrap();
    }
    let refused = draw_fix(app, &house.officer(TOWN_A), call).await;
    assert_eq!(code(refused), "assignment-places", "three experts, one of them in conflict");
    // A waiver takes a second officer.
    let pair = OfficerDraft {
        expert: ids[0].clone(),
        answer: number.to_string(),
        reason: "领域内专家极少".into(),
        ..OfficerDraft::default()
    };
    waiver_ask(app, &house.officer(TOWN_A), call, pair.clone()).await.unwrap();
    assert_eq!(code(waiver_ask(app, &house.colleague(TOWN_A), call, pair).await), "waiver-asked");
    let waiver = self::view(&house, call).await.waivers[0].waiver.id.clone();
    assert_eq!(code(waiver_decide(app, &house.officer(TOWN_A), &waiver, true, "同意").await), "waiver-own");
    assert!(house.desk(&house.colleague(TOWN_A)).await.contains(&"desk-waiver-decide"));
    let (colleague, joint) = (house.colleague(TOWN_A), house.joint());
    let (first, second) = tokio::join!(
        waiver_decide(app, &colleague, &waiver, true, "同意"),
        waiver_decide(app, &joint, &waiver, false, "不同意"),
    );
    assert_eq!([first.is_ok(), second.is_ok()].iter().filter(|ok| **ok).count(), 1, "two at once: one decides");
    let granted = self::view(&house, call).await.waivers[0].waiver.granted;
    assert_eq!(draw_fix(app, &house.officer(TOWN_A), call).await.is_ok(), granted == Some(true));
    let tie = tie_list(app, &reviewer(&house, 0)).await.unwrap()[0].id.clone();
    assert_eq!(code(tie_end(app, &reviewer(&house, 1), &tie).await), "not-found", "another's tie");
    tie_end(app, &reviewer(&house, 0), &tie).await.unwrap();
    house.test.finish().await;
}

#[tokio::test]
async fn whoever_steps_back_or_becomes_conflicted_is_replaced_by_the_same_seed() {
    let house = house().await;
    let stage = house.checked(2).await;
    let call = stage.call.as_str();
    let app = house.app();
    pooled(&house, call, 6, ("", "")).await;
    drawn(&house, call).await;
    let first = tasks(&house, call).await;
    task_recuse(app, &of(&house, &first[0]), &first[0].id, "family").await.unwrap();
    let after = tasks(&house, call).await;
    assert_eq!(after.len(), first.len() + 1, "another came");
    let gone = after.iter().find(|task| task.id == first[0].id).unwrap();
    assert_eq!(gone.state, TaskState::Recused);
    assert_eq!(code(task_read(app, &of(&house, gone), &gone.id).await.map(|_| ())), "task-over");
    // A conflict after the scores: they are kept and do not count.
    let scored = &first[1];
    score(&house, scored, "90").await;
    let expert = scored.expert.clone();
    let set = OfficerDraft {
        expert,
        answer: scored.number.to_string(),
        reason: "查实合著".into(),
        ..OfficerDraft::default()
    };
    conflict_set(app, &house.officer(TOWN_A), call, set).await.unwrap();
    let now = view(&house, call).await;
    let line = now.answers.iter().find(|line| line.answer.number == scored.number).unwrap();
    assert_eq!(line.tasks.iter().find(|task| task.id == scored.id).unwrap().state, TaskState::Conflicted);
    assert!(line.sheets.iter().any(|sheet| sheet.task == scored.id), "the scores are kept");
    let counting = line.tasks.iter().filter(|task| task.state.counts()).count();
    assert_eq!(i64::try_from(counting).unwrap(), now.call.review.per_answer, "another came");
    // Late reviewers can be replaced, others not.
    let waiting = tasks(&house, call).await.into_iter().find(|task| task.state == TaskState::Assigned).unwrap();
    assert_eq!(code(reviewer_replace(app, &house.officer(TOWN_A), call, &waiting.id).await), "task-not-late");
    house.days_pass(30).await;
    assert!(house.desk(&house.officer(TOWN_A)).await.contains(&"desk-review-late"));
    reviewer_replace(app, &house.officer(TOWN_A), call, &waiting.id).await.unwrap();
    house.test.finish().await;
}

async fn scored(house: &House, fee: bool) -> (Stage, String) {
    let stage = house.checked(3).await;
    let call = stage.call.clone();
    let account =
        if fee { house.account(&house.officer(TOWN_A), &format!("city:{TOWN_A}")).await } else { String::new() };
    pooled(house, &call, 6, (if fee { "500" } else { "" }, &account)).await;
    drawn(house, &call).await;
    all_scored(house, &call).await;
    (stage, call)
}

#[tokio::test]
async fn from_scores_to_the_shortlist_and_word_to_the_reviewers() {
    let house = house().await;
    let (_, call) = scored(&house, false).await;
    let (app, office) = (house.app(), house.officer(TOWN_A));
    discussion_open(app, &office, &call).await.unwrap();
    let one = tasks(&house, &call).await.remove(0);
    let reading = task_read(app, &of(&house, &one), &one.id).await.unwrap();
    assert!(reading.discussion && !reading.others.is_empty(), "others' scores are seen, without names");
    let text = format!("{:?}", reading.answer);
    assert!((0..3).all(|n| !text.contains(&house.team(n).name)), "blind: {text}");
    score(&house, &one, "77").await;
    review_close(app, &office, &call).await.unwrap();
    assert_eq!(code(review_close(app, &office, &call).await), "review-closed");
    let ranks = view(&house, &call).await.ranks;
    assert_eq!(ranks.len(), 3);
    let worst = ranks.last().unwrap().number;
    let list = |numbers: Vec<i64>, reason: &str| ListDraft { numbers, reason: reason.into() };
    assert_eq!(code(shortlist_set(app, &office, &call, list(vec![worst], "")).await), "departure-reason");
    shortlist_set(app, &office, &call, list(vec![worst], "唯一可量产")).await.unwrap();
    let state = house.state(&call).await;
    assert!(matches!(state, CallState::Interview | CallState::Selection), "{state:?}");
    let own = reviewer_view(app, &of(&house, &one), &call).await.unwrap();
    assert!(own.tasks.iter().all(|task| task.outcome.is_some()));
    assert!(house.desk(&of(&house, &one)).await.contains(&"desk-review-outcome"));
    assert_eq!(review_own(app, &of(&house, &one)).await.unwrap().len(), 1);
    house.test.finish().await;
}

/// Money of the outside on an account: more than all fees come to.
async fn funded(house: &House, account: &str) {
    house
        .app()
        .in_txn(&house.test.system(), "test_fund", account.to_owned(), |tx, account| {
            Box::pin(async move {
                let (like, _) = ledger::account_by_id(tx, account).await?.expect("the account is open");
                let outside = ledger::Account {
                    id: "outside:bank-of-tests".into(),
                    name: "银行".into(),
                    owner: ledger::Owner::outside("bank-of-tests"),
                    purpose: ledger::Purpose::Treasury,
                    reference: String::new(),
                    budget_year: None,
                    budget_subject: None,
                    floor: None,
                    year_end: ledger::YearEnd::Keeps,
                    returns_to: None,
                    city: None,
                    ..like
                };
                ledger::account_open_in(tx, &outside).await?;
                let amount = kernel::Fen::new(100_000_000).expect("an amount");
                let id = format!("test-fund-{}", &account[account.len() - 6..]);
                let ask = ledger::Ask::plain(id, "test.fund", outside.id.as_str(), account.as_str(), amount);
                ledger::transfer(tx, &[ask]).await?;
                tx.journal(platform::journal::Entry::new("ledger.posted", "ledger_account", account)).await
            })
        })
        .await
        .expect("it is funded");
}

#[tokio::test]
async fn fees_go_from_the_office_to_the_fees_of_the_call_once() {
    let house = house().await;
    let (_, call) = scored(&house, true).await;
    let (app, office) = (house.app(), house.officer(TOWN_A));
    assert_eq!(code(review_pay(app, &office, &call).await), "review-open");
    review_close(app, &office, &call).await.unwrap();
    assert_eq!(code(review_pay(app, &office, &call).await), "balance-short", "nothing of it happens");
    let account =
        ledger::accounts_of(&app.db().read(), &ledger::Owner::city(kernel::Adcode::parse(TOWN_A).unwrap()), false)
            .await
            .unwrap();
    // The city has more than one account; which of them pays was said when the review began.
    for (account, _) in &account {
        funded(&house, &account.id).await;
    }
    review_pay(app, &office, &call).await.unwrap();
    assert_eq!(code(review_pay(app, &office, &call).await), "fees-paid");
    let (_, standing) = ledger::account_by_id(&app.db().read(), &fees_account(&call)).await.unwrap().unwrap();
    let reviews = i64::try_from(tasks(&house, &call).await.len()).unwrap();
    assert_eq!(standing.balance.get(), reviews * 50_000);
    house.test.finish().await;
}

/// What somebody sees of a call and its lists.
async fn seen(client: &mut testkit::Client, call: &str) -> String {
    let mut all = String::new();
    for path in [
        format!("/api/v1/calls/{call}"),
        format!("/api/v1/calls/{call}/draws"),
        format!("/api/v1/calls/{call}/answers"),
    ] {
        all.push_str(&client.get(&path).await.text());
    }
    for path in
        [format!("/api/v1/calls/{call}/review"), format!("/calls/{call}/review"), "/api/v1/reviewing/ties".to_owned()]
    {
        let response = client.get(&path).await;
        all.push_str(&response.status.to_string());
    }
    all
}

#[tokio::test]
async fn nobody_outside_learns_of_conflicts_and_scores() {
    let house = house().await;
    let stage = house.checked(2).await;
    let call = stage.call.as_str();
    let ids = pooled(&house, call, 6, ("", "")).await;
    drawn(&house, call).await;
    let mut visitor = house.test.visitor();
    let mut person = house.client("someone", None).await;
    let before = (seen(&mut visitor, call).await, seen(&mut person, call).await);
    let tie = TieDraft { kind: "family".into(), name: house.team(1).name, ..TieDraft::default() };
    tie_declare(house.app(), &reviewer(&house, 5), tie).await.unwrap();
    let first = tasks(&house, call).await.into_iter().find(|task| task.state == TaskState::Assigned).unwrap();
    score(&house, &first, "10").await;
    let set =
        OfficerDraft {
            expert: ids[4].clone(), name: "某单位".into(), reason: "x".into(), ..OfficerDraft::default()
        };
    conflict_set(house.app(), &house.officer(TOWN_A), call, set).await.unwrap();
    house.test.settle().await;
    let after = (seen(&mut visitor, call).await, seen(&mut person, call).await);
    assert_eq!(before, after);
    for ctx in [house.poser(), house.bidder(0), house.officer(TOWN_B), reviewer(&house, 0)] {
        assert_eq!(code(review_view(house.app(), &ctx, call).await), "not-found");
    }
    let journal = house.journal("call_review", call).await;
    assert!(!journal.is_empty() && journal.iter().all(|(_, public)| !public));
    house.test.finish().await;
}

impl House {
    /// A call at selection: the answers of the first `n` teams have been reviewed, and all are on the shortlist.
    pub async fn shortlisted_as(&self, patch: Patch, n: usize) -> Stage {
        let stage = self.checked_as(patch, n).await;
        let (call, office) = (&stage.call, self.officer(TOWN_A));
        pooled(self, call, 6, ("", "")).await;
        drawn(self, call).await;
        all_scored(self, call).await;
        review_close(self.app(), &office, call).await.expect("the review is closed");
        let numbers = view(self, call).await.ranks.iter().map(|rank| rank.number).collect();
        let draft = ListDraft { numbers, reason: String::new() };
        shortlist_set(self.app(), &office, call, draft).await.expect("the shortlist stands");
        assert_eq!(self.state(call).await, CallState::Selection);
        stage
    }
}
