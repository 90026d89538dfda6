//! Second signatures with SM2 over SM3: made where they are wanted, checked by everybody who asks, missed when their key is.

use super::*;
use proof::note::SecretKey;

async fn sm2_keys(app: &App) -> Vec<PublicKey> {
    let log = log::newest(&app.db().read()).await.unwrap().unwrap();
    let keys = log::keys(&app.db().read(), &log.origin, Signs::LogSm2).await.unwrap();
    keys.iter().map(|key| PublicKey::parse(key).unwrap()).collect()
}

async fn newest(app: &App) -> String {
    log::newest_published(&app.db().read()).await.unwrap().unwrap().note
}

async fn bundle_of(app: &App) -> Vec<u8> {
    let mut file = Vec::new();
    export::export(app.db(), 0, &mut file).await.unwrap();
    file
}

#[tokio::test]
async fn a_second_signature_is_made_from_the_day_it_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let url = fresh_database(folder.path());
    let sm2 = Signing { sm2: true, token: None };
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let before = node(&url, &one, &one).await;
    act(&before, &[], Some(put("a"))).await.unwrap();
    platform::follower::settle(&before).await.unwrap();
    assert!(sm2_keys(&before).await.is_empty());

    let app = signing_node(&url, &one, &one, sm2.clone()).await;
    act(&app, &[], Some(put("b"))).await.unwrap();
    platform::follower::settle(&app).await.unwrap();
    let keys = sm2_keys(&app).await;
    let (log, note) = (app.signing_key().await.unwrap().unwrap().public(), newest(&app).await);
    assert_eq!((keys.len(), log.check(&note), keys[0].check(&note)), (1, Ok(None), Ok(None)));
    assert_eq!(keys[0].name(), format!("{}/sm2", log.name()));
    // A node without the switch signs once; what it signs holds.
    act(&before, &[], Some(put("c"))).await.unwrap();
    platform::follower::settle(&before).await.unwrap();
    assert!(keys[0].check(&newest(&before).await).is_err());

    app.clock().advance_ms(1);
    let next = log::rotate(&app, app.clock().now(), Signs::LogSm2, false).await.unwrap();
    platform::follower::settle(&app).await.unwrap();
    let next = PublicKey::parse(&next).unwrap();
    assert_eq!(sm2_keys(&app).await, [keys[0].clone(), next.clone()]);
    assert_eq!(
        (next.check(&newest(&app).await), log.check(&newest(&app).await)),
        (Ok(None), Ok(None)),
        "the log's key stays"
    );
    let entries = journal::newest_public(&app.db().read(), 1).await.unwrap();
    assert_eq!((entries[0].kind.as_str(), &entries[0].data["key"]), ("log.sm2-key", &json!(next.text())));

    let report = verify::verify(app.db(), None).await.unwrap();
    assert_eq!((report.sm2, report.problems), (2, Vec::new()));
    let file = bundle_of(&app).await;
    let asking = |sm2| Trust { sm2: Some(sm2), ..Trust::default() };
    assert_eq!(bundle::check(file.as_slice(), asking(&next)).unwrap().sm2, [next.text()]);
    assert!(bundle::check(file.as_slice(), asking(&keys[0])).is_err(), "an old key did not sign this one");

    // A node that has the log's key and lacks the second one signs nothing, and says why.
    std::fs::create_dir_all(&two).unwrap();
    std::fs::copy(one.join(format!("journal-{}.key", log.number())), two.join(format!("journal-{}.key", log.number())))
        .unwrap();
    let lacking = signing_node(&url, &two, &two, sm2).await;
    assert_eq!(lacking.signing_key().await.err().unwrap().to_refusal().code, "journal-sm2-missing");
}

#[tokio::test]
async fn a_second_signature_that_does_not_hold_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let url = fresh_database(folder.path());
    let app = signing_node(&url, folder.path(), folder.path(), Signing { sm2: true, token: None }).await;
    act(&app, &[], Some(put("a"))).await.unwrap();
    platform::follower::settle(&app).await.unwrap();
    let (own, note) = (sm2_keys(&app).await.remove(0), newest(&app).await);
    let size = Checkpoint::parse(&note).unwrap().size;
    let text = std::fs::read_to_string(folder.path().join(format!("journal-{}.key", own.number()))).unwrap();
    let other = SecretKey::parse(&text).unwrap().sign("another\n").unwrap();
    let line = |note: &str| proof::note::signature_lines(note).unwrap().pop().unwrap();
    let forged = note.replace(&line(&note), &line(&other));
    assert_ne!(forged, note);
    let change = format!("UPDATE journal_checkpoint SET note = '{forged}' WHERE size = {size}");
    let change: &'static [&'static str] = Box::leak(Box::new([&*Box::leak(change.into_boxed_str())]));
    act(&app, change, Some(put("a"))).await.unwrap();
    assert_eq!(problems(&app).await, [format!("the SM2 signature of the checkpoint of {size} leaves is wrong")]);
}
