//! The journal, told to people: read in leaf order, written together with the position it was read to.
//!
//! Everything is prepared outside the transaction; inside, the position row decides. A node that is killed between
//! has written nothing, and of several nodes that prepare the same only one writes.

use super::audience::{Receiver, receivers};
use super::percolate::{self, News};
use super::subject::{Subject, of_entry};
use super::{as_account, subject};
use crate::rules::message::{self, Audience, Told, Topic};
use crate::rules::timing::mail_at;
use crate::sending;
use crate::store;
use crate::store::delivery::{Channel, Delivery};
use crate::store::notice::Notice;
use crate::store::webhook::Webhook;
use futures_util::future::BoxFuture;
use kernel::Instant;
use platform::db::Txn;
use platform::journal::{self, Recorded};
use platform::{App, Ctx, Outcome};
use std::collections::{HashMap, HashSet};

/// Journal entries told in one transaction.
const STEP_ENTRIES: u64 = 500;

/// Tells what the journal says, then begins to send what is due.
pub fn follow(app: &App) -> BoxFuture<'_, Outcome<bool>> {
    Box::pin(async move {
        while step(app).await? {}
        sending::begin(app).await?;
        Ok(false)
    })
}

/// One batch; false when all is told. Public to the crate's own rooms and, through [`crate::tell_from`], to tests.
pub(crate) async fn step(app: &App) -> Outcome<bool> {
    let from = store::notice::position(&app.db().read()).await?;
    step_from(app, from).await
}

/// One batch after a leaf, as a node does that read the position a while ago.
pub(crate) async fn step_from(app: &App, from: i64) -> Outcome<bool> {
    let indexed = app.indexer().leaf();
    if from >= indexed {
        return Ok(false);
    }
    let mut entries = journal::after(&app.db().read(), from, STEP_ENTRIES).await?;
    // Saved searches ask the index, so it has to be as far as the journal is told.
    entries.retain(|entry| entry.leaf_index.is_some_and(|leaf| leaf <= indexed));
    let Some((to, last)) = entries.last().and_then(|entry| Some((entry.leaf_index?, entry.clone()))) else {
        return Ok(false);
    };
    let mut batch = Batch { app: app.clone(), people: HashMap::new(), notices: Vec::new(), told: HashSet::new() };
    for entry in &entries {
        batch.entry(entry).await?;
    }
    let news = percolate::news(app, &entries).await?;
    for one in &news {
        batch.found(one, &last).await?;
    }
    let notices = batch.with_webhooks().await?;
    write(app, from, to, notices, news).await?;
    Ok(true)
}

/// How somebody hears: when a mail would be due is decided once per person and batch.
#[derive(Clone)]
struct Person {
    ctx: Ctx,
    preferences: store::preference::Preferences,
    mail: bool,
}

struct Batch {
    app: App,
    people: HashMap<String, Option<Person>>,
    notices: Vec<Notice>,
    /// Account and leaf: the first row of the table that reaches somebody counts.
    told: HashSet<(String, i64)>,
}

impl Batch {
    async fn person(&mut self, account: &str) -> Outcome<Option<Person>> {
        if let Some(known) = self.people.get(account) {
            return Ok(known.clone());
        }
        let person = match as_account(&self.app, account).await? {
            None => None,
            Some(ctx) => {
                let conn = self.app.db().read();
                let preferences = store::preference::of_account(&conn, account).await?;
                let mail = store::preference::address(&conn, account).await?.address.is_some();
                Some(Person { ctx, preferences, mail })
            }
        };
        self.people.insert(account.to_owned(), person.clone());
        Ok(person)
    }

    async fn entry(&mut self, entry: &Recorded) -> Outcome<()> {
        let rows: Vec<&Told> = message::rows_for(&entry.kind).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let house = Ctx::system(self.app.clock().now());
        let Some(whole) = of_entry(&self.app, &house, entry).await? else { return Ok(()) };
        let visitor = Ctx { actor: platform::Actor::visitor(), ..house };
        let open = match rows.iter().any(|row| row.to == Audience::Followers) {
            true => of_entry(&self.app, &visitor, entry).await?,
            false => None,
        };
        for row in rows {
            for receiver in receivers(&self.app, entry, row.to, &whole).await? {
                self.tell(entry, row, &receiver, open.as_ref()).await?;
            }
        }
        Ok(())
    }

    /// Tells one person, if he may see what it is about; what everybody sees needs no second look.
    async fn tell(&mut self, entry: &Recorded, row: &Told, receiver: &Receiver, open: Option<&Subject>) -> Outcome<()> {
        let leaf = entry.leaf_index.unwrap_or(-1);
        if receiver.account == entry.actor && !row.to.tells_the_doer() {
            return Ok(());
        }
        let key = (receiver.account.clone(), leaf);
        if self.told.contains(&key) {
            return Ok(());
        }
        let Some(person) = self.person(&receiver.account).await? else { return Ok(()) };
        let subject = match open.filter(|_| row.to == Audience::Followers) {
            Some(open) => Some(open.clone()),
            None => of_entry(&self.app, &person.ctx, entry).await?,
        };
        let Some(subject) = subject else { return Ok(()) };
        self.told.insert(key);
        let href = match row.to {
            Audience::Office if row.kind == "listing.submitted" => format!("/reviews{}", subject.href),
            _ => subject.href.clone(),
        };
        let notice = Notice {
            kind: entry.kind.clone(),
            topic: row.topic,
            high: row.high,
            expects: row.expects.map(|expects| expects.code().to_owned()),
            due_ms: subject.due_ms.filter(|_| row.expects.is_some()),
            object_kind: entry.object_kind.clone(),
            object_id: entry.object_id.clone(),
            who: who(entry, row, &subject),
            title: subject.title,
            title_en: subject.title_en,
            href,
            organisation: receiver.organisation.clone(),
            demo: entry.demo || subject.demo,
            ..self.blank(&receiver.account, &person, entry, row.topic, row.high)
        };
        self.notices.push(notice);
        Ok(())
    }

    async fn found(&mut self, news: &News, last: &Recorded) -> Outcome<()> {
        let saved = &news.saved;
        let Some(person) = self.person(&saved.account).await? else { return Ok(()) };
        let notice = Notice {
            source: saved.id.clone(),
            kind: "search.found".to_owned(),
            object_kind: "saved_search".to_owned(),
            object_id: saved.id.clone(),
            title: saved.name.clone(),
            href: format!("/search?{}", saved.address),
            hits: news.hits.clone(),
            demo: saved.demo,
            ..self.blank(&saved.account, &person, last, Topic::Search, false)
        };
        self.notices.push(notice);
        Ok(())
    }

    /// A message without its words.
    fn blank(&self, account: &str, person: &Person, entry: &Recorded, topic: Topic, high: bool) -> Notice {
        let now = self.app.clock().now();
        let frequency = person.preferences.frequency(topic);
        let due = mail_at(now, frequency, high, person.preferences.quiet).filter(|_| person.mail);
        Notice {
            id: platform::random::id(),
            account: account.to_owned(),
            leaf: entry.leaf_index.unwrap_or(-1),
            source: String::new(),
            entry: entry.entry_id,
            kind: String::new(),
            topic,
            high,
            expects: None,
            due_ms: None,
            object_kind: String::new(),
            object_id: String::new(),
            title: String::new(),
            title_en: String::new(),
            who: String::new(),
            href: String::new(),
            organisation: None,
            hits: Vec::new(),
            at_ms: entry.at_ms,
            read_ms: None,
            mail_at_ms: due.map(Instant::ms),
            delivery: None,
            demo: false,
        }
    }

    /// Each message with the calls that it makes.
    async fn with_webhooks(self) -> Outcome<Vec<(Notice, Vec<Delivery>)>> {
        let conn = self.app.db().read();
        let now = self.app.clock().now();
        let mut all = Vec::new();
        for notice in self.notices {
            let organisation = notice.organisation.as_deref();
            let mut hooks = store::webhook::for_message(&conn, &notice.account, organisation, notice.topic).await?;
            if notice.kind == message::GIVEN_UP {
                // A webhook is not told of webhooks: its own failure would fail again.
                hooks.clear();
            }
            let calls = hooks.iter().map(|hook| call(hook, &notice, now)).collect();
            all.push((notice, calls));
        }
        Ok(all)
    }
}

/// By whom, as the receiver may know it: a stranger learns the organisation, never the person.
fn who(entry: &Recorded, row: &Told, subject: &Subject) -> String {
    let by = |asker: bool| if asker { subject.asker_name.clone() } else { subject.asked_name.clone() };
    match (entry.kind.as_str(), entry.data["voice"].as_str()) {
        _ if row.to == Audience::Followers => subject.owner_name.clone(),
        _ if entry.actor == "system" => String::new(),
        ("contact.sent" | "contact.withdrawn" | "contact.opened", _) | (_, Some("asker")) => by(true),
        ("contact.revoked", _) | (_, Some("owner")) => by(false),
        _ => entry.actor_name.clone(),
    }
}

fn call(hook: &Webhook, notice: &Notice, now: Instant) -> Delivery {
    Delivery {
        id: platform::random::id(),
        channel: Channel::Webhook,
        account: hook.account.clone(),
        organisation: hook.organisation.clone(),
        address: hook.url.clone(),
        webhook: Some(hook.id.clone()),
        notice: Some(notice.id.clone()),
        told: Some((notice.leaf, notice.source.clone())),
        state: "ready".to_owned(),
        attempts: 0,
        next_try_ms: now.ms(),
        error: None,
        sent_ms: None,
        created_ms: now.ms(),
        demo: notice.demo,
    }
}

type Prepared = (i64, i64, Vec<(Notice, Vec<Delivery>)>, Vec<News>);

async fn write(app: &App, from: i64, to: i64, notices: Vec<(Notice, Vec<Delivery>)>, news: Vec<News>) -> Outcome<()> {
    let house = Ctx::system(app.clock().now());
    app.db().in_txn(&house, "notices_tell", (from, to, notices, news), |tx, input| Box::pin(write_in(tx, input))).await
}

async fn write_in(tx: &Txn, (from, to, notices, news): &Prepared) -> Outcome<()> {
    if !store::notice::position_move(tx, *from, *to).await? {
        return Ok(());
    }
    for one in news {
        if store::saved::told(tx, &one.saved.id, tx.ctx().now.ms()).await? {
            store::saved::learn(tx, &one.saved.id, &one.documents).await?;
        }
    }
    for (notice, calls) in notices {
        if store::notice::insert(tx, notice).await? {
            for call in calls {
                store::delivery::insert(tx, call).await?;
            }
        }
    }
    Ok(())
}

/// A thing that somebody wants to follow, if he may see it.
pub(super) async fn followable(app: &App, ctx: &Ctx, kind: &str, id: &str) -> Outcome<Option<Subject>> {
    subject::of_object(app, ctx, kind, id).await
}
