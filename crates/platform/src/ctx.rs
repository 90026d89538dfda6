use crate::identity::idempotency::Once;
use kernel::{Adcode, Instant, Locale};
use serde::{Deserialize, Serialize};

/// Who acts. Built once per request from the session or token; policies and
/// rules see nothing else of the person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Actor {
    /// The account, or none for a visitor.
    pub account: Option<String>,
    /// The name shown to others.
    pub name: String,
    /// Roles that do not come from an organisation.
    pub roles: Vec<Role>,
    /// Cities for which the account works in the city office.
    pub cities: Vec<Adcode>,
    /// Organisations the account is a member of, with what it may do there.
    pub memberships: Vec<Membership>,
    /// If the request came with an API token: the scopes it is limited to.
    pub scopes: Option<Vec<String>>,
    /// True for accounts of the demo.
    pub demo: bool,
    /// If the request came with a browser's session: which, and when it was last proved who sits there.
    #[serde(default)]
    pub presence: Option<Presence>,
}

/// How long a proof of who sits there holds for what asks for a fresh one, in milliseconds.
pub const PROOF_MS: i64 = 10 * 60_000;

/// A signed-in browser, and when its person last proved to be there: by password, code or passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// The session's id; not its secret.
    pub session: String,
    /// The last proof.
    pub proved_ms: i64,
}

/// A role of an account in the corridor, not in one organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Runs the installation: accounts, pack, jobs. Sees no protected content.
    Administrator,
    /// The corridor's own office.
    JointOffice,
    /// Works in a city's authority; for which cities, `Actor::cities` says.
    CityOfficer,
    /// A reviewer or adviser.
    Expert,
    /// The house itself: migrations, imports by command, jobs.
    System,
}

impl Role {
    /// The code in files, policies and the database.
    pub fn code(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::JointOffice => "joint-office",
            Role::CityOfficer => "city-officer",
            Role::Expert => "expert",
            Role::System => "system",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Role> {
        [Role::Administrator, Role::JointOffice, Role::CityOfficer, Role::Expert, Role::System]
            .into_iter()
            .find(|role| role.code() == code)
    }
}

/// What an account may do for one organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The organisation's id.
    pub organisation: String,
    /// Its name, for menus.
    pub name: String,
    /// Its city.
    pub city: Option<Adcode>,
    /// What the mandate covers.
    pub mandates: Vec<Mandate>,
}

/// One thing a member may do in the name of the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mandate {
    /// Keeps the organisation's data and its members.
    Manage,
    /// Publishes needs and offers, answers contact requests.
    Publish,
    /// Signs agreements.
    Sign,
    /// Pays and accepts payments.
    Pay,
    /// Bids and answers calls.
    Bid,
}

impl Mandate {
    /// All mandates, in the order forms show them.
    pub const ALL: [Mandate; 5] = [Mandate::Manage, Mandate::Publish, Mandate::Sign, Mandate::Pay, Mandate::Bid];

    /// The code in files, policies and the database.
    pub fn code(self) -> &'static str {
        match self {
            Mandate::Manage => "manage",
            Mandate::Publish => "publish",
            Mandate::Sign => "sign",
            Mandate::Pay => "pay",
            Mandate::Bid => "bid",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Mandate> {
        Mandate::ALL.into_iter().find(|mandate| mandate.code() == code)
    }
}

impl Actor {
    /// Somebody who has not signed in.
    pub fn visitor() -> Actor {
        Actor::default()
    }

    /// The house itself.
    pub fn system() -> Actor {
        Actor { account: Some("system".into()), name: "系统".into(), roles: vec![Role::System], ..Actor::default() }
    }

    /// Whether the account holds a role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether it was proved a short while ago who acts. The house itself needs no proof; a token cannot give one.
    pub fn proved_at(&self, now: Instant) -> bool {
        let fresh = |presence: &Presence| now.ms() - presence.proved_ms < PROOF_MS;
        self.has(Role::System) || (self.scopes.is_none() && self.presence.as_ref().is_some_and(fresh))
    }

    /// The membership in one organisation.
    pub fn member_of(&self, organisation: &str) -> Option<&Membership> {
        self.memberships.iter().find(|m| m.organisation == organisation)
    }

    /// The account id for journal and rows; `visitor` where nobody is signed in.
    pub fn id(&self) -> &str {
        self.account.as_deref().unwrap_or("visitor")
    }
}

/// Who, when and in which language: the first argument of every action. There
/// is no other way to learn any of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ctx {
    /// Who acts.
    pub actor: Actor,
    /// When the last byte of the request was read; deadlines are held against it, also on retries.
    pub now: Instant,
    /// Ties log lines, journal entries and error pages of one request together.
    pub request_id: String,
    /// The language of refusals and of what is made for the person.
    pub locale: Locale,
    /// The key under which the request is to happen once, if it came with one.
    pub once: Option<Once>,
}

impl Ctx {
    /// The same without the key of its request: for a transaction that is not the request's whole, and where what was
    /// asked holds a secret, of which not even a hash is kept.
    pub fn unkeyed(&self) -> Ctx {
        Ctx { once: None, ..self.clone() }
    }

    /// The house acting by itself at some time.
    pub fn system(now: Instant) -> Ctx {
        Ctx { actor: Actor::system(), now, request_id: crate::random::id(), locale: Locale::ZhCn, once: None }
    }
}
