//! What a person typed into a form, kept as it came, so that a refused form comes back unchanged.

use axum::Form;
use axum::extract::{FromRequest, Request};
use platform::web::Problem;

/// Names and values of a posted form in their order; a name may come several times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed(Vec<(String, String)>);

impl Typed {
    /// The first value of a name, trimmed; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// The first value as it was typed, if the form had the field at all.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every value whose name starts with a prefix, in order, without empty ones.
    pub fn all(&self, prefix: &str) -> Vec<String> {
        let fits = self.0.iter().filter(|(key, value)| key.starts_with(prefix) && !value.is_empty());
        fits.map(|(_, value)| value.clone()).collect()
    }

    /// Names and values, to fill a form in again.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl FromIterator<(String, String)> for Typed {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Typed(pairs.into_iter().collect())
    }
}

impl<S: Send + Sync> FromRequest<S> for Typed {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        use axum::response::IntoResponse;
        match Form::<Vec<(String, String)>>::from_request(request, state).await {
            Ok(Form(pairs)) => Ok(Typed(pairs)),
            Err(rejection) => Err(Problem::bare(rejection.into_response().status())),
        }
    }
}

/// Full-width digits, commas and points become half-width ones: people type both.
pub fn half_width(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '。' => '.',
        other => other,
    };
    text.chars().map(half).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_and_prefixes_are_kept() {
        let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
        let typed: Typed =
            [pair("a", " x "), pair("segments", "ic"), pair("segments-ic", "ic/wafer"), pair("segments", "")]
                .into_iter()
                .collect();
        assert_eq!((typed.get("a"), typed.raw("a"), typed.get("none")), ("x", Some(" x "), ""));
        assert_eq!(typed.all("segments"), ["ic", "ic/wafer"]);
    }

    #[test]
    fn digits_are_read_in_both_widths() {
        assert_eq!(half_width("１２，３４５。５　元"), "12,345.5 元");
    }
}
