//! An envelope as large as one may be, handed in by a member in a browser and by a program.

use crate::house::{House, TOWN_A, house, random};
use crate::pages::LINE;
use crate::told::told_once;
use axum::body::Body;
use axum::http::Method;
use envelopes::actions::content::document_view;
use envelopes::actions::envelope::{envelope_bytes, envelope_form};
use kernel::limits::ENVELOPE_BYTES_MAX;
use platform::{Ctx, Role};
use registry::actions::claim::{claim_decide, claim_own};
use registry::actions::membership::memberships;
use registry::actions::organisation::{Register, organisation_register};
use registry::rules::claim::DecisionCommand;
use registry::rules::organisation::Draft;
use sealing::envelope::seal;
use sealing::payload::{Bundle, File, SIZE_CLASSES};
use testkit::{Answer, Client};

/// The largest padded length.
const CLASS: usize = SIZE_CLASSES[SIZE_CLASSES.len() - 1];

/// Whoever has registered an organisation that the city's office has opened: the account as it stands, and its client.
async fn member(house: &House) -> (Ctx, Client) {
    let mut client = house.client("member", None).await;
    let account = client.get("/api/v1/me").await.good().value()["id"].as_str().expect("an id").to_owned();
    let mut ctx = house.acting(&account, Vec::new(), &[]);
    let draft =
        Draft { name: "大件单位".into(), kind: "enterprise".into(), city: TOWN_A.into(), ..Draft::default() };
    let evidence = "我是该单位办公室主任，可致电总机核实。".into();
    organisation_register(house.app(), &ctx, Register { draft, evidence }).await.expect("it is registered");
    let claim = claim_own(house.app(), &ctx).await.unwrap().remove(0).filed.claim.id;
    let decision = DecisionCommand { decision: "approve".into(), ..DecisionCommand::default() };
    claim_decide(house.app(), &house.officer(TOWN_A), &claim, decision).await.expect("the office agrees");
    ctx.actor.memberships = memberships(&house.app().db().read(), &account).await.expect("memberships are read");
    (ctx, client)
}

/// A bundle whose content has so many bytes.
fn filled(content_bytes: usize) -> Bundle {
    let bundle = |bytes: usize| {
        let file = File { name: "图纸.bin".into(), media_type: "application/x".into(), bytes: vec![0xa5; bytes] };
        Bundle::new([("price".to_owned(), "100".to_owned())].into(), vec![file], &mut random)
    };
    // The manifest names the file's length: in one digit where there is nothing, in eight here.
    let around = bundle(0).content().unwrap().len() + 7;
    bundle(content_bytes - around)
}

/// A browser's form with an envelope, and with so much beside it that it has so many bytes.
fn form(envelope: &[u8], bytes: usize) -> Vec<u8> {
    let head =
        |name: &str| format!("--{LINE}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\n");
    let (first, second, end) = (head("envelope"), head("beside"), format!("\r\n--{LINE}--\r\n"));
    let second = format!("\r\n{second}");
    let beside = bytes - first.len() - envelope.len() - second.len() - end.len();
    [first.as_bytes(), envelope, second.as_bytes(), &vec![b'x'; beside], end.as_bytes()].concat()
}

async fn in_browser(client: &mut Client, path: &str, body: Vec<u8>) -> Answer {
    let kind = format!("multipart/form-data; boundary={LINE}");
    client.send(Method::POST, path, Some(&kind), Body::from(body), &[("accept", "text/html")]).await
}

async fn by_program(client: &mut Client, path: &str, body: Vec<u8>, headers: &[(&str, &str)]) -> Answer {
    let kind = Some("application/octet-stream");
    client.send(Method::POST, &format!("/api/v1{path}"), kind, Body::from(body), headers).await
}

#[tokio::test]
async fn an_envelope_of_the_full_size_is_taken_and_opened_and_a_byte_more_is_refused() {
    let house = house().await;
    let (ctx, mut client) = member(&house).await;
    let committee = house.committee().await;
    let round = house.round(&committee.id).await;
    let context = envelope_form(house.app(), &ctx, &round, None).await.expect("it may send").context;
    let too_much = seal(&context, &filled(CLASS - 3), &mut random);
    assert_eq!(too_much.expect_err("no class holds it").code(), "payload-limit");
    let bundle = filled(CLASS - 4);
    let document = bundle.files[0].bytes.clone();
    let sealed = seal(&context, &bundle, &mut random).expect("it is full to the last byte").bytes();
    drop(bundle);

    let path = format!("/rounds/{round}/envelopes");
    let whole = form(&sealed, ENVELOPE_BYTES_MAX);
    assert_eq!(whole.len(), ENVELOPE_BYTES_MAX);
    let _ = in_browser(&mut client, &path, form(&sealed, ENVELOPE_BYTES_MAX + 1)).await.is(413);
    let _ = in_browser(&mut client, &path, whole).await.good().shows("信封已收到");
    let announced = [("content-length", (ENVELOPE_BYTES_MAX + 1).to_string())];
    let announced = announced.each_ref().map(|(name, value)| (*name, value.as_str()));
    let _ = by_program(&mut client, &path, Vec::new(), &announced).await.is(413);
    let _ = by_program(&mut client, &path, vec![0; ENVELOPE_BYTES_MAX + 1], &[]).await.is(413);
    let _ = by_program(&mut client, &path, vec![0; ENVELOPE_BYTES_MAX], &[]).await.is(422).refused("envelope-shape");
    let longer = [sealed.as_slice(), &[0]].concat();
    let _ = by_program(&mut client, &path, longer, &[]).await.is(422).refused("envelope-shape");
    let known = by_program(&mut client, &path, sealed.clone(), &[]).await.is(201).value();
    let id = known["receipt"]["id"].as_str().expect("the receipt it has").to_owned();

    house.close().await;
    let opening = house.opening(&round).await;
    for secret in &committee.secrets[..2] {
        house.give(&house.shares(&opening, secret)).await.expect("it gives");
    }
    house.0.settle().await;
    let opened = told_once(&house, &round).await;
    assert_eq!(opened.len(), 1, "what was refused left nothing");
    assert_eq!(opened[0].manifest.as_ref().expect("it opens").fields["price"], "100");
    let (_, kept) = envelope_bytes(house.app(), &ctx, &round, &id).await.expect("its own");
    assert!(kept == sealed, "byte for byte");
    let read = document_view(house.app(), &house.joint(), &round, &id, 1).await.expect("the office reads");
    assert!(read.bytes == document, "byte for byte");
    let mut office = house.client("office", Some((Role::JointOffice, None))).await;
    let answer = office.get(&format!("/api/v1/rounds/{round}/envelopes/{id}/files/1")).await.good();
    assert!(answer.bytes == document, "byte for byte");
    house.0.finish().await;
}
