//! hledger and beancount check what the ledger exports; they share no code with the house.

use crate::books::{OUTSIDE, books, fen};
use ledger::Ask;
use ledger::actions::export::ledger_export;
use ledger::rules::export::Format;
use platform::db::Db;
use std::collections::BTreeMap;
use std::process::{Command, Output};

/// A file that is gone with it.
fn file(text: &[u8], name: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn have(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    if !there {
        eprintln!("skipped: {program} is not installed, so nobody else has checked the export");
    }
    there
}

fn hledger(path: &std::path::Path, arguments: &[&str]) -> Output {
    let output = Command::new("hledger").env("LC_ALL", "C.UTF-8").arg("-f").arg(path).args(arguments).output();
    output.expect("hledger runs")
}

/// hledger finds the export of a ledger well formed and balanced, every assertion true, and each balance the same.
pub async fn hledger_agrees(db: &Db) {
    let mut text = Vec::new();
    let exported = ledger_export(db, Format::Hledger, &mut text).await.unwrap();
    if !have("hledger") {
        return;
    }
    let (_folder, path) = file(&text, "ledger.journal");
    let checked = hledger(&path, &["check", "--strict"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let balances = hledger(&path, &["bal", "--flat", "-N", "-E", "-O", "csv"]);
    assert!(balances.status.success(), "{}", String::from_utf8_lossy(&balances.stderr));
    let balances = String::from_utf8(balances.stdout).unwrap();
    let theirs: BTreeMap<&str, i64> = balances
        .lines()
        .skip(1)
        .map(|line| {
            let (account, balance) = line.trim_matches('"').split_once("\",\"").expect("two columns");
            (account, balance.trim_end_matches(" FEN").parse().expect("whole fen"))
        })
        .collect();
    let mut moved = 0;
    for (account, balance) in theirs {
        let found = ledger::account_by_id(&db.read(), account).await.unwrap();
        let (_, standing) = found.unwrap_or_else(|| panic!("{account} is no account"));
        assert_eq!(standing.balance.get(), balance, "{account}");
        moved += usize::from(standing.version > 0);
    }
    assert!(exported.transfers == 0 || moved >= 2);
}

/// beancount finds the export well formed and every assertion true.
async fn beancount_agrees(db: &Db) {
    let mut text = Vec::new();
    ledger_export(db, Format::Beancount, &mut text).await.unwrap();
    if !have("bean-check") {
        return;
    }
    let (_folder, path) = file(&text, "ledger.beancount");
    let output = Command::new("bean-check").arg("--no-cache").arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn hledger_and_beancount_agree_with_every_balance() {
    let books = books().await;
    books.funded("city:310117:budget", 1_000).await;
    books.funded("city:310117", 50).await;
    books.funded("org-1:voucher:2026", 0).await;
    let strange = "a ; b \" c \\ d\n    city:310117  99 FEN";
    let ask = Ask::plain("x:1", "voucher.claimed", "city:310117:budget", "org-1:voucher:2026", fen(300)).about(strange);
    books.transfer(vec![ask]).await.unwrap();
    books.transfer(vec![Ask::pending("p", "hold", "city:310117", "org-1:voucher:2026", fen(5), None)]).await.unwrap();
    books.transfer(vec![Ask::reversal("r", "wrong", "x:1", Some(fen(100)))]).await.unwrap();
    books.transfer(vec![Ask::plain("out", "paid", "org-1:voucher:2026", OUTSIDE, fen(200))]).await.unwrap();
    books.holds().await;
    hledger_agrees(&books.db).await;
    beancount_agrees(&books.db).await;
}

#[tokio::test]
async fn hledger_refuses_an_export_in_which_one_fen_is_wrong() {
    let books = books().await;
    books.funded("a", 1_000).await;
    let mut text = Vec::new();
    ledger_export(&books.db, Format::Hledger, &mut text).await.unwrap();
    if !have("hledger") {
        return;
    }
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("= 1000 FEN"));
    let (_folder, path) = file(text.replace("= 1000 FEN", "= 1001 FEN").as_bytes(), "ledger.journal");
    assert!(!hledger(&path, &["check"]).status.success());
}

#[tokio::test]
async fn an_empty_ledger_is_exported_and_holds() {
    let books = books().await;
    hledger_agrees(&books.db).await;
    assert_eq!(books.holds().await.transfers, 0);
}
