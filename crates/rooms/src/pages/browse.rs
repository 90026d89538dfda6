//! Lists: what one is asked, the frame around it (facets whose values stand in the address, search box, pages), its table for
//! spreadsheets.

use super::word;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use platform::Caller;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form, PageQuery, wants};
use platform::web::parts::{Action, Empty, FacetGroup, FacetValue, Facets, Pager, SearchBox};
use platform::web::visit::href_with;
use platform::web::{T, Visit};
use serde::de::DeserializeOwned;

/// Values of one filter that are listed.
const VALUES_SHOWN: usize = 14;

/// What a list is asked: by whom, what it is narrowed to, for which page, in which form.
pub struct Asked<Q> {
    /// Who asks.
    pub caller: Caller,
    /// What it is narrowed to.
    pub query: Q,
    /// Which page.
    pub paging: PageQuery,
    /// A page for people, JSON or CSV.
    pub form: Form,
}

impl<S: Send + Sync, Q: DeserializeOwned + Send> FromRequestParts<S> for Asked<Q> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let caller = Caller::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let form = wants(&caller.visit.query, &caller.visit.path, &parts.headers);
        let Query(query) = Query::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let Query(paging) = Query::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        Ok(Asked { caller, query, paging, form })
    }
}

/// One filter with what is chosen of it and what each value would give.
pub struct Facet<'a> {
    /// Its name in the address.
    pub name: &'static str,
    /// Its heading.
    pub label: String,
    /// What is chosen, separated by commas.
    pub chosen: &'a str,
    /// Values with the number of results of each.
    pub counts: &'a [(String, i64)],
}

impl<'a> Facet<'a> {
    /// One whose heading is the text `<noun>-facet-<name>`.
    pub fn of(t: T, noun: &str, name: &'static str, chosen: &'a str, counts: &'a [(String, i64)]) -> Facet<'a> {
        Facet { name, label: word(t, format!("{noun}-facet-{name}")), chosen, counts }
    }

    /// Its values with the address that each leads to: the most frequent, and what is chosen beyond them. None where there are none.
    pub fn group(&self, visit: &Visit, label: &impl Fn(&str, &str) -> String) -> Option<FacetGroup> {
        let chosen = crate::api::values(self.chosen);
        let base = href_with("", &visit.query, "cursor", "");
        let value = |value: &String, count: i64| {
            let on = chosen.contains(value);
            let mut next: Vec<&str> = chosen.iter().filter(|v| *v != value).map(String::as_str).collect();
            if !on {
                next.push(value);
            }
            FacetValue {
                label: label(self.name, value),
                count,
                href: href_with(&visit.path, base.trim_start_matches('?'), self.name, &next.join(",")),
                on,
            }
        };
        let shown = || self.counts.iter().take(VALUES_SHOWN);
        let mut values: Vec<FacetValue> = shown().map(|(v, n)| value(v, *n)).collect();
        values.extend(chosen.iter().filter(|v| !shown().any(|(known, _)| known == *v)).map(|v| value(v, 0)));
        (!values.is_empty()).then(|| FacetGroup { label: self.label.clone(), values })
    }
}

/// A list as a whole.
pub struct Browse<'a> {
    /// Its address.
    pub path: &'static str,
    /// Its heading.
    pub heading: String,
    /// What stands below the heading.
    pub lede: String,
    /// Label of the search box.
    pub search: String,
    /// What is searched for.
    pub q: &'a str,
    /// Its filters.
    pub facets: Vec<Facet<'a>>,
    /// What can be begun here.
    pub action: Option<Action>,
    /// What stands there when it is empty.
    pub empty: Empty,
    /// Items in all.
    pub total: i64,
    /// Items on this page.
    pub shown: usize,
    /// Cursor of the next page.
    pub next: Option<&'a str>,
}

impl<'a> Browse<'a> {
    /// One whose words begin with its noun: `<noun>-list-title`, `-list-lede`, `-search`, `-empty` and `-empty-text`. It has nothing
    /// in it yet, no facets and nothing to begin.
    pub fn of(t: T, noun: &str, path: &'static str, q: &'a str) -> Browse<'a> {
        Browse {
            path,
            heading: word(t, format!("{noun}-list-title")),
            lede: word(t, format!("{noun}-list-lede")),
            search: word(t, format!("{noun}-search")),
            q,
            facets: Vec::new(),
            action: None,
            empty: Empty::new(t.msg(format!("{noun}-empty")), t.msg(format!("{noun}-empty-text"))),
            total: 0,
            shown: 0,
            next: None,
        }
    }

    /// With its filters.
    pub fn facets(self, facets: impl IntoIterator<Item = Facet<'a>>) -> Browse<'a> {
        Browse { facets: facets.into_iter().collect(), ..self }
    }

    /// With what can be begun here, if anything.
    pub fn action(self, action: Option<Action>) -> Browse<'a> {
        Browse { action, ..self }
    }

    /// With where to go when it is empty.
    pub fn elsewhere(self, href: &str, label: impl Into<String>) -> Browse<'a> {
        Browse { empty: self.empty.action(href, label), ..self }
    }

    /// With what was found: how many in all, how many on this page, and the cursor of the next.
    pub fn found(self, total: i64, shown: usize, next: Option<&'a str>) -> Browse<'a> {
        Browse { total, shown, next, ..self }
    }
}

/// The frame of a list; `label` puts a value of a filter into words.
pub fn frame(visit: &Visit, paging: &PageQuery, browse: Browse<'_>, label: impl Fn(&str, &str) -> String) -> ListFrame {
    let t = visit.t;
    let chosen = browse.facets.iter().filter(|facet| !facet.chosen.is_empty());
    let keep: Vec<(String, String)> = chosen.map(|facet| (facet.name.to_owned(), facet.chosen.to_owned())).collect();
    let narrowed = !browse.q.is_empty() || !keep.is_empty();
    let groups = browse.facets.iter().filter_map(|facet| facet.group(visit, &label)).collect();
    let with_format = |format: &str| href_with(&visit.path, &visit.query, "format", format);
    ListFrame {
        heading: browse.heading,
        lede: browse.lede,
        search: Some(SearchBox { t, action: browse.path.into(), label: browse.search, q: browse.q.to_owned(), keep }),
        facets: Facets { t, groups, clear_href: browse.path.to_owned() },
        sorts: Vec::new(),
        action: browse.action,
        csv_href: with_format("csv"),
        json_href: with_format("json"),
        pager: pager(visit, paging, browse.total, browse.shown, browse.next),
        empty: if narrowed { Empty::nothing_found(t, browse.path) } else { browse.empty },
        ranked: false,
    }
}

/// The way to the first and to the next page of a list.
pub fn pager(visit: &Visit, paging: &PageQuery, total: i64, shown: usize, next: Option<&str>) -> Pager {
    Pager {
        t: visit.t,
        total,
        shown,
        first_href: paging.cursor.as_ref().map_or(String::new(), |_| visit.href_with("cursor", "")),
        next_href: next.map_or(String::new(), |cursor| visit.href_with("cursor", cursor)),
    }
}

/// A table for spreadsheets, whose columns are the texts `<noun>-csv-<column>`.
pub fn sheet(t: T, noun: &str, file: &str, columns: &[&str]) -> Csv {
    let heads: Vec<String> = columns.iter().map(|name| word(t, format!("{noun}-csv-{name}"))).collect();
    Csv::new(file, &heads)
}
