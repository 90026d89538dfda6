use crate::house::{EVIDENCE, TOWN_A, TOWN_B, approve, code, desk, house, refuse};
use registry::actions::claim::{claim_decide, claim_file, claim_list, claim_own, claim_view, claim_withdraw};
use registry::actions::organisation::{organisation_by_key, organisation_view};
use registry::rules::claim::{ClaimState, Reason};

#[tokio::test]
async fn an_unclaimed_organisation_is_taken_over_with_the_office_s_agreement() {
    let house = house().await;
    let app = house.app();
    let id = organisation_by_key(app, "tt-1").await.unwrap();
    let boss = house.person("boss").await;
    assert!(organisation_view(app, &boss, &id).await.unwrap().can.claim);
    let done = claim_file(app, &boss, &id, EVIDENCE).await.unwrap();
    let view = claim_view(app, &boss, &done.id).await.unwrap();
    assert!(view.may_withdraw && !view.may_decide);
    // Filed on Monday 16 March 2026 at nine: five working days end on Monday the 23rd at midnight.
    let due = kernel::Instant::from_ms(view.card.filed.claim.due_ms).to_minute();
    assert_eq!(
        (due.as_str(), view.card.filed.claim.due_provisional),
        ("2026-03-23 23:59", true),
        "2026 is no published year there"
    );
    assert_eq!(code(claim_file(app, &boss, &id, EVIDENCE).await), "claim-open");
    let officer = house.officer("o", TOWN_A).await;
    assert_eq!(claim_list(app, &officer).await.unwrap().len(), 1);
    assert!(claim_view(app, &officer, &done.id).await.unwrap().may_decide);
    claim_decide(app, &officer, &done.id, approve()).await.unwrap();
    let boss = house.person("boss").await;
    assert!(organisation_view(app, &boss, &id).await.unwrap().can.edit);
    assert_eq!(code(claim_file(app, &boss, &id, EVIDENCE).await), "claim-member");
    assert_eq!(code(claim_file(app, &house.person("late").await, &id, EVIDENCE).await), "claim-claimed");
    let entries = house.journal("organisation", &id).await;
    assert_eq!(entries.last(), Some(&("organisation.claimed".to_owned(), true)));
    assert_eq!(
        house.journal("claim", &done.id).await,
        [("claim.filed".to_owned(), false), ("claim.approved".to_owned(), false)]
    );
    house.0.finish().await;
}

#[tokio::test]
async fn nobody_decides_his_own_claim_and_strangers_see_none() {
    let house = house().await;
    let app = house.app();
    let id = organisation_by_key(app, "tt-1").await.unwrap();
    let officer = house.officer("o", TOWN_A).await;
    assert_eq!(code(claim_file(app, &house.visitor(), &id, EVIDENCE).await), "sign-in");
    let own = claim_file(app, &officer, &id, EVIDENCE).await.unwrap().id;
    assert_eq!(code(claim_decide(app, &officer, &own, approve()).await), "forbidden");
    assert!(claim_list(app, &officer).await.unwrap().is_empty(), "his own is not on his desk");
    for stranger in [house.person("x").await, house.officer("p", TOWN_B).await, house.joint("j").await] {
        assert_eq!(code(claim_view(app, &stranger, &own).await), "not-found");
        assert_eq!(code(claim_decide(app, &stranger, &own, approve()).await), "not-found");
        assert_eq!(code(claim_withdraw(app, &stranger, &own).await), "not-found");
    }
    assert_eq!(code(claim_list(app, &house.person("x").await).await), "forbidden");
    assert_eq!(code(claim_list(app, &house.visitor()).await), "sign-in");
    let colleague = house.officer("q", TOWN_A).await;
    claim_decide(app, &colleague, &own, approve()).await.unwrap();
    // Now the first officer is a member: a second claim for that organisation is not his to decide either.
    let member = house.officer("o", TOWN_A).await;
    assert_eq!(member.actor.memberships.len(), 1);
}

#[tokio::test]
async fn a_refusal_has_a_reason_and_ends_the_claim() {
    let house = house().await;
    let app = house.app();
    let id = organisation_by_key(app, "tt-2").await.unwrap();
    let (boss, officer) = (house.person("boss").await, house.officer("o", TOWN_B).await);
    let claim = claim_file(app, &boss, &id, EVIDENCE).await.unwrap().id;
    assert_eq!(code(claim_decide(app, &officer, &claim, refuse("", "")).await), "reason-needed");
    assert_eq!(code(claim_decide(app, &officer, &claim, refuse("data-wrong", "")).await), "remark-needed");
    claim_decide(app, &officer, &claim, refuse("evidence-insufficient", "请提供单位来函")).await.unwrap();
    assert_eq!(code(claim_decide(app, &officer, &claim, approve()).await), "claim-decided");
    assert_eq!(code(claim_withdraw(app, &boss, &claim).await), "claim-decided");
    let own = claim_own(app, &boss).await.unwrap();
    assert_eq!((own[0].filed.claim.state, own[0].filed.claim.reason), (ClaimState::Refused, Some(Reason::Evidence)));
    assert_eq!(desk(&house, &boss).await.len(), 1);
    house.0.days_pass(15).await;
    assert_eq!(desk(&house, &house.person("boss").await).await, [], "old news leaves the desk");
    assert!(claim_file(app, &house.person("boss").await, &id, EVIDENCE).await.is_ok(), "he may ask again");
}

#[tokio::test]
async fn the_first_who_is_approved_closes_the_others_and_a_claim_may_be_taken_back() {
    let house = house().await;
    let app = house.app();
    let id = organisation_by_key(app, "tt-1").await.unwrap();
    let (a, b, c) = (house.person("a").await, house.person("b").await, house.person("c").await);
    let first = claim_file(app, &a, &id, EVIDENCE).await.unwrap().id;
    let second = claim_file(app, &b, &id, EVIDENCE).await.unwrap().id;
    let third = claim_file(app, &c, &id, EVIDENCE).await.unwrap().id;
    claim_withdraw(app, &c, &third).await.unwrap();
    claim_decide(app, &house.officer("o", TOWN_A).await, &first, approve()).await.unwrap();
    let lost = claim_view(app, &b, &second).await.unwrap().card.filed.claim;
    assert_eq!((lost.state, lost.reason), (ClaimState::Refused, Some(Reason::Claimed)));
    assert_eq!(claim_view(app, &c, &third).await.unwrap().card.filed.claim.state, ClaimState::Withdrawn);
    assert_eq!(house.person("b").await.actor.memberships.len(), 0);
}

#[tokio::test]
async fn a_demo_account_never_claims_a_real_organisation() {
    let house = house().await;
    let app = house.app();
    let id = organisation_by_key(app, "tt-1").await.unwrap();
    let mut demo = house.person("demo").await;
    demo.actor.demo = true;
    assert_eq!(code(claim_file(app, &demo, &id, EVIDENCE).await), "claim-demo");
}
