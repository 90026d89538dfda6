//! The demo's accounts and its clock.

use crate::app::App;
use crate::clock::Clock;
use crate::ctx::{Ctx, Presence, Role};
use crate::fault::{Fault, Outcome};
use crate::identity::Grant;
use crate::identity::actions::{NewAccount, account_create, demo_account};
use kernel::{Adcode, Locale};

/// The password of every demo account. They exist only where `serve --demo` made them.
pub const DEMO_PASSWORD: &str = "yilang-demo-2026";

/// A part somebody plays in the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Looks for something: member of a 示例 enterprise.
    Enterprise,
    /// Has something: member of a 示例 institute.
    Provider,
    /// A reviewer and adviser.
    Expert,
    /// The city office of Songjiang.
    OfficerSongjiang,
    /// The city office of Jiaxing.
    OfficerJiaxing,
    /// The corridor's joint office.
    JointOffice,
    /// Runs the installation.
    Administrator,
}

/// What a person needs to sign in as a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInCard {
    /// The part.
    pub part: Part,
    /// Login name.
    pub login: &'static str,
    /// The name shown to others.
    pub name: &'static str,
    /// The part in English, for the terminal.
    pub what: &'static str,
    /// Role and city that do not come from an organisation.
    pub role: Option<(Role, Option<&'static str>)>,
}

/// Everybody in the demo, in the order they are printed.
pub const SIGN_INS: [SignInCard; 7] = [
    SignInCard {
        part: Part::Enterprise, login: "enterprise", name: "示例企业经办人", what: "enterprise", role: None
    },
    SignInCard {
        part: Part::Provider, login: "provider", name: "示例供给方经办人", what: "provider", role: None
    },
    SignInCard {
        part: Part::Expert,
        login: "expert",
        name: "示例专家",
        what: "expert",
        role: Some((Role::Expert, None)),
    },
    SignInCard {
        part: Part::OfficerSongjiang,
        login: "songjiang",
        name: "示例松江区主管部门",
        what: "city officer, Songjiang",
        role: Some((Role::CityOfficer, Some("310117"))),
    },
    SignInCard {
        part: Part::OfficerJiaxing,
        login: "jiaxing",
        name: "示例嘉兴市主管部门",
        what: "city officer, Jiaxing",
        role: Some((Role::CityOfficer, Some("330400"))),
    },
    SignInCard {
        part: Part::JointOffice,
        login: "joint-office",
        name: "示例联席会议办公室",
        what: "joint office",
        role: Some((Role::JointOffice, None)),
    },
    SignInCard {
        part: Part::Administrator,
        login: "admin",
        name: "示例系统管理员",
        what: "administrator",
        role: Some((Role::Administrator, None)),
    },
];

/// Who takes part in the demo, and the clock they live by.
pub struct Cast {
    app: App,
    accounts: Vec<(Part, String)>,
}

impl Cast {
    /// Makes the demo's accounts through the same action as everybody's, acting as the house itself. Those that an
    /// earlier start has made are found again.
    ///
    /// # Errors
    /// `login-taken` when somebody outside the demo has one of the login names.
    pub async fn create(app: &App) -> Outcome<Cast> {
        let mut accounts = Vec::new();
        for card in SIGN_INS {
            let id = match demo_account(app, card.login).await? {
                Some(id) => id,
                None => account_create(app, &Ctx::system(app.clock().now()), new_account(&card)).await?,
            };
            accounts.push((card.part, id));
        }
        Ok(Cast { app: app.clone(), accounts })
    }

    /// The account that plays a part.
    ///
    /// # Errors
    /// Only inside the house: every part is cast by [`Cast::create`].
    pub fn account(&self, part: Part) -> Outcome<&str> {
        let found = self.accounts.iter().find(|(other, _)| *other == part);
        found.map(|(_, id)| id.as_str()).ok_or_else(|| Fault::Internal(format!("nobody plays {part:?}")))
    }

    /// A fresh context: the account as it stands now, with its memberships, at the clock's present.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ctx(&self, part: Part) -> Outcome<Ctx> {
        let id = self.account(part)?;
        let actor = crate::identity::actor_for_account(&self.app, id).await?;
        let mut actor = actor.ok_or_else(|| Fault::Internal(format!("{part:?} has gone")))?;
        let house = self.house();
        // Whoever plays a part sits there.
        actor.presence = Some(Presence { session: String::new(), proved_ms: house.now.ms() });
        Ok(Ctx { actor, ..house })
    }

    /// The house itself, at the clock's present: for what a scenario prepares behind the scene.
    pub fn house(&self) -> Ctx {
        let mut ctx = Ctx::system(self.app.clock().now());
        ctx.actor.demo = true;
        ctx
    }

    /// The clock of the demo; move it with [`Clock::advance_ms`].
    pub fn clock(&self) -> &Clock {
        self.app.clock()
    }

    /// What the terminal prints: one line for each part.
    pub fn sign_ins() -> String {
        let mut text = String::new();
        for card in SIGN_INS {
            text.push_str(&format!("  {:<13} {DEMO_PASSWORD}   {} · {}\n", card.login, card.name, card.what));
        }
        text
    }
}

fn new_account(card: &SignInCard) -> NewAccount {
    let roles = card.role.map(|(role, city)| Grant { role, city: city.and_then(|code| Adcode::parse(code).ok()) });
    NewAccount {
        login: card.login.to_owned(),
        email: String::new(),
        name: card.name.to_owned(),
        password: DEMO_PASSWORD.to_owned(),
        roles: roles.into_iter().collect(),
        locale: Locale::ZhCn,
        demo: true,
    }
}
