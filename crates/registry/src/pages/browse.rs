//! The frame around a list of this capability: facets whose values stand in the address, search box, pages.

use platform::web::Visit;
use platform::web::kinds::ListFrame;
use platform::web::page::PageQuery;
use platform::web::parts::{Action, Empty, FacetGroup, FacetValue, Facets, Pager, SearchBox};
use platform::web::visit::href_with;

/// Values of one filter that are listed.
const VALUES_SHOWN: usize = 14;

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

/// A list as a whole.
pub struct Browse<'a> {
    pub path: &'static str,
    pub heading: String,
    pub lede: String,
    /// Label of the search box.
    pub search: String,
    pub q: &'a str,
    pub facets: Vec<Facet<'a>>,
    pub action: Option<Action>,
    pub empty: Empty,
    pub total: i64,
    pub shown: usize,
    pub next: Option<&'a str>,
}

/// The frame of a list; `label` puts a value of a filter into words.
pub fn frame(visit: &Visit, paging: &PageQuery, browse: Browse<'_>, label: impl Fn(&str, &str) -> String) -> ListFrame {
    let t = visit.t;
    let chosen = browse.facets.iter().filter(|facet| !facet.chosen.is_empty());
    let keep: Vec<(String, String)> = chosen.map(|facet| (facet.name.to_owned(), facet.chosen.to_owned())).collect();
    let narrowed = !browse.q.is_empty() || !keep.is_empty();
    let groups = browse.facets.iter().filter_map(|facet| group(visit, facet, &label)).collect();
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
        pager: Pager {
            t,
            total: browse.total,
            shown: browse.shown,
            first_href: paging.cursor.as_ref().map_or(String::new(), |_| visit.href_with("cursor", "")),
            next_href: browse.next.map_or(String::new(), |cursor| visit.href_with("cursor", cursor)),
        },
        empty: if narrowed { Empty::nothing_found(t, browse.path) } else { browse.empty },
        ranked: false,
    }
}

fn group(visit: &Visit, facet: &Facet<'_>, label: &impl Fn(&str, &str) -> String) -> Option<FacetGroup> {
    let chosen = crate::api::listing::values(facet.chosen);
    let base = href_with("", &visit.query, "cursor", "");
    let value = |value: &String, count: i64| {
        let on = chosen.contains(value);
        let mut next: Vec<&str> = chosen.iter().filter(|v| *v != value).map(String::as_str).collect();
        if !on {
            next.push(value);
        }
        FacetValue {
            label: label(facet.name, value),
            count,
            href: href_with(&visit.path, base.trim_start_matches('?'), facet.name, &next.join(",")),
            on,
        }
    };
    let shown = || facet.counts.iter().take(VALUES_SHOWN);
    let mut values: Vec<FacetValue> = shown().map(|(v, n)| value(v, *n)).collect();
    values.extend(chosen.iter().filter(|v| !shown().any(|(known, _)| known == *v)).map(|v| value(v, 0)));
    (!values.is_empty()).then(|| FacetGroup { label: facet.label.clone(), values })
}
