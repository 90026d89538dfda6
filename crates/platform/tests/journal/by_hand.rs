//! What verification says when somebody changes the database behind the house's back.

use crate::{act, house, problems, put, sql};
use platform::App;
use platform::ctx::Ctx;
use platform::journal::{Entry, prove};

/// Somebody with access to the database changes it behind the house's back.
pub async fn by_hand(app: &App, texts: Vec<String>) {
    let entry = Entry::new("test.by-hand", "test", "");
    app.in_txn(&Ctx::system(app.clock().now()), "by_hand", (texts, entry), |tx, (texts, _)| {
        Box::pin(async move {
            for text in texts {
                // A form of words that the recorder does not know as a write.
                let text = text.replacen("UPDATE ", "/* */ UPDATE ", 1).replacen("DELETE ", "/* */ DELETE ", 1);
                sql(tx, &text.replacen("INSERT ", "/* */ INSERT ", 1)).await;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
}

/// What was done by hand, and what verification then says first.
async fn noticed(texts: &[&str], first: &str) {
    let house = house().await;
    let app = house.app();
    act(
        app,
        &[
            "INSERT INTO stone (id, weight, marked) VALUES ('a', 1, TRUE), ('b', 2, FALSE)",
            "INSERT INTO pebble (bag, n) VALUES ('x', 1)",
        ],
        Some(put("a")),
    )
    .await
    .unwrap();
    act(app, &["UPDATE stone SET weight = 3 WHERE id = 'a'"], Some(Entry::new("stone.weighed", "stone", "a")))
        .await
        .unwrap();
    act(app, &["DELETE FROM stone WHERE id = 'b'"], Some(put("b"))).await.unwrap();
    house.settle().await;
    assert_eq!(problems(app).await, Vec::<String>::new());
    by_hand(app, texts.iter().map(|&text| text.to_owned()).collect()).await;
    let found = problems(app).await;
    assert!(found.first().is_some_and(|problem| problem.contains(first)), "{texts:?}: {found:?}, not {first}");
}

#[tokio::test]
async fn a_row_changed_by_hand_is_named() {
    noticed(&["UPDATE stone SET weight = 30 WHERE id = 'a'"], "stone a: the row is not what entry").await;
    noticed(&["UPDATE stone SET marked = FALSE WHERE id = 'a'"], "stone a: the row is not what entry").await;
    noticed(&["DELETE FROM pebble"], "pebble x/1: the row that entry").await;
    noticed(&["INSERT INTO pebble (bag, n) VALUES ('x', 9)"], "pebble x/9: no entry has written this row").await;
    noticed(&["INSERT INTO stone (id, marked) VALUES ('b', TRUE)"], "removed this row").await;
}

#[tokio::test]
async fn an_entry_changed_by_hand_is_named() {
    let of = "(SELECT MIN(entry_id) FROM journal_entry WHERE kind = 'stone.put')";
    for change in ["at_ms = at_ms + 1", "kind = 'stone.lost'", "data = '{}'", "actor_name = '别人'", "public = FALSE"]
    {
        noticed(&[&format!("UPDATE journal_entry SET {change} WHERE entry_id = {of}")], "does not hold").await;
    }
    noticed(&["UPDATE journal_entry SET images = NULL WHERE kind = 'stone.weighed'"], "does not hold").await;
    noticed(&["UPDATE journal_entry SET salts = NULL WHERE kind = 'stone.weighed'"], "has lost its salts").await;
}

#[tokio::test]
async fn leaves_removed_moved_or_hidden_are_named() {
    noticed(&["DELETE FROM journal_leaf WHERE leaf_index = 1"], "leaf 1 is missing").await;
    noticed(
        &["DELETE FROM journal_leaf WHERE leaf_index = (SELECT MAX(leaf_index) FROM journal_leaf)"],
        "is ahead of the log",
    )
    .await;
    noticed(
        &[
            "UPDATE journal_leaf SET leaf_index = -5 WHERE leaf_index = 1",
            "UPDATE journal_leaf SET leaf_index = 1 WHERE leaf_index = 2",
            "UPDATE journal_leaf SET leaf_index = 2 WHERE leaf_index = -5",
        ],
        "does not hold",
    )
    .await;
    noticed(&["DELETE FROM journal_tile"], "the stored tree").await;
    noticed(&["UPDATE journal_checkpoint SET note = 'x'"], "is not signed by the log's key").await;
}

#[tokio::test]
async fn what_is_gone_without_an_erasure_is_tampering() {
    let house = house().await;
    let app = house.app();
    let entry = act(app, &[], Some(put("a"))).await.unwrap();
    house.settle().await;
    let standing = prove::standing(&app.db().read(), entry, None, 0).await.unwrap().unwrap();
    let leaf: serde_json::Value = serde_json::from_str(&standing.leaf).unwrap();
    // The commitment is in the public leaf, so whoever removes a name could keep the tree whole.
    let bytes = match app.db().sqlite_path() {
        Some(_) => format!("X'{}'", leaf["actor_name"].as_str().unwrap()),
        None => format!("'\\x{}'", leaf["actor_name"].as_str().unwrap()),
    };
    by_hand(
        app,
        vec![
            format!("UPDATE journal_entry SET actor_name = '' WHERE entry_id = {entry}"),
            format!("INSERT INTO journal_erased (entry_id, field, commitment, erased_by) VALUES ({entry}, 'actor_name', {bytes}, 1)"),
        ],
    )
    .await;
    let found = problems(app).await;
    assert!(found[0].contains("actor_name is gone and no entry says that it was erased"), "{found:?}");
}
