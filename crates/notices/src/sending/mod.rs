//! What leaves the house: mails and webhook calls.
//!
//! What is due is a row; the row is taken for a while, tried, and written again with how the try ended. A node that is
//! killed in between leaves a row whose time runs out, and it is tried again: things may arrive twice, each with the
//! same number, and are never lost. Trying waits for others, so it runs beside the node's other work.

mod call;
mod mail;

use crate::actions::{Channel, Delivery};
use crate::rules::message::{GIVEN_UP, Topic};
use crate::rules::timing::{Frequency, next_try};
use crate::store::delivery::{self, Ended};
use crate::store::letter;
use crate::store::notice::{self, Notice};
use crate::store::preference;
use crate::store::webhook;
use futures_util::future::join_all;
use kernel::{Instant, Refusal, RefusalKind};
use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use platform::db::Txn;
use platform::identity::actor_for_account;
use platform::journal::Entry;
use platform::{App, Ctx, Fault, Outcome};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Things sent at the same time.
const LANES: usize = 8;
/// Rows read in one step.
const STEP: i64 = 64;
/// How long one try may hold a row, in milliseconds; longer than any try takes.
const LEASE_MS: i64 = 5 * 60_000;
/// How long one try of a mail may take.
const SMTP_TIMEOUT: Duration = Duration::from_secs(30);
/// Messages that one mail lists.
const MAIL_NOTICES_MAX: i64 = 100;
/// Who mails are from while the operator has not said.
const FROM_DEFAULT: &str = "Yilang <yilang@localhost.localdomain>";
/// Characters of a failure that are kept.
const ERROR_CHARS_MAX: usize = 200;

/// How this node reaches others; set once at start.
pub struct Outlets {
    /// The mail server; none puts mails into the folder `spool`.
    pub smtp: Option<AsyncSmtpTransport<Tokio1Executor>>,
    /// Who mails are from.
    pub from: Mailbox,
    /// Whether webhooks may lie in private networks, and do without TLS.
    pub private: bool,
    running: Arc<Mutex<()>>,
}

impl Outlets {
    /// Outlets as the operator wants them.
    ///
    /// # Errors
    /// `smtp-address` or `mail-from` for what cannot be read.
    pub fn new(smtp: Option<&str>, from: Option<&str>, private: bool) -> Result<Outlets, Refusal> {
        let smtp = smtp.map(|url| AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| smtp_refused()));
        let smtp = smtp.transpose()?.map(|builder| builder.timeout(Some(SMTP_TIMEOUT)).build());
        let from = from.unwrap_or(FROM_DEFAULT).parse::<Mailbox>().map_err(|_| from_refused())?;
        Ok(Outlets { smtp, from, private, running: Arc::default() })
    }

    /// The outlets of this node; a spool folder and public addresses while nobody has said otherwise.
    pub fn of(app: &App) -> Arc<Outlets> {
        app.extension::<Outlets>().unwrap_or_else(|| {
            let plain = Outlets::new(None, None, false).expect("the default sender is an address");
            let plain = Arc::new(plain);
            app.extend(Arc::clone(&plain));
            plain
        })
    }
}

fn smtp_refused() -> Refusal {
    Refusal::new(
        RefusalKind::Invalid,
        "smtp-address",
        "--smtp 不是可用的邮件服务器地址。请写成 smtp://用户:密码@主机:587?tls=required 或 smtps://用户:密码@主机。",
        "--smtp is no address of a mail server. Write smtp://user:password@host:587?tls=required or smtps://user:password@host.",
    )
}

fn from_refused() -> Refusal {
    Refusal::new(
        RefusalKind::Invalid,
        "mail-from",
        "--mail-from 不是邮箱地址。请写成 一廊 <notice@example.com>。",
        "--mail-from is no mail address. Write Yilang <notice@example.com>.",
    )
}

/// Puts mails that are due together, and begins to send beside the node's other work.
pub(crate) async fn begin(app: &App) -> Outcome<()> {
    bundle(app).await?;
    if !delivery::any_due(&app.db().read(), app.clock().now().ms()).await? {
        return Ok(());
    }
    let outlets = Outlets::of(app);
    if let Ok(turn) = Arc::clone(&outlets.running).try_lock_owned() {
        let app = app.clone();
        tokio::spawn(async move {
            if let Err(fault) = send_all(&app, &outlets).await {
                tracing::error!(cause = ?fault, "notices.send failed");
            }
            drop(turn);
        });
    }
    Ok(())
}

/// Sends everything that is due and waits for it; what is being sent already is waited for too.
///
/// # Errors
/// Only when the database fails; a failed try is kept with its row.
pub async fn send_due(app: &App) -> Outcome<()> {
    bundle(app).await?;
    let outlets = Outlets::of(app);
    let _turn = outlets.running.lock().await;
    send_all(app, &outlets).await
}

async fn send_all(app: &App, outlets: &Arc<Outlets>) -> Outcome<()> {
    loop {
        let ids = delivery::due(&app.db().read(), app.clock().now().ms(), STEP).await?;
        if ids.is_empty() {
            return Ok(());
        }
        for few in ids.chunks(LANES) {
            let sent = join_all(few.iter().map(|id| send_one(app, outlets, id))).await;
            sent.into_iter().collect::<Outcome<Vec<()>>>()?;
        }
    }
}

/// One try of one delivery.
async fn send_one(app: &App, outlets: &Outlets, id: &str) -> Outcome<()> {
    let house = Ctx::system(app.clock().now());
    let claimed = app.db().in_txn(&house, "delivery_claim", id.to_owned(), |tx, id| {
        Box::pin(async move {
            let now = tx.ctx().now.ms();
            delivery::claim(tx, id, now, now + LEASE_MS).await
        })
    });
    let Some(claimed) = claimed.await? else { return Ok(()) };
    let tried = match claimed.channel {
        Channel::Webhook => call::send(app, outlets, &claimed).await,
        Channel::Mail | Channel::Confirmation => mail::send(app, outlets, &claimed).await,
    };
    let now = app.clock().now();
    let ended = match tried {
        Ok(()) => Ended::Sent(now.ms()),
        Err(Failure::Later(why)) => Ended::Failed(shortened(&why), next_try(now, claimed.attempts).map(Instant::ms)),
        Err(Failure::Never(why)) => Ended::Failed(shortened(&why), None),
        // The row's time runs out and it is tried again.
        Err(Failure::House(fault)) => return Err(fault),
    };
    if let Ended::Failed(why, next) = &ended {
        tracing::warn!(claimed.id, claimed.attempts, why, next, "notices.send failed");
    }
    app.db()
        .in_txn(&Ctx::system(now), "delivery_finish", (claimed, ended), |tx, (claimed, ended)| {
            Box::pin(async move {
                if matches!(ended, Ended::Sent(_) | Ended::Failed(_, None)) {
                    letter::forget(tx, &claimed.id).await?;
                }
                let kept = delivery::finish(tx, claimed, ended).await?;
                match ended {
                    Ended::Failed(why, None) if kept => given_up(tx, claimed, why).await,
                    _ => Ok(()),
                }
            })
        })
        .await
}

/// An entry when a webhook is given up on, from which its owner is told: once a day, however many calls fail.
async fn given_up(tx: &Txn, failed: &Delivery, why: &str) -> Outcome<()> {
    let Some(webhook) = failed.webhook.as_deref() else { return Ok(()) };
    let since = tx.ctx().now.plus_days(-1).ms();
    // Whoever has removed a webhook knows that nothing arrives there.
    if webhook::by_id(tx, webhook).await?.is_none() || delivery::failed_since(tx, webhook, &failed.id, since).await? {
        return Ok(());
    }
    let data = json!({ "webhook": webhook, "url": failed.address, "why": why, "attempts": failed.attempts });
    tx.journal(Entry::new(GIVEN_UP, "delivery", &failed.id).demo(failed.demo).data(data)).await.map(|_| ())
}

/// Why something was not sent: a code, then what the other side said.
#[derive(Debug)]
enum Failure {
    /// Worth another try.
    Later(String),
    /// Not worth one.
    Never(String),
    /// The house itself failed.
    House(Fault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        Failure::House(fault)
    }
}

fn shortened(why: &str) -> String {
    why.chars().filter(|c| !c.is_control()).take(ERROR_CHARS_MAX).collect()
}

/// Puts what is due by mail into mails: what is urgent into one each, everything else of a person into one.
async fn bundle(app: &App) -> Outcome<()> {
    loop {
        let now = app.clock().now();
        let accounts = notice::mail_due(&app.db().read(), now.ms(), STEP).await?;
        if accounts.is_empty() {
            return Ok(());
        }
        for account in accounts {
            bundle_of(app, &account, now).await?;
        }
    }
}

async fn bundle_of(app: &App, account: &str, now: Instant) -> Outcome<()> {
    let conn = app.db().read();
    let due = notice::mail_due_of(&conn, account, now.ms(), MAIL_NOTICES_MAX).await?;
    let address = match actor_for_account(app, account).await? {
        Some(_) => preference::address(&conn, account).await?.address,
        None => None,
    };
    let chosen = preference::of_account(&conn, account).await?;
    // Whoever has ended these mails since gets none of those that were waiting.
    let wanted = |notice: &Notice| notice.high || chosen.frequency(notice.topic) != Frequency::Never;
    let (wanted, dropped): (Vec<Notice>, Vec<Notice>) =
        due.into_iter().partition(|notice| address.is_some() && wanted(notice));
    let (high, rest): (Vec<Notice>, Vec<Notice>) = wanted.into_iter().partition(|notice| notice.high);
    let mut mails: Vec<Vec<Notice>> = high.into_iter().map(|notice| vec![notice]).collect();
    mails.extend((!rest.is_empty()).then_some(rest));
    let mails: Vec<(Delivery, Vec<String>)> = mails
        .into_iter()
        .map(|notices| (letter(account, address.as_deref().unwrap_or_default(), now, &notices), ids(&notices)))
        .collect();
    let input = (ids(&dropped), mails);
    app.db().in_txn(&Ctx::system(now), "mail_bundle", input, |tx, input| Box::pin(bundle_in(tx, input))).await
}

fn ids(notices: &[Notice]) -> Vec<String> {
    notices.iter().map(|notice| notice.id.clone()).collect()
}

async fn bundle_in(tx: &Txn, (dropped, mails): &(Vec<String>, Vec<(Delivery, Vec<String>)>)) -> Outcome<()> {
    if !dropped.is_empty() {
        notice::mail_take(tx, dropped, None).await?;
    }
    for (mail, notices) in mails {
        // Nothing is left when another node was faster.
        if notice::mail_take(tx, notices, Some(&mail.id)).await? > 0 {
            delivery::insert(tx, mail).await?;
        }
    }
    Ok(())
}

fn letter(account: &str, address: &str, now: Instant, notices: &[Notice]) -> Delivery {
    Delivery {
        id: platform::random::id(),
        channel: Channel::Mail,
        account: account.to_owned(),
        organisation: None,
        address: address.to_owned(),
        webhook: None,
        notice: None,
        told: None,
        state: "ready".to_owned(),
        attempts: 0,
        next_try_ms: now.ms(),
        error: None,
        sent_ms: None,
        created_ms: now.ms(),
        demo: notices.iter().all(|notice| notice.demo),
    }
}

/// The topics of some messages, each once, that a link may end: urgent ones cannot be ended.
fn endable(notices: &[Notice]) -> Vec<Topic> {
    let mut topics: Vec<Topic> = notices.iter().filter(|notice| !notice.high).map(|notice| notice.topic).collect();
    topics.sort();
    topics.dedup();
    topics
}
