//! Links that carry their own authority: ending mails, confirming an address. Signed with a key of this house, so that
//! nothing has to be kept for each mail that leaves.

use crate::actions::preference::Ending;
use crate::rules::message::Topic;
use hmac::{Hmac, KeyInit, Mac};
use platform::{App, Ctx, Outcome, settings};
use sha2::Sha256;

/// The setting that holds the key.
const SETTING: &str = "notices.key";

/// The key that signs the links of this house.
pub struct Key(String);

/// The key; made when it is asked for first.
///
/// # Errors
/// Only when the database fails.
pub async fn key(app: &App) -> Outcome<Key> {
    if let Some(key) = settings::get(&app.db().read(), SETTING).await? {
        return Ok(Key(key));
    }
    let new = platform::random::secret();
    let house = Ctx::system(app.clock().now());
    app.in_txn(&house, "notices_key", new, |tx, new| {
        Box::pin(async move {
            // Another node may have made one a moment ago.
            if settings::get(tx, SETTING).await?.is_none() {
                settings::set(tx, SETTING, new).await?;
                tx.journal(platform::journal::Entry::new("notices.key_made", "house", "house")).await?;
            }
            Ok(())
        })
    })
    .await?;
    Ok(Key(settings::get(&app.db().read(), SETTING).await?.unwrap_or_default()))
}

/// HMAC-SHA256 of a text, in hexadecimal.
pub fn signature(key: &str, text: &[u8]) -> String {
    hex::encode(mac(key, text).finalize().into_bytes())
}

fn mac(key: &str, text: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text);
    mac
}

/// Whether a signature is right, compared in constant time.
fn holds(key: &Key, text: &str, signature: &str) -> bool {
    hex::decode(signature).is_ok_and(|bytes| mac(&key.0, text.as_bytes()).verify_slice(&bytes).is_ok())
}

fn unsubscribe_text(account: &str, topics: &str) -> String {
    format!("unsubscribe\n{account}\n{topics}")
}

/// The link that ends mails about these topics: account, topics, signature.
pub fn unsubscribe(key: &Key, account: &str, topics: &[Topic]) -> String {
    let topics = topics.iter().map(|topic| topic.code()).collect::<Vec<_>>().join("+");
    let signature = signature(&key.0, unsubscribe_text(account, &topics).as_bytes());
    format!("{account}.{topics}.{signature}")
}

/// What a link ends, if it is ours.
pub fn unsubscribe_read(key: &Key, link: &str) -> Option<Ending> {
    let (account, rest) = link.split_once('.')?;
    let (topics, signature) = rest.split_once('.')?;
    if !holds(key, &unsubscribe_text(account, topics), signature) {
        return None;
    }
    let topics = topics.split('+').filter_map(Topic::parse).collect();
    Some(Ending { account: account.to_owned(), topics })
}

fn confirm_text(account: &str, address: &str, asked_ms: i64) -> String {
    format!("confirm\n{account}\n{address}\n{asked_ms}")
}

/// The link that confirms an address: account and signature. The address stays with the house.
pub fn confirm(key: &Key, account: &str, address: &str, asked_ms: i64) -> String {
    format!("{account}.{}", signature(&key.0, confirm_text(account, address, asked_ms).as_bytes()))
}

/// The account of a confirming link, not checked yet.
pub fn account_of(link: &str) -> Option<String> {
    link.split_once('.').map(|(account, _)| account.to_owned())
}

/// Whether a link confirms this address, asked for at this time.
pub fn confirm_holds(key: &Key, link: &str, account: &str, address: &str, asked_ms: i64) -> bool {
    let signature = link.split_once('.').map_or("", |(_, signature)| signature);
    holds(key, &confirm_text(account, address, asked_ms), signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_rfc_4231() {
        // Test case 2.
        assert_eq!(
            signature("Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn links_hold_for_what_they_were_made_for_and_nothing_else() {
        let (key, other) = (Key("k".into()), Key("o".into()));
        let link = unsubscribe(&key, "acc", &[Topic::Search, Topic::Follow]);
        let ending = unsubscribe_read(&key, &link).unwrap();
        assert_eq!((ending.account.as_str(), ending.topics), ("acc", vec![Topic::Search, Topic::Follow]));
        assert_eq!(unsubscribe_read(&other, &link), None);
        for bad in [
            "",
            "acc",
            "acc.search",
            &link.replace("acc", "acd"),
            &link.replace("search", "review"),
            &link[..link.len() - 1],
        ] {
            assert_eq!(unsubscribe_read(&key, bad), None, "{bad}");
        }
        let link = confirm(&key, "acc", "a@example.com", 7);
        assert_eq!(account_of(&link).as_deref(), Some("acc"));
        assert!(confirm_holds(&key, &link, "acc", "a@example.com", 7));
        assert!(!confirm_holds(&key, &link, "acc", "b@example.com", 7));
        assert!(!confirm_holds(&key, &link, "acc", "a@example.com", 8));
        assert!(!confirm_holds(&other, &link, "acc", "a@example.com", 7));
    }
}
