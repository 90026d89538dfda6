//! The house of these tests: the small example pack, accounts that exist, organisations, and people who act.

pub use testkit::{TOWN_A, code};

use kernel::Locale;
use platform::ctx::Role;
use platform::identity::actions::NewAccount;
use platform::{App, Ctx};
use registry::actions::claim::{claim_decide, claim_own};
use registry::actions::listing::{Create, listing_create, listing_submit, listing_view};
use registry::actions::organisation::{Register, organisation_register};
use registry::actions::review::{Decide, listing_review};
use registry::rules::claim::DecisionCommand;
use registry::rules::listing::{Patch, Side};
use registry::rules::organisation::Draft;
use registry::rules::review::Verdict;
use std::path::PathBuf;
use std::time::Duration;
use testkit::{Client, TestApp, grant, new_account};

/// The password of everybody here.
pub const PASSWORD: &str = "a long enough password";

pub struct House(pub TestApp);

/// A house with the example pack loaded.
pub async fn house() -> House {
    let test = TestApp::with_pack(vec![registry::capability(), notices::capability()], registry::pack_load).await;
    House(test)
}

impl House {
    pub fn app(&self) -> &App {
        self.0.app()
    }

    /// Makes an account; its login is its name.
    pub async fn account(&self, login: &str, role: Option<(Role, Option<&str>)>, locale: Locale) -> String {
        let roles = role.map(grant).into_iter().collect();
        self.0.account(NewAccount { password: PASSWORD.into(), locale, ..new_account(login, roles) }).await
    }

    pub async fn plain(&self, login: &str) -> String {
        self.account(login, None, Locale::ZhCn).await
    }

    pub async fn officer(&self, login: &str) -> String {
        self.account(login, Some((Role::CityOfficer, Some(TOWN_A))), Locale::ZhCn).await
    }

    /// An account as it stands now.
    pub async fn ctx(&self, account: &str) -> Ctx {
        let actor = platform::identity::actor_for_account(self.app(), account).await.expect("read").expect("it exists");
        Ctx { actor, ..self.0.system() }
    }

    /// A browser that has signed in.
    pub async fn browser(&self, login: &str) -> Client {
        let mut client = self.0.visitor();
        let fields = [("login", login), ("password", PASSWORD), ("next", "/inbox")];
        assert_eq!(client.form("/sign-in", &fields).await.redirect(), "/inbox");
        client
    }

    /// An open organisation in town A with its first member; decided by `officer`.
    pub async fn organisation(&self, member: &str, officer: &str, name: &str) -> String {
        let ctx = self.ctx(member).await;
        let draft = Draft { name: name.into(), kind: "enterprise".into(), city: TOWN_A.into(), ..Draft::default() };
        let command = Register { draft, evidence: "我是该单位办公室主任，可致电总机核实。".into() };
        let done = organisation_register(self.app(), &ctx, command).await.expect("it is registered");
        let claim = claim_own(self.app(), &ctx).await.expect("claims")[0].filed.claim.id.clone();
        let yes = DecisionCommand { decision: "approve".into(), ..DecisionCommand::default() };
        claim_decide(self.app(), &self.ctx(officer).await, &claim, yes).await.expect("the office agrees");
        self.0.settle().await;
        done.id
    }

    /// Submits a need.
    pub async fn submitted(&self, member: &str, title: &str) -> String {
        let ctx = self.ctx(member).await;
        let segment = registry::corridor::of(self.app()).segments[0].id.clone();
        let patch = Patch {
            title: Some(title.into()),
            summary: Some("每月需要五万片抛光硅片，缺陷密度低于每平方厘米零点零五。".into()),
            detail: Some("机密：供货价格与工艺窗口".into()),
            segments: Some(vec![segment]),
            ..Patch::default()
        };
        let command = Create { side: Side::Need, organisation: None, patch };
        let id = listing_create(self.app(), &ctx, command).await.expect("a draft").id;
        listing_submit(self.app(), &ctx, Side::Need, &id).await.expect("it is submitted");
        id
    }

    pub async fn decide(&self, officer: &str, id: &str, verdict: Verdict) {
        let side = Side::Need;
        let version = listing_view(self.app(), &self.0.system(), side, id).await.expect("seen").listing.version;
        let decide = Decide { side, id: id.into(), version, verdict, note: "请看理由".into() };
        listing_review(self.app(), &self.ctx(officer).await, decide).await.expect("decided");
    }

    /// Publishes a need and tells everybody whom it concerns.
    pub async fn published(&self, member: &str, officer: &str, title: &str) -> String {
        let id = self.submitted(member, title).await;
        self.decide(officer, &id, Verdict::Publish).await;
        self.0.settle().await;
        id
    }

    /// Names and confirms the address of somebody's mail, by the link that was mailed.
    pub async fn with_mail(&self, login: &str, account: &str, address: &str) {
        let ctx = self.ctx(account).await;
        notices::actions::address::address_ask(self.app(), &ctx, address).await.expect("asked");
        notices::send_due(self.app()).await.expect("sent");
        let mail = self.mails_to(address).pop().unwrap_or_else(|| panic!("{login} got no link"));
        let link = links(&mail).into_iter().find(|link| link.contains("/mail/addresses/")).expect("a link");
        self.0.visitor().form(&path(&link), &[]).await.good();
        self.forget_mails();
    }

    fn spool(&self) -> PathBuf {
        self.app().settings().data.join("spool")
    }

    /// Mails in the spool folder, by name, as they were written.
    pub fn mails(&self) -> Vec<String> {
        let Ok(folder) = std::fs::read_dir(self.spool()) else { return Vec::new() };
        let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        files.iter().map(|file| std::fs::read_to_string(file).expect("a mail is text")).collect()
    }

    pub fn mails_to(&self, address: &str) -> Vec<String> {
        self.mails().into_iter().filter(|mail| mail.contains(&format!("To: {address}"))).collect()
    }

    pub fn forget_mails(&self) {
        let _ = std::fs::remove_dir_all(self.spool());
    }

    /// Lets hours pass and does what has become due.
    pub async fn hours_pass(&self, hours: i64) {
        self.app().clock().advance_ms(hours * 3_600_000);
        self.0.settle().await;
        notices::send_due(self.app()).await.expect("sent");
    }

    /// What somebody's inbox holds: kinds, newest first.
    pub async fn inbox(&self, account: &str) -> Vec<String> {
        self.notices(account).await.into_iter().map(|notice| notice.kind).collect()
    }

    pub async fn notices(&self, account: &str) -> Vec<notices::actions::Notice> {
        use notices::rules::message::Tab;
        let ctx = self.ctx(account).await;
        let page = platform::web::page::Page { limit: 100, cursor: None };
        let mut all = Vec::new();
        for tab in [Tab::Process, Tab::Subscriptions] {
            all.extend(
                notices::actions::inbox::inbox_list(self.app(), &ctx, tab, false, &page).await.expect("read").items,
            );
        }
        all
    }
}

/// The text of a mail, its parts decoded.
pub fn text(mail: &str) -> String {
    let mut all = String::new();
    let (head, body) = mail.split_once("\r\n\r\n").expect("a mail has a head and a body");
    all.push_str(head);
    for part in body.split("Content-Transfer-Encoding: ").skip(1) {
        let (encoding, rest) = part.split_once("\r\n").expect("a line");
        let content = rest.split_once("\r\n\r\n").map_or(rest, |(_, content)| content);
        let content = content.split("\r\n--").next().unwrap_or_default();
        match encoding.trim() {
            "base64" => all.push_str(&String::from_utf8_lossy(&base64(content))),
            "quoted-printable" => all.push_str(&String::from_utf8_lossy(&quoted(content))),
            _ => all.push_str(content),
        }
        all.push('\n');
    }
    all
}

fn base64(text: &str) -> Vec<u8> {
    const SIGNS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: String =
        text.chars().filter_map(|c| SIGNS.find(c)).map(|value| format!("{value:06b}")).collect::<Vec<_>>().concat();
    let bytes = bits.as_bytes().chunks_exact(8);
    bytes.map(|byte| u8::from_str_radix(std::str::from_utf8(byte).expect("digits"), 2).expect("bits")).collect()
}

fn quoted(text: &str) -> Vec<u8> {
    let joined = text.replace("=\r\n", "");
    let mut out = Vec::new();
    let mut bytes = joined.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'=' {
            let pair = [bytes.next().unwrap_or(b'0'), bytes.next().unwrap_or(b'0')];
            out.push(u8::from_str_radix(std::str::from_utf8(&pair).expect("digits"), 16).expect("hex"));
        } else {
            out.push(byte);
        }
    }
    out
}

/// Addresses in a mail.
pub fn links(mail: &str) -> Vec<String> {
    let text = text(mail);
    let found = text.split("http://").skip(1);
    found
        .map(|rest| rest.split(|c: char| c.is_whitespace() || "\"<>".contains(c)).next().unwrap_or_default())
        .map(|rest| format!("http://{rest}"))
        .collect()
}

/// The path of an address of this site.
pub fn path(link: &str) -> String {
    link.strip_prefix("http://127.0.0.1:8060").expect("this site's address").to_owned()
}

/// Waits until something holds; for what happens beside the node's other work.
pub async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    for _ in 0..600 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never: {what}");
}
