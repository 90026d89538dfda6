//! Who acts, and what each of them finds.

use super::{Firm, House, PASSWORD};
use kernel::{Adcode, Locale, Uscc};
use platform::ctx::{Actor, Mandate, Membership, Presence, Role};
use platform::desk::desk_view;
use platform::identity::Grant;
use platform::identity::actions::{NewAccount, account_create};
use platform::{App, Ctx};
use registry::actions::organisation::{Register, organisation_register};
use registry::rules::organisation::Draft;
use testkit::Client;

/// Somebody.
impl House {
    pub fn app(&self) -> &App {
        self.test.app()
    }

    pub fn ctx(&self, account: &str, roles: Vec<Role>, cities: &[&str]) -> Ctx {
        let cities = cities.iter().map(|code| Adcode::parse(code).expect("a city code")).collect();
        let ctx = self.test.system();
        // Whoever acts here has just signed in.
        let presence = Some(Presence { session: String::new(), proved_ms: ctx.now.ms() });
        let name = format!("人员 {account}");
        let actor = Actor { account: Some(account.into()), name, roles, cities, presence, ..Actor::default() };
        Ctx { actor, ..ctx }
    }

    pub fn visitor(&self) -> Ctx {
        Ctx { actor: Actor::visitor(), ..self.test.system() }
    }

    /// Somebody with an account and nothing else.
    pub fn person(&self, account: &str) -> Ctx {
        self.ctx(account, Vec::new(), &[])
    }

    /// An officer of the joint office.
    pub fn joint(&self) -> Ctx {
        self.ctx("joint", vec![Role::JointOffice], &[])
    }

    /// An officer of a city.
    pub fn officer(&self, city: &str) -> Ctx {
        self.ctx(&format!("officer-{city}"), vec![Role::CityOfficer], &[city])
    }

    /// Another officer of a city.
    pub fn colleague(&self, city: &str) -> Ctx {
        self.ctx(&format!("colleague-{city}"), vec![Role::CityOfficer], &[city])
    }

    /// The same person, who is also a member of an organisation.
    pub fn also(&self, mut ctx: Ctx, firm: &Firm, mandates: &[Mandate]) -> Ctx {
        let city = Adcode::parse(firm.city).ok();
        let (organisation, name) = (firm.id.clone(), firm.name.clone());
        ctx.actor.memberships.push(Membership { organisation, name, city, mandates: mandates.to_vec() });
        ctx
    }

    /// A member of an organisation with these mandates.
    pub fn member(&self, firm: &Firm, mandates: &[Mandate]) -> Ctx {
        self.also(self.person(&format!("member-{}", firm.id)), firm, mandates)
    }

    /// A member of the challenge owner who may do everything there.
    pub fn poser(&self) -> Ctx {
        self.member(&self.owner.clone(), &Mandate::ALL)
    }

    /// A member of the n-th team who may do everything there.
    pub fn bidder(&self, n: usize) -> Ctx {
        self.member(&self.team(n), &Mandate::ALL)
    }

    /// The n-th team, from 0: the first three are known to the registry, the others are made up.
    pub fn team(&self, n: usize) -> Firm {
        self.teams.get(n).cloned().unwrap_or_else(|| Firm {
            id: format!("team-{n}"),
            name: format!("第{n}团队"),
            uscc: String::new(),
            city: "",
        })
    }

    pub(super) async fn registered(&self, name: &str, first_17: &str, city: &'static str) -> Firm {
        let uscc = Uscc::complete(first_17).expect("seventeen characters").to_string();
        let draft = Draft {
            name: name.into(),
            kind: "enterprise".into(),
            city: city.into(),
            uscc: uscc.clone(),
            ..Draft::default()
        };
        let evidence = "营业执照由本人保管，可在窗口核对。".to_owned();
        let ctx = self.person("registrar");
        let done = organisation_register(self.app(), &ctx, Register { draft, evidence }).await;
        Firm { id: done.expect("it is registered").id, name: name.into(), uscc, city }
    }

    /// An account with a role, and its signed-in client.
    pub async fn client(&self, login: &str, role: Option<(Role, Option<&str>)>) -> Client {
        let grant =
            |(role, city): (Role, Option<&str>)| Grant { role, city: city.map(|c| Adcode::parse(c).expect("a city")) };
        let new = NewAccount {
            login: login.into(),
            email: String::new(),
            name: format!("人员 {login}"),
            password: PASSWORD.into(),
            roles: role.map(grant).into_iter().collect(),
            locale: Locale::ZhCn,
            demo: false,
        };
        account_create(self.app(), &self.test.system(), new).await.expect("the account is made");
        let mut client = self.test.visitor();
        client.form("/sign-in", &[("login", login), ("password", PASSWORD)]).await.redirect();
        client
    }

    /// What waits on somebody's desk: kinds.
    pub async fn desk(&self, ctx: &Ctx) -> Vec<&'static str> {
        let items = desk_view(self.app(), ctx).await.expect("the desk is read");
        // What the registry asks of an office is not what these tests are about.
        items.into_iter().map(|item| item.kind).filter(|kind| !kind.starts_with("desk-claim")).collect()
    }

    /// The kinds of a thing's entries, oldest first, with whether everybody may read each.
    pub async fn journal(&self, object: &str, id: &str) -> Vec<(String, bool)> {
        let entries =
            platform::journal::of_object(&self.app().db().read(), object, id, 100).await.expect("the journal is read");
        entries.into_iter().rev().map(|entry| (entry.kind, entry.public)).collect()
    }
}
