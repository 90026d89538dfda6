//! The frame around every page: header, navigation, footer. Template `shell.html`.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};

use super::assets;
use super::texts::{T, Texts};
use super::visit::{Theme, Visit};

/// Where a menu entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Menu {
    /// At the head of every page.
    Main,
    /// At the foot of every page.
    Foot,
    /// On the page of administration; `{key}-about` says what is there.
    Admin,
    /// At the head of every page, for whoever is signed in; the number of unread messages stands beside it.
    Own,
    /// On the desk, among what one can start there.
    Desk,
    /// On the page of a record at `/x/{id}`, for whoever is signed in, when the address ends in `/x`; the id is appended.
    Record,
    /// Below the form that signs in: further ways.
    SignIn,
    /// On the page of one's own account.
    Account,
    /// The feed of the list at `path`, when the address is `/feeds{path}.atom`; the list's own filters go with it.
    Feed,
}

/// A menu entry. Capabilities give theirs; they are shown by `order`, then as given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NavItem {
    /// Where it stands.
    pub menu: Menu,
    /// Path, such as `/needs`.
    pub href: &'static str,
    /// Text key of its name.
    pub key: &'static str,
    /// Smaller comes first.
    pub order: u16,
}

/// Names of cities by their codes, for pages that know nothing else of the corridor.
pub type Places = HashMap<String, kernel::Text>;

/// What the whole running site has in common.
#[derive(Debug)]
pub struct Site {
    /// All texts.
    pub texts: &'static Texts,
    /// Entries of all menus.
    pub nav: Vec<NavItem>,
    /// True when the records are a demonstration; every page says so.
    pub demo: bool,
    /// True when served over HTTPS (adds HSTS; cookies become `Secure`).
    pub https: bool,
    tagline: ArcSwap<kernel::Text>,
    places: ArcSwap<Places>,
    proof: ArcSwapOption<Proof>,
}

impl Site {
    /// A site; navigation is put in order.
    pub fn new(texts: &'static Texts, mut nav: Vec<NavItem>, demo: bool) -> Self {
        nav.sort_by_key(|item| item.order);
        Self {
            texts,
            nav,
            demo,
            https: false,
            tagline: ArcSwap::default(),
            places: ArcSwap::default(),
            proof: ArcSwapOption::empty(),
        }
    }

    /// What every footer says of the corridor from now on, such as 一廊九城.
    pub fn tagline_set(&self, tagline: kernel::Text) {
        self.tagline.store(Arc::new(tagline));
    }

    /// What cities are called from now on.
    pub fn places_set(&self, places: Places) {
        self.places.store(Arc::new(places));
    }

    /// The journal's latest state, shown in every footer from now on.
    pub fn proof_set(&self, proof: Proof) {
        self.proof.store(Some(Arc::new(proof)));
    }

    /// The journal's latest state, if it has one.
    pub fn proof(&self) -> Option<Arc<Proof>> {
        self.proof.load_full()
    }
}

/// The small proof line: how many entries the journal holds and its last checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// Number of journal entries.
    pub entries: i64,
    /// When the last checkpoint was made, epoch milliseconds; none before the first.
    pub checkpoint_ms: Option<i64>,
    /// Witnesses that have cosigned it; none where no witnesses are asked.
    pub cosigned: Option<i64>,
    /// Page that explains how to verify; empty hides the link.
    pub verify_href: String,
}

/// Who is signed in, as the header shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// The person's or the account's name.
    pub name: String,
    /// For whom the account acts, on every page.
    pub acting: Acting,
    /// Tasks that wait on the desk.
    pub waiting: i64,
    /// Messages not read yet.
    pub unread: i64,
    /// True if the administration pages are open to this account.
    pub admin: bool,
}

/// For whom somebody acts: nothing for whoever acts for himself alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acting {
    /// For the corridor's own office.
    pub joint_office: bool,
    /// For the authority of these cities, by their codes.
    pub cities: Vec<String>,
    /// For these organisations.
    pub organisations: Vec<String>,
}

/// Names of those acted for that the header shows; of more it says how many.
const ACTING_SHOWN_MAX: usize = 2;

/// One link of the navigation as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavLink {
    /// Path.
    pub href: &'static str,
    /// Name in the reader's language.
    pub label: std::borrow::Cow<'static, str>,
    /// True when the page lies at or below it.
    pub current: bool,
}

/// Everything `shell.html` needs. Every page struct has one, named `shell`.
#[derive(Debug, Clone)]
pub struct Shell {
    /// Language and texts.
    pub t: T,
    /// Theme.
    pub theme: Theme,
    /// Title of the page, without the site's name.
    pub title: String,
    /// One or two sentences for search engines and previews.
    pub description: String,
    /// Main navigation.
    pub nav: Vec<NavLink>,
    /// Links at the foot.
    pub foot: Vec<NavLink>,
    /// Links for whoever is signed in.
    pub own: Vec<NavLink>,
    /// Links of the record that this page is, for whoever is signed in: address and words.
    pub record: Vec<(String, NavLink)>,
    /// The feed of the list that this page is: address and title.
    pub feed: Option<(String, NavLink)>,
    /// Who is signed in.
    pub account: Option<Account>,
    /// True for a demonstration.
    pub demo: bool,
    /// The journal's state.
    pub proof: Option<Arc<Proof>>,
    /// Footer sentence of the corridor.
    pub tagline: String,
    /// This page in the other language.
    pub lang_href: String,
    /// This page with each theme: theme, address.
    pub theme_hrefs: Vec<(Theme, String)>,
    /// Where to sign in, with the way back.
    pub sign_in_href: String,
    /// What cities are called.
    pub places: Arc<Places>,
    /// Path of the page.
    pub path: String,
    /// What the page wants to hear of while it is open, separated by blanks; empty for nothing.
    pub live_topics: String,
    /// The journal's last leaf when the page was made.
    pub live_after: i64,
    /// True keeps search engines away (desks, forms, errors).
    pub private: bool,
    /// Address of the stylesheet.
    pub css: &'static str,
    /// Address of the script module.
    pub js: &'static str,
    /// Addresses of further script modules that this page needs.
    pub modules: Vec<&'static str>,
    /// Address of the icon.
    pub icon: &'static str,
}

impl Shell {
    /// The frame for this visit.
    pub fn new(visit: &Visit, title: String) -> Self {
        let other = match visit.t.locale {
            kernel::Locale::ZhCn => "en",
            kernel::Locale::En => "zh-CN",
        };
        let signed_in = visit.account().is_some();
        let shell = Self {
            t: visit.t,
            theme: visit.theme,
            title,
            description: String::new(),
            nav: visit.menu(Menu::Main),
            foot: visit.menu(Menu::Foot),
            own: if signed_in { visit.menu(Menu::Own) } else { Vec::new() },
            record: if signed_in { record(visit) } else { Vec::new() },
            feed: feed(visit),
            account: visit.account().cloned(),
            demo: visit.site.demo,
            proof: visit.site.proof(),
            tagline: visit.t.text(&visit.site.tagline.load()).to_owned(),
            lang_href: visit.href_with("lang", other),
            theme_hrefs: Theme::ALL.map(|theme| (theme, visit.href_with("theme", theme.name()))).to_vec(),
            sign_in_href: visit.sign_in_href(),
            places: visit.site.places.load_full(),
            path: visit.path.clone(),
            live_topics: String::new(),
            live_after: visit.leaf,
            private: false,
            css: assets::css(),
            js: assets::js(),
            modules: Vec::new(),
            icon: assets::icon(),
        };
        let path = visit.path.clone();
        shell.here(&path)
    }

    /// Marks the place in the navigation, when it is not the page's own path.
    pub fn here(mut self, path: &str) -> Self {
        let best = self
            .nav
            .iter()
            .filter(|link| path == link.href || path.strip_prefix(link.href).is_some_and(|rest| rest.starts_with('/')))
            .map(|link| link.href.len())
            .max();
        for link in &mut self.nav {
            link.current = best == Some(link.href.len())
                && (path == link.href || path.strip_prefix(link.href).is_some_and(|rest| rest.starts_with('/')));
        }
        self
    }

    /// Sets the description.
    pub fn describe(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }

    /// Refreshes the page's live regions (`data-live-region` with an `id`) when something happens to one of these things:
    /// `need/ID`, `need` for all of a kind, `*` for everything, separated by blanks.
    pub fn live(mut self, topics: impl Into<String>) -> Self {
        self.live_topics = topics.into();
        self
    }

    /// What a city is called; its code where nobody has named it.
    pub fn place<'a>(&'a self, code: &'a str) -> &'a str {
        self.places.get(code).map_or(code, |name| self.t.text(name))
    }

    /// Those for whom whoever is signed in acts, in the reader's words; none for whoever acts for himself.
    pub fn acting(&self) -> Option<String> {
        let acting = &self.account.as_ref()?.acting;
        let office = acting.joint_office.then(|| self.t.msg("acting-joint-office").into_owned());
        let city = |code: &String| self.t.with("acting-city-office", "city", self.place(code));
        let names: Vec<String> = office
            .into_iter()
            .chain(acting.cities.iter().map(city))
            .chain(acting.organisations.iter().cloned())
            .collect();
        let shown = names.iter().take(ACTING_SHOWN_MAX).cloned().collect::<Vec<_>>();
        let shown = shown.join(&self.t.msg("acting-and"));
        match names.len() {
            0 => None,
            n if n <= ACTING_SHOWN_MAX => Some(shown),
            n => Some(self.t.with2("acting-several", "names", shown.as_str(), "n", n as i64)),
        }
    }

    /// Loads a further script module, such as `seal-form.js`, on this page.
    pub fn module(mut self, file: &str) -> Self {
        self.modules.push(assets::href(file));
        self
    }

    /// Keeps search engines away.
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// Languages offered beside the current one: its tag and own name.
    pub fn other_language(&self) -> (&'static str, &'static str) {
        match self.t.locale {
            kernel::Locale::ZhCn => ("en", "English"),
            kernel::Locale::En => ("zh-CN", "中文"),
        }
    }
}

/// What can be done with the record of this page.
fn record(visit: &Visit) -> Vec<(String, NavLink)> {
    let Some((noun, id)) = visit.path.strip_prefix('/').and_then(|path| path.split_once('/')) else {
        return Vec::new();
    };
    if id.is_empty() || id.contains('/') {
        return Vec::new();
    }
    let fits = |link: &NavLink| link.href.rsplit('/').next() == Some(noun);
    let links = visit.menu(Menu::Record).into_iter().filter(fits);
    links.map(|link| (format!("{}/{id}", link.href), link)).collect()
}

/// Parameters of a list that are the reader's and not the list's.
const READERS: [&str; 4] = ["lang", "theme", "cursor", "limit"];

/// The feed of this page, if it is a list that has one.
fn feed(visit: &Visit) -> Option<(String, NavLink)> {
    let href = format!("/feeds{}.atom", visit.path);
    let link = visit.menu(Menu::Feed).into_iter().find(|link| link.href == href)?;
    let own = |pair: &&str| !pair.is_empty() && !READERS.contains(&pair.split('=').next().unwrap_or_default());
    let query: Vec<&str> = visit.query.split('&').filter(own).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    Some((format!("{href}{query}"), link))
}
