//! What the demo leaves behind.

use ledger::actions::holding::{Filter as AccountFilter, ledger_list};
use ledger::actions::payment::{Filter, payment_list};
use ledger::actions::statement::unmatched_list;
use ledger::actions::verify::ledger_verify;
use pack::Pack;
use platform::demo::{Cast, Part};
use platform::desk::desk_view;
use platform::web::page::Page;
use testkit::TestApp;

#[tokio::test]
async fn the_demo_leaves_money_in_every_state_and_names_it_an_example() {
    let house = TestApp::start(vec![registry::capability(), ledger::capability()]).await;
    let app = house.app();
    let pack = Pack::embedded_g60().expect("the built-in pack is valid");
    registry::pack_load(app, &house.system(), &pack).await.expect("the pack loads");
    house.open_index().await;
    let cast = Cast::create(app).await.expect("the accounts are made");
    registry::demo::run(app, &cast).await.expect("the registry's scenario plays");
    ledger::demo::run(app, &cast).await.expect("the scenario plays");
    house.settle().await;
    let officer = cast.ctx(Part::OfficerSongjiang).await.unwrap();
    let found = payment_list(app, &officer, &Filter::default(), &Page::default()).await.unwrap();
    let mut states: Vec<&str> = found.items.iter().map(|payment| payment.state.code()).collect();
    states.sort_unstable();
    assert_eq!(states, ["approved", "drafted", "exported", "settled", "submitted"]);
    assert!(
        found.items.iter().all(|one| one.demo && one.payee.name.starts_with("示例") && one.number.starts_with("YLD"))
    );
    assert_eq!(unmatched_list(app, &officer).await.unwrap().1, 2);
    let member = cast.ctx(Part::Enterprise).await.unwrap();
    let accounts = ledger_list(app, &member, &AccountFilter::default(), &Page::default()).await.unwrap();
    assert_eq!((accounts.total, accounts.items[0].1.balance.get()), (1, 30_000_000));
    for (part, kinds) in [
        (Part::OfficerSongjiang, &["desk-payment-check", "desk-payment-send", "desk-line-open"][..]),
        (Part::Enterprise, &["desk-line-check"]),
    ] {
        let items = desk_view(app, &cast.ctx(part).await.unwrap()).await.unwrap();
        for kind in kinds {
            assert!(items.iter().any(|item| item.kind == *kind), "{part:?} has {items:?}, not {kind}");
        }
        let own =
            items.iter().filter(|item| item.kind.starts_with("desk-payment") || item.kind.starts_with("desk-line"));
        assert!(
            own.clone().count() > 0 && own.clone().all(|item| item.demo && item.title.contains("示例")),
            "{items:?}"
        );
    }
    let report = ledger_verify(app.db()).await.unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    let elsewhere = TestApp::start(vec![registry::capability(), ledger::capability()]).await;
    let cast = Cast::create(elsewhere.app()).await.unwrap();
    ledger::demo::run(elsewhere.app(), &cast).await.expect("another corridor has other cities");
    elsewhere.finish().await;
    house.finish().await;
}
