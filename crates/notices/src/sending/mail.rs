//! Mails: composed in the reader's language, handed to the mail server or put into the spool folder.

use super::{Failure, Outlets, endable};
use crate::actions::{Channel, Delivery};
use crate::store::letter;
use crate::store::notice::{self, Found};
use crate::store::preference;
use crate::token;
use crate::words::Words;
use askama::Template;
use kernel::Locale;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncTransport, Message};
use platform::identity::account_row;
use platform::web::T;
use platform::{App, Fault, Outcome};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};
use tokio::fs;
use tokio::io::AsyncWriteExt;

/// Folder of mails that no server takes, below the data folder.
pub const SPOOL: &str = "spool";

/// One message in a mail.
struct Item {
    words: Words,
    href: String,
    at: String,
    hits: Vec<Found>,
}

/// What a mail says, once as text and once as HTML.
#[derive(Template)]
#[template(path = "notices/mail.txt")]
struct Text<'a>(&'a Letter);

#[derive(Template)]
#[template(path = "notices/mail.html")]
struct Html<'a>(&'a Letter);

struct Letter {
    t: T,
    subject: String,
    lead: String,
    base: String,
    items: Vec<Item>,
    /// The one thing to do in a mail that is no list; empty for none.
    link: String,
    /// Where mails are chosen; empty where they are not.
    settings: String,
    /// Ends mails like this one; empty where they cannot be ended.
    ending: String,
    demo: bool,
}

/// Sends a mail.
pub(super) async fn send(app: &App, outlets: &Outlets, delivery: &Delivery) -> Result<(), Failure> {
    let Some(letter) = letter(app, delivery).await? else { return Err(Failure::Never("gone".into())) };
    let mail = compose(outlets, delivery, &letter).map_err(|why| Failure::Never(format!("mail {why}")))?;
    match &outlets.smtp {
        Some(server) => match server.send(mail).await {
            Ok(_) => Ok(()),
            // A permanent no of the server is a no: another try would only annoy it.
            Err(error) if error.is_permanent() => Err(Failure::Never(format!("refused {error}"))),
            Err(error) => Err(Failure::Later(format!("smtp {error}"))),
        },
        None => {
            let folder = app.settings().data.join(SPOOL);
            let done = spool(&folder, &delivery.id, &mail.formatted()).await;
            done.map_err(|error| Failure::Later(format!("spool {error}")))
        }
    }
}

/// What a mail says; none when it has nothing to say any more.
async fn letter(app: &App, delivery: &Delivery) -> Outcome<Option<Letter>> {
    let conn = app.db().read();
    if let Some(letter) = letter::of_delivery(&conn, delivery, app.clock().now().ms()).await? {
        return Ok(Some(with_link(app, letter)));
    }
    let Some(account) = account_row(&conn, &delivery.account).await? else { return Ok(None) };
    let t = T { locale: account.locale, texts: app.texts() };
    let base = app.settings().public_url.trim_end_matches('/').to_owned();
    let key = token::key(app).await?;
    let blank = Letter {
        t,
        subject: String::new(),
        lead: String::new(),
        items: Vec::new(),
        link: String::new(),
        settings: format!("{base}/inbox/settings"),
        ending: String::new(),
        demo: delivery.demo,
        base,
    };
    if delivery.channel == Channel::Confirmation {
        let has = preference::address(&conn, &delivery.account).await?;
        let Some(asked_ms) = has.asked_ms.filter(|_| has.asked.as_ref() == Some(&delivery.address)) else {
            return Ok(None);
        };
        let link = token::confirm(&key, &delivery.account, &delivery.address, asked_ms);
        return Ok(Some(Letter {
            subject: t.msg("mail-confirm-subject").into_owned(),
            lead: t.with("mail-confirm-lead", "login", account.login),
            link: format!("{}/mail/addresses/{link}", blank.base),
            ..blank
        }));
    }
    let notices = notice::of_delivery(&conn, &delivery.id).await?;
    let items: Vec<Item> = notices
        .iter()
        .map(|notice| Item {
            words: Words::of(t, notice),
            href: notice.href.clone(),
            at: t.datetime(notice.at_ms),
            hits: notice.hits.clone(),
        })
        .collect();
    let Some(first) = items.first() else { return Ok(None) };
    let subject = match items.len() {
        1 => first.words.text.clone(),
        count => t.n("mail-subject-many", count),
    };
    let topics = endable(&notices);
    let ending = match topics.is_empty() {
        true => String::new(),
        false => {
            format!("{}/mail/unsubscriptions/{}", blank.base, token::unsubscribe(&key, &delivery.account, &topics))
        }
    };
    Ok(Some(Letter { subject, lead: t.n("mail-lead", items.len()), items, ending, ..blank }))
}

/// A letter in words.
fn with_link(app: &App, letter: letter::Letter) -> Letter {
    let t = T { locale: letter.locale, texts: app.texts() };
    let kind = letter.kind.code();
    let until = t.datetime(letter.until_ms);
    Letter {
        t,
        subject: t.msg(format!("mail-{kind}-subject")).into_owned(),
        lead: t.with2(format!("mail-{kind}-lead"), "name", letter.name, "until", until),
        base: app.settings().public_url.trim_end_matches('/').to_owned(),
        items: Vec::new(),
        link: letter.link,
        settings: String::new(),
        ending: String::new(),
        demo: letter.demo,
    }
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn compose(outlets: &Outlets, delivery: &Delivery, letter: &Letter) -> Result<Message, String> {
    let to = delivery.address.parse().map_err(|_| "address".to_owned())?;
    let text = Text(letter).render().map_err(|error| error.to_string())?;
    let html = Html(letter).render().map_err(|error| error.to_string())?;
    let host = outlets.from.email.domain();
    let at = Duration::from_millis(u64::try_from(delivery.created_ms).unwrap_or(0));
    let site = letter.t.msg("site-name");
    let mut mail = Message::builder()
        .from(outlets.from.clone())
        .to(Mailbox::new(None, to))
        .subject(format!("[{site}] {}", letter.subject.replace(char::is_control, " ")))
        .date(UNIX_EPOCH + at)
        // The same at every try, so that a mail that arrives twice can be told.
        .message_id(Some(format!("<{}@{host}>", delivery.id)))
        .raw_header(header("Auto-Submitted", "auto-generated".into()));
    if !letter.ending.is_empty() {
        // RFC 8058: one POST to this address ends these mails, without a sign-in and without a question.
        mail = mail
            .raw_header(header("List-Unsubscribe", format!("<{}>", letter.ending)))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
    }
    mail.multipart(MultiPart::alternative_plain_html(text, html)).map_err(|error| error.to_string())
}

/// Puts a mail into the folder under its own name at once: whoever looks sees all of it or nothing.
async fn spool(folder: &Path, id: &str, mail: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(folder).await?;
    let unfinished = folder.join(format!(".{id}.part"));
    let mut file = fs::File::create(&unfinished).await?;
    file.write_all(mail).await?;
    file.sync_all().await?;
    fs::rename(&unfinished, folder.join(format!("{id}.eml"))).await
}

impl Letter {
    fn lang(&self) -> &'static str {
        match self.t.locale {
            Locale::ZhCn => "zh-CN",
            Locale::En => "en",
        }
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Failure {
        Failure::House(Fault::Internal(error.to_string()))
    }
}
