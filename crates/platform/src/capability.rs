//! What a capability tells the house about itself. The binary lists the
//! capabilities; everything else follows from these tables.

use crate::app::App;
use crate::ctx::Ctx;
use crate::db::{Conn, Migration, Outcome, Txn};
use crate::identity::Invite;
use crate::identity::actions::{Passed, SecondStep};
use crate::jobs::JobSpec;
use crate::journal::Recorded;
use crate::request::Caller;
use crate::web::T;
use axum::http::Method;
use axum::response::Response;
use axum::routing::MethodRouter;
use futures_util::future::BoxFuture;
use kernel::Locale;

/// One row of the route table. Tests compare the table with policies, journal
/// kinds, page tests and text keys.
#[derive(Clone)]
pub struct Route {
    /// GET or POST; other verbs are resources of their own.
    pub method: Method,
    /// An axum path such as `/needs/{id}`.
    pub path: &'static str,
    /// The policy action that guards it, such as `need_view`.
    pub action: &'static str,
    /// The journal kind it appends if it changes something.
    pub journal: Option<&'static str>,
    /// The handler, for this method only.
    pub handler: MethodRouter<App>,
}

/// Something that waits for a person on "my desk".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskItem {
    /// The text key of the kind of work.
    pub kind: &'static str,
    /// What it is about.
    pub title: String,
    /// Where to do it.
    pub href: String,
    /// Since when it waits.
    pub since_ms: i64,
    /// When it is due, if there is a clock.
    pub due_ms: Option<i64>,
    /// From the demo.
    pub demo: bool,
}

/// What a journal entry means for the search index. It says how things stand when it is read, so that changes may be
/// applied in any order.
#[derive(Debug, Clone)]
pub enum DocumentChange {
    /// Add or replace.
    Put(Box<search::Document>),
    /// Take out, by document id.
    Remove(String),
    /// Add or replace every document of these pages: for changes too large to be held at once.
    Pages(Pages),
}

/// Pages of documents from a key on.
#[derive(Debug, Clone)]
pub struct Pages {
    /// Gives one page after the other.
    pub page: DocumentPages,
    /// The key of the first.
    pub from: String,
}

/// Gives one page of documents: those after a key, or the first, with the key to go on from.
pub type DocumentPages = for<'a> fn(&'a Conn, Option<&'a str>) -> BoxFuture<'a, Outcome<DocumentPage>>;

/// The journal kind after which the dictionary may differ: a pack was loaded.
pub const LEXICON_CHANGED: &str = "pack.loaded";

/// Gives index documents.
#[derive(Clone, Copy)]
pub struct DocumentSource {
    /// What one journal entry changes.
    pub changed: for<'a> fn(&'a Conn, &'a Recorded) -> BoxFuture<'a, Outcome<Vec<DocumentChange>>>,
    /// Pages of everything, for a rebuild.
    pub page: DocumentPages,
    /// A large change that is being written and will be told by one entry, whose only change will be these very
    /// pages. Their documents may be cut ahead of the entry; nobody sees one before it. A page that is not full ends
    /// what has been written so far, and documents written later come after it.
    pub coming: for<'a> fn(&'a Conn) -> BoxFuture<'a, Outcome<Option<Pages>>>,
    /// Names and terms the dictionary must know.
    pub lexicon: for<'a> fn(&'a Conn) -> BoxFuture<'a, Outcome<search::LexiconSource>>,
}

/// A page of documents.
pub struct DocumentPage {
    /// The documents.
    pub documents: Vec<search::Document>,
    /// The key to go on from; none at the end.
    pub next: Option<String>,
}

impl DocumentPage {
    /// A page whose key is the last id; the last page is the first one that is not full.
    pub fn of(documents: Vec<search::Document>, limit: usize) -> DocumentPage {
        let last = documents.last().filter(|_| documents.len() >= limit);
        DocumentPage { next: last.map(|document| document.id.clone()), documents }
    }
}

/// What waits for an actor.
pub type DeskSource = for<'a> fn(&'a App, &'a Ctx) -> BoxFuture<'a, Outcome<Vec<DeskItem>>>;
/// Runs a capability's demo scenario through its public actions.
pub type DemoScenario = for<'a> fn(&'a App, &'a crate::demo::Cast) -> BoxFuture<'a, Outcome<()>>;

/// The organisations an account belongs to, with its mandates there. Asked by account id when somebody signs in.
pub type MembershipSource = for<'a> fn(&'a Conn, &'a str) -> BoxFuture<'a, Outcome<Vec<crate::ctx::Membership>>>;

/// What a capability derives from the journal by itself, called in every round of the follower once the entries are
/// sealed and the index reflects them. True when more is there to do at once.
pub type Follow = for<'a> fn(&'a App) -> BoxFuture<'a, Outcome<bool>>;

/// How many messages an actor has not read, for the header of every page.
pub type Unread = for<'a> fn(&'a App, &'a Ctx) -> BoxFuture<'a, Outcome<i64>>;

/// Where somebody whose password was right goes before a session is opened; none lets in.
pub type SecondStepSource = for<'a> fn(&'a App, &'a Ctx, &'a Passed) -> BoxFuture<'a, Outcome<Option<SecondStep>>>;

/// Whether the offices of an account rest until it has a second factor.
pub type RolesRest = for<'a> fn(&'a Conn, &'a str) -> BoxFuture<'a, Outcome<bool>>;

/// Mails a one-time link to the address in it, in the transaction that makes the link: the whole address of its page.
pub type LinkMail = for<'a> fn(&'a Txn, &'a Invite, &'a str) -> BoxFuture<'a, Outcome<()>>;

/// What somebody sent when a fresh proof was missing, to be sent again after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Where it was sent.
    pub path: String,
    /// The form; none for what was not a form.
    pub fields: Option<Vec<(String, String)>>,
}

/// The page that asks for a fresh proof and keeps what was sent.
pub type AskProof = for<'a> fn(&'a App, &'a Caller, Held) -> BoxFuture<'a, Response>;

/// A way to sign in beside the password: a button on the page that signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Where its form is sent, with `next`.
    pub action: String,
    /// What the button says, in the reader's language.
    pub label: String,
    /// Whether it needs scripts, without which it is not offered.
    pub scripted: bool,
}

/// Further ways to sign in that work here now.
pub type WaySource = fn(&App, T) -> Vec<Way>;

/// What the capability that keeps further ways to sign in does for identity.
#[derive(Clone, Copy)]
pub struct Access {
    /// What comes between a password and a session.
    pub second_step: SecondStepSource,
    /// Whose offices rest.
    pub roles_rest: RolesRest,
    /// How one-time links are mailed.
    pub link_mail: LinkMail,
    /// What else the page that signs in offers.
    pub ways: WaySource,
    /// How a fresh proof is asked for.
    pub ask_proof: AskProof,
}

/// A capability: its registration is all the binary knows of it.
#[derive(Clone)]
pub struct Capability {
    /// The crate's name.
    pub name: &'static str,
    /// Steps of its schema.
    pub migrations: &'static [Migration],
    /// Tables that hold no domain rows (queues, positions, staging), and `table.column` of columns that do not count:
    /// journal entries do not commit to them, and they may be written without one.
    pub working: &'static [&'static str],
    /// What its tables keep about people, and for how long.
    pub personal: &'static [crate::privacy::Kept],
    /// Pages and API.
    pub routes: fn() -> Vec<Route>,
    /// Its policies, in Cedar.
    pub policy: &'static str,
    /// Its texts, one Fluent file a language.
    pub texts: &'static [(Locale, &'static str)],
    /// Its entries of the main menu.
    pub menu: &'static [crate::web::NavItem],
    /// Its kinds of jobs.
    pub jobs: &'static [JobSpec],
    /// What waits on people's desks.
    pub desk: Option<DeskSource>,
    /// Its documents for search.
    pub documents: Option<DocumentSource>,
    /// Which organisations an account belongs to, if this capability keeps memberships.
    pub memberships: Option<MembershipSource>,
    /// What it derives from the journal by itself.
    pub follow: Option<Follow>,
    /// How many of its messages an actor has not read.
    pub unread: Option<Unread>,
    /// Further ways to sign in, if this capability keeps them.
    pub access: Option<Access>,
    /// Its demo scenario.
    pub demo: Option<DemoScenario>,
    /// Its parts of the OpenAPI document, noun by noun.
    pub openapi: fn() -> Vec<utoipa::openapi::OpenApi>,
}

impl Capability {
    /// One that has nothing yet: what it has is filled in, what it leaves out it does without.
    pub fn named(name: &'static str) -> Capability {
        Capability {
            name,
            migrations: &[],
            working: &[],
            personal: &[],
            routes: Vec::new,
            policy: "",
            texts: &[],
            menu: &[],
            jobs: &[],
            desk: None,
            documents: None,
            memberships: None,
            follow: None,
            unread: None,
            access: None,
            demo: None,
            openapi: Vec::new,
        }
    }
}
