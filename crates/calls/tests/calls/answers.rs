//! Answers: sealed, late, opened, taken over, checked.

use crate::house::{House, Stage, TOWN_A, TOWN_B, admit, code, house, refuse};
use calls::actions::answer::{
    Filter, answer_again, answer_check, answer_file, answer_finish, answer_form, answer_list, answer_recheck,
    answer_send, answer_view, settled,
};
use calls::rules::answer::{AnswerState, Fault};
use calls::rules::call::CallState;
use platform::Ctx;
use platform::ctx::Mandate;
use platform::web::page::Page;

async fn seen(house: &House, ctx: &Ctx, call: &str) -> (i64, Option<i64>) {
    let found = answer_list(house.app(), ctx, call, &Filter::default(), &Page::default()).await.expect("a list");
    (found.total, found.count)
}

/// Everybody who is no sender.
fn others(house: &House) -> Vec<Ctx> {
    vec![house.visitor(), house.poser(), house.officer(TOWN_A), house.joint(), house.bidder(2)]
}

#[tokio::test]
async fn nobody_learns_of_an_answer_before_it_is_opened() {
    let house = house().await;
    let stage = house.answered(2).await;
    for ctx in others(&house) {
        assert_eq!(seen(&house, &ctx, &stage.call).await, (0, None));
    }
    let own = answer_list(house.app(), &house.bidder(0), &stage.call, &Filter::default(), &Page::default()).await;
    let own = own.unwrap().own;
    assert_eq!((own.len(), own[0].present), (1, true));
    house.answer(&stage.call, 0).await;
    let own = answer_list(house.app(), &house.bidder(0), &stage.call, &Filter::default(), &Page::default()).await;
    let replaced: Vec<bool> = own.unwrap().own.iter().map(|own| own.envelope.superseded_ms.is_some()).collect();
    assert_eq!(replaced, [false, true], "versions, the newest first");
    house.close(&stage.call).await;
    assert_eq!(house.state(&stage.call).await, CallState::Closed);
    for ctx in others(&house) {
        assert_eq!(seen(&house, &ctx, &stage.call).await, (0, None), "closed is not opened");
    }
    house.shares(&stage, &[0]).await;
    assert_eq!(house.state(&stage.call).await, CallState::Closed, "one share opens nothing");
    house.shares(&stage, &[2]).await;
    assert_eq!(house.state(&stage.call).await, CallState::Checking);
    assert_eq!(seen(&house, &house.visitor(), &stage.call).await, (0, Some(2)), "a count, and nobody's name");
    assert_eq!(seen(&house, &house.officer(TOWN_A), &stage.call).await, (2, Some(2)));
    assert_eq!(seen(&house, &house.poser(), &stage.call).await, (0, Some(2)), "the owner waits for the review");
    assert_eq!(seen(&house, &house.bidder(0), &stage.call).await, (1, Some(2)));
    house.test.finish().await;
}

#[tokio::test]
async fn an_answer_one_second_late_is_refused() {
    let house = house().await;
    let stage = house.open_call().await;
    let late = house.sealed(&stage.call, 0, house.fields(0)).await;
    let in_time = house.sealed(&stage.call, 1, house.fields(1)).await;
    let closes = house.call(&stage.call).await.closes_ms.unwrap();
    let clock = house.app().clock();
    clock.advance_ms(closes - clock.now().ms() - 1_000);
    answer_send(house.app(), &house.bidder(1), &stage.call, None, in_time).await.expect("one second before");
    clock.advance_ms(2_000);
    let team = house.team(0).id;
    let refused = answer_send(house.app(), &house.bidder(0), &stage.call, Some(&team), late).await;
    assert_eq!(code(refused), "round-closed");
    assert_eq!(code(answer_form(house.app(), &house.bidder(0), &stage.call, None).await), "round-closed");
    house.unseal(&stage).await;
    assert_eq!(house.answers(&stage.call).await.len(), 1);
    house.test.finish().await;
}

#[tokio::test]
async fn nobody_answers_a_call_of_his_own() {
    let house = house().await;
    let stage = house.open_call().await;
    assert_eq!(code(answer_form(house.app(), &house.poser(), &stage.call, None).await), "answer-own-call");
    let both = house.also(house.bidder(0), &house.owner.clone(), &[]);
    assert_eq!(code(answer_send(house.app(), &both, &stage.call, None, vec![1]).await), "answer-own-call");
    let signer = house.member(&house.team(0), &[Mandate::Sign]);
    assert_eq!(code(answer_form(house.app(), &signer, &stage.call, None).await), "sender-mandate");
    assert_eq!(code(answer_form(house.app(), &house.visitor(), &stage.call, None).await), "sign-in");
    assert_eq!(
        code(answer_send(house.app(), &house.bidder(0), &stage.call, None, b"title=x".to_vec()).await),
        "envelope-shape"
    );
    // Sent past the page: it is opened, and cannot be admitted.
    let owner = house.owner.clone();
    let fields = house.fields(3);
    house.smuggled(&stage.call, &house.poser(), &owner, fields).await.expect("the round itself takes it");
    house.unseal(&stage).await;
    let id = house.answers(&stage.call).await.remove(0);
    let view = answer_view(house.app(), &house.officer(TOWN_A), &stage.call, &id).await.unwrap();
    assert!(view.item.answer.faults.contains(&Fault::Own));
    let admitted = answer_check(house.app(), &house.officer(TOWN_A), &stage.call, &id, admit()).await;
    assert_eq!(code(admitted), "answer-inadmissible");
    house.test.finish().await;
}

/// A call with a good answer, one whose shares do not come to a whole, and one that cannot be read.
async fn mixed(house: &House) -> Stage {
    let stage = house.open_call().await;
    house.answer(&stage.call, 0).await;
    let mut fields = house.fields(1);
    fields.insert("member_2_share".into(), "29".into());
    house.answer_with(&stage.call, 1, fields).await.unwrap();
    let mut fields = house.fields(2);
    fields.insert("stage_2_yuan".into(), "lots".into());
    house.answer_with(&stage.call, 2, fields).await.unwrap();
    house.unseal(&stage).await;
    stage
}

#[tokio::test]
async fn answers_are_taken_over_with_their_teams_documents_and_faults() {
    let house = house().await;
    let stage = mixed(&house).await;
    let office = house.officer(TOWN_A);
    let found = answer_list(house.app(), &office, &stage.call, &Filter::default(), &Page::default()).await.unwrap();
    let states: Vec<(i64, AnswerState)> = found.items.iter().map(|i| (i.answer.number, i.answer.state)).collect();
    assert_eq!(states, [(1, AnswerState::Received), (2, AnswerState::Received), (3, AnswerState::Unreadable)]);
    let good = answer_view(house.app(), &office, &stage.call, &found.items[0].answer.id).await.unwrap();
    let answer = &good.item.answer;
    assert_eq!((answer.total.get(), answer.stages.len(), answer.faults.len()), (90_000_000, 2, 0));
    let known: Vec<Option<String>> = answer.members.iter().map(|member| member.organisation.clone()).collect();
    assert_eq!(known, [Some(house.team(0).id), Some(house.team(1).id)], "members are linked by their codes");
    assert!(answer.content_sha256.is_some());
    let document = answer_file(house.app(), &office, &stage.call, &answer.id, 1).await.unwrap();
    assert_eq!(document.bytes, "第0份方案".as_bytes());
    assert_eq!(code(answer_file(house.app(), &office, &stage.call, &answer.id, 2).await), "not-found");
    assert_eq!(code(answer_file(house.app(), &house.bidder(1), &stage.call, &answer.id, 1).await), "not-found");
    assert_eq!(code(answer_view(house.app(), &house.bidder(1), &stage.call, &answer.id).await), "not-found");
    let wrong = &found.items[1].answer;
    assert_eq!(wrong.faults, [Fault::Shares]);
    // What could not be read is public with its reason, and without its sender.
    let public = answer_list(house.app(), &house.visitor(), &stage.call, &Filter::default(), &Page::default()).await;
    let public = public.unwrap();
    let item = &public.items[0].answer;
    assert_eq!((public.total, item.number, item.reason.as_str()), (1, 3, "stage-amount:2"));
    assert_eq!((item.organisation.as_str(), item.members.len()), ("", 0));
    let kinds: Vec<String> = house.journal("call", &stage.call).await.into_iter().map(|(kind, _)| kind).collect();
    assert!(
        kinds.ends_with(&["call.closed".into(), "call.answers_unreadable".into(), "call.unsealed".into()]),
        "{kinds:?}"
    );
    settled(house.app(), house.app().clock().now(), &stage.call).await.expect("once more changes nothing");
    assert_eq!(house.journal("call", &stage.call).await.len(), kinds.len());
    house.test.finish().await;
}

#[tokio::test]
async fn the_office_decides_each_answer_once_and_a_refused_sender_is_heard_again() {
    let house = house().await;
    let app = house.app();
    let stage = mixed(&house).await;
    let (office, colleague) = (house.officer(TOWN_A), house.colleague(TOWN_A));
    let ids = house.answers(&stage.call).await;
    assert!(house.desk(&office).await.contains(&"desk-answer-check"));
    assert_eq!(code(answer_check(app, &house.officer(TOWN_B), &stage.call, &ids[0], admit()).await), "not-found");
    assert_eq!(code(answer_check(app, &house.joint(), &stage.call, &ids[0], admit()).await), "forbidden");
    let party = house.also(house.officer(TOWN_A), &house.team(1), &[]);
    assert_eq!(code(answer_check(app, &party, &stage.call, &ids[0], admit()).await), "forbidden", "of the team");
    let owner = house.also(house.officer(TOWN_A), &house.owner.clone(), &[]);
    assert_eq!(code(answer_check(app, &owner, &stage.call, &ids[0], admit()).await), "forbidden", "of the owner");
    assert_eq!(code(answer_check(app, &office, &stage.call, &ids[1], admit()).await), "answer-shares");
    answer_check(app, &office, &stage.call, &ids[0], admit()).await.expect("it is admitted");
    assert_eq!(code(answer_check(app, &colleague, &stage.call, &ids[0], refuse("other")).await), "answer-decided");
    assert_eq!(code(answer_finish(app, &office, &stage.call).await), "check-open");
    answer_check(app, &office, &stage.call, &ids[1], refuse("shares")).await.expect("it is refused");
    assert_eq!(code(answer_finish(app, &office, &stage.call).await), "check-again-open");
    assert!(house.desk(&house.bidder(1)).await.contains(&"desk-answer-refused"));
    assert_eq!(code(answer_recheck(app, &colleague, &stage.call, &ids[1], admit()).await), "answer-again-none");
    assert_eq!(code(answer_again(app, &house.bidder(0), &stage.call, &ids[1], "x").await), "not-found");
    answer_again(app, &house.bidder(1), &stage.call, &ids[1], "合计应为 100%。").await.expect("he asks once");
    assert_eq!(code(answer_again(app, &house.bidder(1), &stage.call, &ids[1], "x").await), "answer-again-asked");
    assert!(house.desk(&colleague).await.contains(&"desk-answer-recheck"));
    assert_eq!(code(answer_recheck(app, &office, &stage.call, &ids[1], refuse("shares")).await), "forbidden");
    assert_eq!(code(answer_recheck(app, &colleague, &stage.call, &ids[1], admit()).await), "answer-shares");
    answer_recheck(app, &colleague, &stage.call, &ids[1], refuse("shares")).await.expect("another officer");
    assert_eq!(code(answer_finish(app, &house.joint(), &stage.call).await), "forbidden");
    answer_finish(app, &office, &stage.call).await.expect("everything is decided");
    assert_eq!(house.state(&stage.call).await, CallState::Review);
    let owner = answer_list(app, &house.poser(), &stage.call, &Filter::default(), &Page::default()).await.unwrap();
    let shown: Vec<AnswerState> = owner.items.iter().map(|item| item.answer.state).collect();
    assert_eq!(shown, [AnswerState::Admitted, AnswerState::Unreadable]);
    assert!(owner.items[0].readable && !owner.items[1].readable);
    house.test.finish().await;
}

#[tokio::test]
async fn two_officers_at_once_and_one_decides() {
    let house = house().await;
    let stage = house.opened(1).await;
    let id = house.answers(&stage.call).await.remove(0);
    let (one, other) = (house.officer(TOWN_A), house.colleague(TOWN_A));
    let (first, second) = tokio::join!(
        answer_check(house.app(), &one, &stage.call, &id, admit()),
        answer_check(house.app(), &other, &stage.call, &id, refuse("other")),
    );
    let outcomes = [first.map(|_| ()), second.map(|_| ())];
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let refused = outcomes.into_iter().find(Result::is_err).unwrap();
    assert_eq!(code(refused), "answer-decided");
    house.test.finish().await;
}

#[tokio::test]
async fn a_round_that_is_not_opened_in_time_sends_the_call_back() {
    let house = house().await;
    let stage = house.answered(1).await;
    house.close(&stage.call).await;
    house.shares(&stage, &[0]).await;
    house.days_pass(4).await;
    let call = house.call(&stage.call).await;
    assert_eq!((call.state, call.round, call.accord), (CallState::Vetted, None, None));
    house.test.finish().await;
}

#[tokio::test]
async fn a_call_without_answers_is_opened_and_cannot_be_reviewed() {
    let house = house().await;
    let stage = house.opened(0).await;
    assert_eq!(seen(&house, &house.visitor(), &stage.call).await, (0, Some(0)));
    assert_eq!(code(answer_finish(house.app(), &house.officer(TOWN_A), &stage.call).await), "check-none");
    house.test.finish().await;
}

#[tokio::test]
async fn the_job_takes_answers_over_when_nobody_looks() {
    let house = house().await;
    let stage = house.answered(2).await;
    house.close(&stage.call).await;
    house.shares(&stage, &[0, 1]).await;
    house.minutes_pass(6);
    house.test.settle().await;
    let kinds: Vec<String> = house.journal("call", &stage.call).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds.last().map(String::as_str), Some("call.unsealed"));
    house.test.finish().await;
}

#[tokio::test]
async fn many_answers_are_paged_by_number() {
    let house = house().await;
    let stage = house.opened(25).await;
    let office = house.officer(TOWN_A);
    let mut page = Page { limit: 10, cursor: None };
    let mut numbers = Vec::new();
    loop {
        let found = answer_list(house.app(), &office, &stage.call, &Filter::default(), &page).await.unwrap();
        assert_eq!((found.total, found.count), (25, Some(25)));
        numbers.extend(found.items.iter().map(|item| item.answer.number));
        match found.next {
            Some(cursor) => page.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(numbers, (1..=25).collect::<Vec<i64>>());
    let odd = Page { limit: 10, cursor: Some("x".into()) };
    assert_eq!(code(answer_list(house.app(), &office, &stage.call, &Filter::default(), &odd).await), "page-cursor");
    house.test.finish().await;
}

#[tokio::test]
async fn answers_by_pages_and_programs() {
    let house = house().await;
    let stage = mixed(&house).await;
    let here = format!("/calls/{}/answers", stage.call);
    let mut visitor = house.test.visitor();
    let page = visitor.get(&here).await.good();
    let _ =
        page.shows("开启 3 份答卷").shows("里程碑 2 的金额有误").hides(&house.team(0).name).hides(&house.team(2).name);
    let _ = visitor.get(&format!("{here}/new")).await.is(401);
    let mut office = house.client("check", Some((platform::Role::CityOfficer, Some(TOWN_A)))).await;
    let ids = house.answers(&stage.call).await;
    let one = format!("{here}/{}", ids[0]);
    let _ = visitor.get(&one).await.is(404);
    let shown = office.get(&one).await.good();
    let _ = shown.shows("陶瓷基压力芯片方案0").shows("技术方案.txt").shows("70%").shows("形式审查");
    let bad = office.form(&format!("{one}/checks"), &[("word", "refuse"), ("code", "papers"), ("words", "")]).await;
    let _ = bad.is(422).shows("words-error");
    let _ = office.form(&format!("{one}/checks"), &[("word", "admit")]).await.good().shows("形式审查结论已提交");
    let wrong = format!("{here}/{}", ids[1]);
    let _ = office.form(&format!("{wrong}/checks"), &[("word", "admit")]).await.is(422).shows("份额合计不是 100%");
    let api = format!("/api/v1/calls/{}/answers", stage.call);
    let told = office.get(&format!("{api}/{}", ids[1])).await.good().value();
    assert_eq!((&told["faults"][0], &told["members"][1]["share_bp"]), (&"shares".into(), &2_900.into()));
    let listed = visitor.get(&api).await.good().value();
    assert_eq!((&listed["total"], &listed["items"][0]["organisation"]), (&1.into(), &serde_json::Value::Null));
    let _ = office.get(&format!("{here}?format=csv")).await.good().shows("陶瓷基压力芯片方案0");
    let refused = serde_json::json!({ "word": "refuse", "code": "shares", "words": "合计 99%" });
    let _ = office.json(&format!("{api}/{}/checks", ids[1]), &refused).await.is(201);
    let _ = office.form(&format!("/calls/{}/checks", stage.call), &[]).await.is(409);
    house.test.finish().await;
}
