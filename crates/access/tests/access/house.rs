//! The house of these tests: accounts, people with browsers, apps that show codes, mails in the spool.

use access::totp::{STEP_S, code_at};
use platform::identity::actions::NewAccount;
use platform::identity::actor_for_account;
use platform::{App, Ctx, Role, journal};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use testkit::{Client, TOWN_A, TestApp, grant, new_account};

/// The password of everybody here.
pub const PASSWORD: &str = "correct horse battery";

pub struct House(pub TestApp);

/// A house with the example pack loaded, at an address that has no passkeys.
pub async fn house() -> House {
    house_at("http://127.0.0.1:8060").await
}

/// A house at an address of the test's choice.
pub async fn house_at(public_url: &str) -> House {
    let all = vec![registry::capability(), notices::capability(), access::capability()];
    let test = TestApp::start_as(public_url, all).await;
    test.load_pack(registry::pack_load).await;
    House(test)
}

impl House {
    pub fn app(&self) -> &App {
        self.0.app()
    }

    /// Makes an account with an address of its own.
    pub async fn account(&self, login: &str, role: Option<Role>) -> String {
        let grant = |role| grant((role, (role == Role::CityOfficer).then_some(TOWN_A)));
        let new = new_account(login, role.map(grant).into_iter().collect());
        let (email, password) = (format!("{login}@example.com"), PASSWORD.into());
        self.0.account(NewAccount { email, password, ..new }).await
    }

    /// Somebody as policies see him, without a browser.
    pub async fn ctx(&self, account: &str) -> Ctx {
        let actor = actor_for_account(self.app(), account).await.expect("read").expect("may sign in");
        Ctx { actor, ..self.0.system() }
    }

    /// A browser signed in by password.
    pub async fn browser(&self, login: &str) -> Client {
        let mut client = self.0.visitor();
        let fields = [("login", login), ("password", PASSWORD), ("next", "/account")];
        assert_eq!(client.form("/sign-in", &fields).await.redirect(), "/account");
        client
    }

    /// A browser of an account made for this.
    pub async fn browser_of_somebody_else(&self, login: &str) -> Client {
        self.account(login, None).await;
        self.browser(login).await
    }

    /// A browser that has passed the password and is asked for a code.
    pub async fn before_code(&self, login: &str) -> Client {
        let mut client = self.0.visitor();
        let fields = [("login", login), ("password", PASSWORD), ("next", "/account")];
        assert_eq!(client.form("/sign-in", &fields).await.redirect(), "/sign-in/codes?next=%2Faccount");
        client
    }

    /// Sets up a second factor; gives the secret and the recovery codes.
    pub async fn enrol(&self, client: &mut Client) -> (Device, Vec<String>) {
        let begun = client.json("/api/v1/me/factors", &json!({})).await.is(201).value();
        let app = Device(unbase32(begun["secret"].as_str().expect("a secret")));
        let body = json!({ "code": self.code(&app) });
        let made = client.json("/api/v1/me/factors/confirmations", &body).await.is(201).value();
        let codes = made["codes"].as_array().expect("codes").iter();
        (app, codes.map(|code| code.as_str().expect("text").to_owned()).collect())
    }

    /// What an app shows now.
    pub fn code(&self, app: &Device) -> String {
        code_at(&app.0, self.app().clock().now().ms() / 1000 / STEP_S)
    }

    /// Lets so many seconds pass.
    pub fn wait(&self, seconds: i64) {
        self.app().clock().advance_ms(seconds * 1000);
    }

    /// Kinds of the entries about an account, the oldest first.
    pub async fn kinds(&self, account: &str) -> Vec<String> {
        let entries = journal::of_object(&self.app().db().read(), "account", account, 100).await.expect("read");
        entries.into_iter().rev().map(|entry| entry.kind).collect()
    }

    /// The one number that a question to the database answers.
    pub async fn number(&self, text: &str) -> i64 {
        let conn = self.app().db().read();
        let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), text.to_owned())).await;
        row.expect("read").expect("a row").try_get("", "n").expect("a number")
    }

    /// All text of some columns of a table.
    pub async fn everything(&self, table: &str, columns: &str) -> String {
        let conn = self.app().db().read();
        let text = format!("SELECT {columns} AS everything FROM {table}");
        let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), text)).await.expect("read");
        rows.iter().map(|row| row.try_get::<String>("", "everything").expect("text") + "\n").collect()
    }

    /// Does what has become due, and gives the mails to an address, decoded.
    pub async fn mails_to(&self, address: &str) -> Vec<String> {
        self.0.settle().await;
        notices::send_due(self.app()).await.expect("sent");
        let Ok(folder) = std::fs::read_dir(self.app().settings().data.join("spool")) else { return Vec::new() };
        let mut files: Vec<_> = folder.map(|entry| entry.expect("an entry").path()).collect();
        files.retain(|file| file.extension().is_some_and(|end| end == "eml"));
        files.sort();
        let mails = files.iter().map(|file| std::fs::read_to_string(file).expect("a mail is text"));
        mails.filter(|mail| mail.contains(&format!("To: {address}"))).map(|mail| decoded(&mail)).collect()
    }
}

/// An authenticator app.
pub struct Device(Vec<u8>);

fn unbase32(text: &str) -> Vec<u8> {
    let bits: String = text
        .chars()
        .map(|c| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).expect("base 32"))
        .map(|value| format!("{value:05b}"))
        .collect();
    bytes(&bits)
}

fn bytes(bits: &str) -> Vec<u8> {
    let bytes = bits.as_bytes().chunks_exact(8);
    bytes.map(|byte| u8::from_str_radix(std::str::from_utf8(byte).expect("digits"), 2).expect("bits")).collect()
}

/// The text part of a mail.
fn decoded(mail: &str) -> String {
    let part = mail.split("Content-Transfer-Encoding: ").nth(1).expect("a part");
    let (encoding, rest) = part.split_once("\r\n").expect("a line");
    let content = rest.split_once("\r\n\r\n").map_or(rest, |(_, content)| content);
    let content = content.split("\r\n--").next().unwrap_or_default();
    if encoding.trim() != "base64" {
        return content.replace("=\r\n", "").replace("=3D", "=");
    }
    const SIGNS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: String = content.chars().filter_map(|c| SIGNS.find(c)).map(|value| format!("{value:06b}")).collect();
    String::from_utf8_lossy(&bytes(&bits)).into_owned()
}

/// The path of the one-time link in a mail or on a page.
pub fn link(text: &str) -> String {
    let start = text.find("/invite/").expect("a link");
    text[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect()
}
