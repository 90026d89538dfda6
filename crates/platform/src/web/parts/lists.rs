//! Lists: search box, facets, chips, pages, and what an empty list says.

use askama::Template;

use crate::web::html_safe;
use crate::web::texts::T;

/// A link that does something or leads on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Action {
    /// Address.
    pub href: String,
    /// Words.
    pub label: String,
}

impl Action {
    /// A link.
    pub fn new(href: impl Into<String>, label: impl Into<String>) -> Self {
        Self { href: href.into(), label: label.into() }
    }
}

/// The search box above a list. It is a GET form that keeps the filters.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/search_box.html")]
pub struct SearchBox {
    /// Texts.
    pub t: T,
    /// Path of the list.
    pub action: String,
    /// Label, such as 找机构.
    pub label: String,
    /// What has been asked.
    pub q: String,
    /// Filters to keep: name and value.
    pub keep: Vec<(String, String)>,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /// Words.
    pub label: String,
    /// Number of results with it.
    pub count: i64,
    /// Address of the list with this value added, or taken away when it is on.
    pub href: String,
    /// True if the list is filtered by it.
    pub on: bool,
}

/// A facet: kind, city, status …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetGroup {
    /// Its name.
    pub label: String,
    /// Its values, the most frequent first.
    pub values: Vec<FacetValue>,
}

/// The filters beside a list.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/facets.html")]
pub struct Facets {
    /// Texts.
    pub t: T,
    /// The facets in order.
    pub groups: Vec<FacetGroup>,
    /// The list without filters; empty hides the link.
    pub clear_href: String,
}

impl Facets {
    /// Number of values that are on.
    pub fn on_count(&self) -> usize {
        self.groups.iter().flat_map(|group| &group.values).filter(|value| value.on).count()
    }

    /// The values that are on, as chips that take themselves away.
    pub fn chips(&self) -> Vec<Chip> {
        self.groups
            .iter()
            .flat_map(|group| group.values.iter().map(move |value| (group, value)))
            .filter(|(_, value)| value.on)
            .map(|(group, value)| Chip {
                group: group.label.clone(),
                label: value.label.clone(),
                remove_href: value.href.clone(),
            })
            .collect()
    }
}

/// A filter that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// Name of its facet.
    pub group: String,
    /// Its value.
    pub label: String,
    /// The list without it.
    pub remove_href: String,
}

/// One order a list may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortOption {
    /// Address of the list in this order.
    pub href: String,
    /// Words.
    pub label: String,
    /// True for the present order.
    pub on: bool,
}

/// The end of a list: how much of it is shown, and the next page. Lists are read by cursor, so there is no last page.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/pager.html")]
pub struct Pager {
    /// Texts.
    pub t: T,
    /// Items in the whole list.
    pub total: i64,
    /// Items on this page.
    pub shown: usize,
    /// Back to the first page; empty when this is it.
    pub first_href: String,
    /// The next page; empty when this is the last.
    pub next_href: String,
}

/// What a list without items says: what will be here, and how to start.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/empty.html")]
pub struct Empty {
    /// Heading.
    pub title: String,
    /// One or two sentences.
    pub text: String,
    /// How to start; the first is the main one.
    pub actions: Vec<Action>,
}

impl Empty {
    /// An empty state without a link.
    pub fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: title.into(), text: text.into(), actions: Vec::new() }
    }

    /// Adds a link.
    pub fn action(mut self, href: impl Into<String>, label: impl Into<String>) -> Self {
        self.actions.push(Action::new(href, label));
        self
    }

    /// What a search without a hit says.
    pub fn nothing_found(t: T, clear_href: impl Into<String>) -> Self {
        Self::new(t.msg("list-nothing-title"), t.msg("list-nothing-text")).action(clear_href, t.msg("filters-clear"))
    }
}

html_safe!(SearchBox, Facets, Pager, Empty);
