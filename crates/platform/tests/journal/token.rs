//! The log's key in a token, by `SoftHSM2`: a whole PKCS#11 token in software that shares no code with this program.
//!
//! The library reads where its tokens are from its process's environment, which a test cannot change; so each test starts itself again.

use super::*;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use platform::journal::TokenPlace;
use std::path::{Path, PathBuf};
use std::process::Command;

const CONF: &str = "SOFTHSM2_CONF";
const PIN: &str = "271828";

/// The library, where distributions put it.
fn library() -> Option<PathBuf> {
    let places = [
        "/usr/lib/softhsm",
        "/usr/lib/x86_64-linux-gnu/softhsm",
        "/usr/lib/aarch64-linux-gnu/softhsm",
        "/usr/lib64/pkcs11",
        "/usr/local/lib/softhsm",
    ];
    places.iter().map(|folder| Path::new(folder).join("libsofthsm2.so")).find(|path| path.exists())
}

fn token_util(folder: &Path, arguments: &[&str]) {
    let made = Command::new("softhsm2-util").args(arguments).env(CONF, folder.join("softhsm2.conf")).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// The folder of a fresh token, in the process that may use it; elsewhere that process is run to its end.
fn in_token(test: &str) -> Option<PathBuf> {
    if let Ok(conf) = std::env::var(CONF) {
        return Path::new(&conf).parent().map(Path::to_owned);
    }
    if library().is_none() {
        eprintln!("skipped: {test} (softhsm2 is not installed)");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let conf = format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", tokens.display());
    std::fs::write(folder.path().join("softhsm2.conf"), conf).unwrap();
    token_util(folder.path(), &["--init-token", "--free", "--label", "示例令牌", "--pin", PIN, "--so-pin", "3141592"]);
    let again = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("token::{test}"), "--nocapture"])
        .env(CONF, folder.path().join("softhsm2.conf"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&again.stdout);
    assert!(again.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&again.stderr));
    None
}

fn pin_file(folder: &Path, pin: &str, mode: u32) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("pin");
    std::fs::write(&path, pin).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    path
}

fn place(folder: &Path) -> TokenPlace {
    TokenPlace {
        module: library().unwrap(),
        token: "示例令牌".into(),
        label: "yilang-journal".into(),
        pin_file: pin_file(folder, &format!("{PIN}\n"), 0o600),
    }
}

fn with(token: TokenPlace) -> Signing {
    Signing { sm2: false, token: Some(token) }
}

async fn signed_by(app: &App, id: &'static str) -> PublicKey {
    act(app, &[], Some(put(id))).await.unwrap();
    platform::follower::settle(app).await.unwrap();
    let key = app.signing_key().await.unwrap().unwrap().public();
    let published = log::newest_published(&app.db().read()).await.unwrap().unwrap();
    assert_eq!(
        published.checkpoint.size,
        log::size(&app.db().read(), &log::newest(&app.db().read()).await.unwrap().unwrap()).await.unwrap()
    );
    assert_eq!(key.check(&published.note), Ok(None));
    key
}

fn key_files(folder: &Path) -> usize {
    std::fs::read_dir(folder)
        .unwrap()
        .filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "key"))
        .count()
}

#[tokio::test]
async fn a_log_moves_into_a_token_and_is_signed_there_also_after_a_reset() {
    let Some(folder) = in_token("a_log_moves_into_a_token_and_is_signed_there_also_after_a_reset") else { return };
    let work = tempfile::tempdir().unwrap();
    let url = fresh_database(work.path());
    let before = signed_by(&node(&url, work.path(), work.path()).await, "a").await;
    let app = signing_node(&url, work.path(), work.path(), with(place(&folder))).await;
    assert_eq!(signed_by(&app, "b").await, before, "until the rotation the file signs");
    let rotated = log::rotate(&app, app.clock().now(), Signs::Log, false).await.unwrap();
    let own = signed_by(&app, "c").await;
    assert_eq!((own.text(), key_files(work.path())), (rotated, 1), "the new key is in no file");
    assert_ne!(own, before);
    assert_eq!(problems(&app).await, Vec::<String>::new());

    // What a reset leaves of a session: nothing.
    let library = Pkcs11::new(library().unwrap()).unwrap();
    let slot = library.get_slots_with_token().unwrap().into_iter();
    let slot =
        slot.into_iter().find(|slot| library.get_token_info(*slot).unwrap().label().trim_end() == "示例令牌").unwrap();
    let key = app.signing_key().await.unwrap().unwrap();
    library.clone().finalize().unwrap();
    library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
    assert!(library.get_token_info(slot).is_ok());
    assert_eq!(own.check(&key.sign("after the reset\n").await.unwrap()), Ok(None));
    library.clone().finalize().unwrap();
    assert_eq!(signed_by(&app, "d").await, own, "also when nobody has made the library ready again");

    // Another node with the same token signs for the same log; one without it does not.
    let other = tempfile::tempdir().unwrap();
    let second = signing_node(&url, other.path(), other.path(), with(place(&folder))).await;
    assert_eq!(second.signing_key().await.unwrap().unwrap().public(), own);
    assert!(node(&url, other.path(), other.path()).await.signing_key().await.unwrap().is_none());
    // A second rotation leaves the first key in the token; both stay apart.
    log::rotate(&app, app.clock().now(), Signs::Log, true).await.unwrap();
    assert_ne!(signed_by(&app, "e").await, own);
    // The key has gone from the token: the label is another's.
    let elsewhere = TokenPlace { label: "another".into(), ..place(&folder) };
    assert!(
        signing_node(&url, other.path(), other.path(), with(elsewhere)).await.signing_key().await.unwrap().is_none()
    );
}

#[tokio::test]
async fn a_fresh_log_opens_in_the_token_with_a_second_signature_beside_it() {
    let Some(folder) = in_token("a_fresh_log_opens_in_the_token_with_a_second_signature_beside_it") else { return };
    let work = tempfile::tempdir().unwrap();
    let url = fresh_database(work.path());
    let app = signing_node(&url, work.path(), work.path(), Signing { sm2: true, ..with(place(&folder)) }).await;
    let own = signed_by(&app, "a").await;
    assert_eq!(key_files(work.path()), 1, "only the SM2 key is a file");
    let keys = log::keys(&app.db().read(), own.name(), Signs::LogSm2).await.unwrap();
    let note = log::newest_published(&app.db().read()).await.unwrap().unwrap().note;
    assert_eq!(PublicKey::parse(&keys[0]).unwrap().check(&note), Ok(None));
    let entry = act(&app, &[], Some(put("b"))).await.unwrap();
    let key = app.signing_key().await.unwrap().unwrap();
    let promise = prove::standing(&app.db().read(), entry, Some(&key), 0).await.unwrap().unwrap().promise.unwrap();
    assert_eq!(own.check(&promise), Ok(None));
}

#[tokio::test]
async fn a_token_that_cannot_be_used_says_what_to_do() {
    let Some(folder) = in_token("a_token_that_cannot_be_used_says_what_to_do") else { return };
    let work = tempfile::tempdir().unwrap();
    let good = place(&folder);
    let at = |name: &str| work.path().join(name);
    std::fs::create_dir(at("open")).unwrap();
    std::fs::create_dir(at("empty")).unwrap();
    let bad = [
        ("journal-token-module", TokenPlace { module: at("none.so"), ..good.clone() }),
        ("journal-token-module", TokenPlace { module: "/lib/x86_64-linux-gnu/libm.so.6".into(), ..good.clone() }),
        ("journal-token-missing", TokenPlace { token: "别的令牌".into(), ..good.clone() }),
        ("journal-token-pin-file", TokenPlace { pin_file: at("none"), ..good.clone() }),
        ("journal-token-pin-file", TokenPlace { pin_file: pin_file(&at("open"), PIN, 0o644), ..good.clone() }),
        ("journal-token-pin-file", TokenPlace { pin_file: pin_file(&at("empty"), "\n", 0o600), ..good.clone() }),
    ];
    for (n, (code, token)) in bad.into_iter().enumerate() {
        let url = DbUrl::Sqlite(at(&format!("{n}.db")));
        let settings = Signing { sm2: false, token: Some(token.clone()) };
        let refused = start(&url, &at(&n.to_string()), &at(&n.to_string()), settings).await.err().unwrap().to_refusal();
        assert_eq!(refused.code, code, "{token:?}: {}", refused.en);
        assert!(!refused.zh.is_ascii() && refused.en.len() > 80, "{}", refused.en);
    }

    // A wrong PIN is tried once, so that the token does not lock; a right one in the file is taken at once.
    let url = DbUrl::Sqlite(at("pin.db"));
    let app = signing_node(&url, work.path(), work.path(), with(good.clone())).await;
    let own = signed_by(&app, "a").await;
    let keyring = signing_node(&url, work.path(), work.path(), with(good.clone())).await;
    pin_file(&folder, "999999", 0o600);
    // SoftHSM keeps a whole process signed in; only a reset makes it ask for the PIN.
    Pkcs11::new(library().unwrap()).unwrap().finalize().unwrap();
    let refusal = |fault: Fault| (fault.to_refusal().code, fault.to_refusal().en);
    let (code, first) = refusal(keyring.signing_key().await.err().unwrap());
    assert!(code == "journal-token-pin" && first.contains("PinIncorrect"), "{code}: {first}");
    let (code, second) = refusal(keyring.signing_key().await.err().unwrap());
    assert!(code == "journal-token-pin" && second.contains("not tried again"), "{code}: {second}");
    pin_file(&folder, PIN, 0o600);
    assert_eq!(keyring.signing_key().await.unwrap().unwrap().public(), own);
}
