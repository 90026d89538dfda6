//! Who looks, in which language and theme, and where: read once per request, before anything else.

use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use kernel::Locale;

use super::shell::{Account, Menu, NavLink, Shell, Site};
use super::texts::T;

/// Cookie that keeps the language: `zh-CN` or `en`.
pub const LANG_COOKIE: &str = "lang";
/// Cookie that keeps the theme: `auto`, `light` or `dark`.
pub const THEME_COOKIE: &str = "theme";
/// How long both are kept, in seconds (one year).
pub const PREFERENCE_AGE_S: u32 = 31_536_000;

/// Light or dark, or as the reader's system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    Auto,
    /// Ink on paper.
    Light,
    /// Paper on ink.
    Dark,
}

impl Theme {
    /// All three, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// `auto`, `light`, `dark`: cookie, query and `data-theme`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Text key of its name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Auto => "theme-auto",
            Self::Light => "theme-light",
            Self::Dark => "theme-dark",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// The facts of a request that every page needs. Cheap to clone; take it as an extractor.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The running site.
    pub site: Arc<Site>,
    /// Language and texts.
    pub t: T,
    /// Theme.
    pub theme: Theme,
    /// Path of the request, without the query.
    pub path: String,
    /// Raw query string, possibly empty.
    pub query: String,
    /// The journal's last leaf when the request came: what follows is news to the page.
    pub leaf: i64,
    account: Arc<OnceLock<Account>>,
}

impl Visit {
    /// Reads language, theme and address from a request's head.
    pub fn read(site: &Arc<Site>, path: &str, query: &str, headers: &HeaderMap) -> Self {
        let locale = locale_choose(query_value(query, "lang"), cookie(headers, LANG_COOKIE), header_text(headers));
        let theme = query_value(query, "theme")
            .and_then(Theme::from_name)
            .or_else(|| cookie(headers, THEME_COOKIE).and_then(Theme::from_name))
            .unwrap_or_default();
        Self {
            site: Arc::clone(site),
            t: T { locale, texts: site.texts },
            theme,
            path: path.to_owned(),
            query: query.to_owned(),
            leaf: site.proof().map_or(-1, |proof| proof.entries - 1),
            account: Arc::default(),
        }
    }

    /// Says who is signed in, for the header of every page of this request. The first word counts.
    pub fn sign_in(&self, account: Account) {
        let _ = self.account.set(account);
    }

    /// Who is signed in.
    pub fn account(&self) -> Option<&Account> {
        self.account.get()
    }

    /// The frame of a page with this title.
    pub fn shell(&self, title: impl Into<String>) -> Shell {
        Shell::new(self, title.into())
    }

    /// The entries of one menu.
    pub fn menu(&self, menu: Menu) -> Vec<NavLink> {
        let entries = self.site.nav.iter().filter(|item| item.menu == menu);
        entries.map(|item| NavLink { href: item.href, label: self.t.msg(item.key), current: false }).collect()
    }

    /// Where to sign in and come back from.
    pub fn sign_in_href(&self) -> String {
        match self.path.as_str() {
            "/" => "/sign-in".to_owned(),
            _ => format!("/sign-in?next={}", super::parts::encode(&self.href_with("lang", ""))),
        }
    }

    /// This address with one query parameter set, or removed when the value is empty.
    pub fn href_with(&self, name: &str, value: &str) -> String {
        href_with(&self.path, &self.query, name, value)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = super::Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!("the route has no visit layer");
            super::Problem::internal()
        })
    }
}

/// Middleware: reads the [`Visit`], and keeps `?lang=` and `?theme=` in cookies. Put it outside everything that makes pages.
pub async fn layer(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let uri = request.uri();
    let visit = Visit::read(&site, uri.path(), uri.query().unwrap_or_default(), request.headers());
    let cookies = preference_cookies(&visit);
    request.extensions_mut().insert(visit);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    if !headers.contains_key(header::VARY) {
        headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Language, Cookie"));
    }
    response
}

fn preference_cookies(visit: &Visit) -> Vec<HeaderValue> {
    let mut cookies = Vec::new();
    if query_value(&visit.query, "lang").and_then(Locale::from_tag).is_some() {
        cookies.push((LANG_COOKIE, visit.t.lang()));
    }
    if query_value(&visit.query, "theme").and_then(Theme::from_name).is_some() {
        cookies.push((THEME_COOKIE, visit.theme.name()));
    }
    cookies
        .into_iter()
        .filter_map(|(name, value)| {
            HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={PREFERENCE_AGE_S}; SameSite=Lax")).ok()
        })
        .collect()
}

fn header_text(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()
}

/// Language by query, then cookie, then `Accept-Language`; Chinese when nothing fits.
pub fn locale_choose(query: Option<&str>, cookie: Option<&str>, accept: Option<&str>) -> Locale {
    query
        .and_then(Locale::from_tag)
        .or_else(|| cookie.and_then(Locale::from_tag))
        .or_else(|| accept.and_then(accept_language))
        .unwrap_or_default()
}

/// The best language we speak; weights as RFC 9110 §12.5.4, equal weights in the order given.
fn accept_language(header: &str) -> Option<Locale> {
    let mut best: Option<(f32, Locale)> = None;
    for range in header.split(',') {
        let mut parts = range.split(';');
        let Some(locale) = parts.next().and_then(Locale::from_tag) else { continue };
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q=").map(|q| q.trim().parse::<f32>().unwrap_or(0.0)))
            .unwrap_or(1.0);
        if weight > 0.0 && best.is_none_or(|(least, _)| weight > least) {
            best = Some((weight, locale));
        }
    }
    best.map(|(_, locale)| locale)
}

/// A cookie's value, if the browser sent one of that name.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// A query parameter's raw value (not percent-decoded): for plain words only.
pub fn query_value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// `path?query` with one parameter replaced; every other one stays as it was. An empty value removes it.
pub fn href_with(path: &str, query: &str, name: &str, value: &str) -> String {
    let kept = query.split('&').filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name));
    let mut all: Vec<String> = kept.map(str::to_owned).collect();
    if !value.is_empty() {
        all.push(format!("{name}={}", super::parts::encode(value)));
    }
    if all.is_empty() { path.to_owned() } else { format!("{path}?{}", all.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_readers_choice() {
        for (query, cookie, accept, expected) in [
            (None, None, None, Locale::ZhCn),
            (Some("en"), Some("zh-CN"), Some("zh"), Locale::En),
            (Some("fr"), Some("en"), Some("zh"), Locale::En),
            (None, None, Some("fr-FR,fr;q=0.9,en;q=0.8,zh;q=0.7"), Locale::En),
            (None, None, Some("en;q=0.5, zh-Hant-TW"), Locale::ZhCn),
            (None, None, Some("en;q=0, zh;q=0.1"), Locale::ZhCn),
            (None, None, Some("en-GB, zh"), Locale::En),
            (None, None, Some(";;;,q=,"), Locale::ZhCn),
        ] {
            assert_eq!(locale_choose(query, cookie, accept), expected, "{query:?} {cookie:?} {accept:?}");
        }
    }

    #[test]
    fn switching_keeps_the_page_and_its_filters() {
        assert_eq!(href_with("/a", "", "lang", "en"), "/a?lang=en");
        assert_eq!(href_with("/a", "q=1&lang=zh-CN&city=2", "lang", "en"), "/a?q=1&city=2&lang=en");
        assert_eq!(href_with("/a", "cursor=x", "cursor", ""), "/a");
        assert_eq!(href_with("/a", "", "q", "硅 &片"), "/a?q=%E7%A1%85%20%26%E7%89%87");
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("xlang=fr; lang=en"));
        headers.append(header::COOKIE, HeaderValue::from_static("theme=dark"));
        assert_eq!(cookie(&headers, "lang"), Some("en"));
        assert_eq!(cookie(&headers, "theme"), Some("dark"));
        assert_eq!(cookie(&headers, "none"), None);
    }
}
