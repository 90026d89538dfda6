//! Lists as pages of items: limit and cursor, the JSON shape, CSV of exactly what is shown.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::Refusal;
use kernel::limits::{PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// Longest cursor in bytes; ours are far shorter.
pub const CURSOR_BYTES_MAX: usize = 512;
/// Rows of a CSV answer at most; a longer list is cut there and says so in `x-rows-left`.
pub const CSV_ROWS_MAX: usize = 10_000;

/// `limit` and `cursor` as they stand in a query string, before any check.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Items on the page, 1 to 100; 20 if left out.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
    /// `next` of the page before; left out for the first.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// A checked page: which items to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Items to read, 1 to [`PAGE_ITEMS_MAX`].
    pub limit: usize,
    /// Opaque; whoever made it checks it.
    pub cursor: Option<String>,
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: PAGE_ITEMS_DEFAULT, cursor: None }
    }
}

impl PageQuery {
    /// Checks both; an empty cursor counts as none.
    ///
    /// # Errors
    /// `page-limit` for a limit that is no number from 1 to the maximum, `page-cursor` for a cursor that cannot be ours.
    pub fn page(&self) -> Result<Page, Refusal> {
        let limit = match self.limit.as_deref() {
            None => PAGE_ITEMS_DEFAULT,
            // Digits and nothing else: Rust alone would also take a sign.
            Some(text) => Some(text)
                .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|text| text.parse::<usize>().ok())
                .filter(|limit| (1..=PAGE_ITEMS_MAX).contains(limit))
                .ok_or_else(limit_refused)?,
        };
        let cursor = self.cursor.clone().filter(|cursor| !cursor.is_empty());
        if cursor
            .as_ref()
            .is_some_and(|cursor| cursor.len() > CURSOR_BYTES_MAX || !cursor.bytes().all(|b| b.is_ascii_graphic()))
        {
            return Err(cursor_refused());
        }
        Ok(Page { limit, cursor })
    }
}

fn limit_refused() -> Refusal {
    Refusal::invalid(
        "page-limit",
        format!("每页条数须为 1 至 {PAGE_ITEMS_MAX} 的整数。"),
        format!("limit must be a whole number from 1 to {PAGE_ITEMS_MAX}."),
    )
    .at("limit")
}

/// For whoever decodes a cursor and finds that it is not his.
pub fn cursor_refused() -> Refusal {
    Refusal::invalid(
        "page-cursor",
        "翻页位置无效。请从第一页重新开始。",
        "The cursor is not valid. Start again from the first page.",
    )
    .at("cursor")
}

/// A list as JSON: `{"items":[…],"total":N,"next":"cursor"|null}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct List<I> {
    /// Items of this page.
    pub items: Vec<I>,
    /// Items in the whole list.
    pub total: i64,
    /// Cursor of the next page; null on the last.
    pub next: Option<String>,
}

impl<I: Serialize> IntoResponse for List<I> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

/// The form in which a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A page for people.
    Html,
    /// JSON.
    Json,
    /// CSV.
    Csv,
}

/// Which form is asked for: `?format=csv|json` wins over `Accept`.
pub fn wants(query: &str, path: &str, headers: &HeaderMap) -> Form {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match super::visit::query_value(query, "format") {
        Some("csv") => Form::Csv,
        Some("json") => Form::Json,
        _ if accept.contains("text/csv") && !accept.contains("text/html") => Form::Csv,
        _ if super::problem::wants_json(path, headers) => Form::Json,
        _ => Form::Html,
    }
}

/// CSV for spreadsheets: UTF-8 with a byte order mark, CRLF, every cell safe from being taken for a formula.
#[derive(Debug, Clone)]
pub struct Csv {
    body: String,
    file: String,
    rows: usize,
    left: usize,
}

impl Csv {
    /// Starts a file of this name (letters, digits, `-`, `_`; others are dropped) with its heading.
    pub fn new<S: AsRef<str>>(file: &str, heading: impl IntoIterator<Item = S>) -> Self {
        let file = file.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
        let mut csv = Self { body: "\u{feff}".to_owned(), file, rows: 0, left: 0 };
        csv.write(heading);
        csv
    }

    /// Adds a row; beyond [`CSV_ROWS_MAX`] it is only counted.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        if self.rows >= CSV_ROWS_MAX {
            self.left += 1;
            return;
        }
        self.rows += 1;
        self.write(cells);
    }

    fn write<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.body.push(',');
            }
            self.body.push_str(&csv_cell(cell.as_ref()));
        }
        self.body.push_str("\r\n");
    }

    /// The text so far.
    pub fn as_str(&self) -> &str {
        &self.body
    }
}

impl IntoResponse for Csv {
    fn into_response(self) -> Response {
        let disposition = format!("attachment; filename=\"{}.csv\"", self.file);
        let mut response = (StatusCode::OK, self.body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
        if let Ok(value) = HeaderValue::from_str(&disposition) {
            headers.insert(header::CONTENT_DISPOSITION, value);
        }
        if self.left > 0 {
            headers.insert("x-rows-left", HeaderValue::from(self.left));
        }
        response
    }
}

/// One cell. A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection);
/// plain numbers stay numbers.
pub fn csv_cell(text: &str) -> String {
    let text = text.replace('\0', "");
    let risky = text
        .trim_start_matches([' ', '\u{a0}', '\u{3000}', '"'])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if risky && text.trim().parse::<f64>().is_err() { format!("'{text}") } else { text };
    if text.contains([',', '"', '\r', '\n', ';', '\t', '\'']) || text != text.trim() {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(limit: &str, cursor: &str) -> Result<Page, &'static str> {
        PageQuery { limit: Some(limit.into()), cursor: Some(cursor.into()) }.page().map_err(|refusal| refusal.code)
    }

    #[test]
    fn limits_and_cursors_are_checked() {
        assert_eq!(PageQuery::default().page(), Ok(Page::default()));
        assert_eq!(query("20", ""), Ok(Page::default()));
        assert_eq!(query("5", "abc"), Ok(Page { limit: 5, cursor: Some("abc".into()) }));
        for limit in ["", "0", "101", "-1", "+1", " 5 ", "\r", "1e1", "五", "99999999999999999999"] {
            assert_eq!(query(limit, ""), Err("page-limit"), "{limit}");
        }
        assert_eq!(query("1", &"x".repeat(CURSOR_BYTES_MAX + 1)), Err("page-cursor"));
        assert_eq!(query("1", "a\0b"), Err("page-cursor"));
    }

    #[test]
    fn cells_cannot_become_formulas() {
        for (cell, written) in [
            ("示例", "示例"),
            ("-12.5", "-12.5"),
            ("+3", "+3"),
            ("1,234", "\"1,234\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-2+3+cmd|' /C calc'!A0", "\"'-2+3+cmd|' /C calc'!A0\""),
            (" =1", "\"' =1\""),
            ("＝1", "\"'＝1\""),
            ("\t=1", "\"'\t=1\""),
            ("a\0b", "ab"),
            ("两\n行", "\"两\n行\""),
        ] {
            assert_eq!(csv_cell(cell), written, "{cell:?}");
        }
    }

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let mut csv = Csv::new("机构 list/../x", ["名称"]);
        for _ in 0..CSV_ROWS_MAX + 3 {
            csv.row(["甲"]);
        }
        assert!(csv.as_str().starts_with("\u{feff}名称\r\n甲\r\n"));
        let response = csv.into_response();
        assert_eq!(response.headers()["x-rows-left"], "3");
        assert_eq!(response.headers()[header::CONTENT_DISPOSITION], "attachment; filename=\"listx.csv\"");
    }

    #[test]
    fn the_form_follows_the_query_then_the_accept_header() {
        let accept = |text: &'static str| HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(text))]);
        assert_eq!(wants("", "/needs", &accept("text/html,application/json")), Form::Html);
        assert_eq!(wants("", "/needs", &accept("application/json")), Form::Json);
        assert_eq!(wants("q=1&format=csv", "/needs", &accept("text/html")), Form::Csv);
        assert_eq!(wants("", "/needs", &accept("text/csv")), Form::Csv);
        assert_eq!(wants("", "/api/v1/needs", &HeaderMap::new()), Form::Json);
        assert_eq!(wants("", "/needs", &HeaderMap::new()), Form::Html);
    }

    #[test]
    fn the_last_page_has_a_null_cursor() {
        let list = List { items: vec![1, 2], total: 2, next: None };
        assert_eq!(serde_json::to_string(&list).unwrap(), r#"{"items":[1,2],"total":2,"next":null}"#);
    }
}
