//! A form whose answers are sealed in the browser; the server gets the envelope alone.

use askama::Template;
use kernel::Refusal;

use super::{Action, ErrorSummary, Field, FieldKind};
use crate::web::html_safe;
use crate::web::texts::T;

/// Code of a refusal that the script says, and the key of its sentence.
const SENTENCES: [(&str, &str); 10] = [
    ("seal-insecure", "seal-insecure"),
    ("seal-key", "seal-key"),
    ("seal-context", "seal-key"),
    ("seal-too-large", "seal-too-large"),
    ("seal-text", "seal-text"),
    ("seal-file-name", "seal-file-name"),
    ("seal-envelope", "seal-envelope"),
    ("seal-proof", "seal-envelope"),
    ("seal-foreign", "seal-foreign"),
    ("seal-missing", "seal-missing"),
];

/// What an envelope made with this form is for, as docs/sealing-format.md writes it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SealContext {
    /// The journal's origin.
    pub origin: String,
    /// The round.
    pub round: String,
    /// The committee's ceremony.
    pub committee: String,
    /// The committee's key, 64 hexadecimal digits.
    pub key: String,
    /// SHA-256 of the round's rules, 64 hexadecimal digits.
    pub rules: String,
    /// When the round closes, epoch milliseconds.
    pub closes: i64,
    /// The sender's pseudonym in the round.
    pub sender: String,
}

/// The form for something to be sealed.
///
/// It has questions that never leave the browser as they are, the envelope with its hash, and the way without scripts: a file
/// made by `yilang seal`. The page loads `seal-form.js` ([`crate::web::Shell::module`]) and the form posts a file `envelope`.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/sealed.html")]
pub struct SealedForm {
    /// Texts.
    pub t: T,
    /// Where the envelope is posted.
    pub action: String,
    /// What it is for.
    pub context: SealContext,
    /// The questions; their names become names in the envelope.
    pub fields: Vec<Field>,
    /// Hidden names and values, sent as they are.
    pub hidden: Vec<(String, String)>,
    /// The command that makes such a file without a browser.
    pub command: String,
    /// Way out beside the button.
    pub cancel: Option<Action>,
    /// What was wrong with an envelope that was sent.
    pub errors: Vec<String>,
}

impl SealedForm {
    /// A form without questions.
    pub fn new(t: T, action: impl Into<String>, context: SealContext, command: impl Into<String>) -> Self {
        Self {
            t,
            action: action.into(),
            context,
            fields: Vec::new(),
            hidden: Vec::new(),
            command: command.into(),
            cancel: None,
            errors: Vec::new(),
        }
    }

    /// Adds a question. A question of kind [`FieldKind::File`] takes several documents.
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field.sealed());
        self
    }

    /// A repeat of this form with the same key gets the first answer.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.hidden.push(("idempotency_key".to_owned(), key.into()));
        self
    }

    /// Adds a way out.
    pub fn cancel(mut self, href: impl Into<String>, label: impl Into<String>) -> Self {
        self.cancel = Some(Action::new(href, label));
        self
    }

    /// Says what was wrong with the envelope that was sent.
    pub fn refuse(mut self, refusal: &Refusal) -> Self {
        self.errors.push(refusal.sentence(self.t.locale).to_owned());
        self
    }

    /// The summary above the form; `None` when all is well.
    pub fn summary(&self) -> Option<ErrorSummary> {
        let errors: Vec<_> = self.errors.iter().map(|error| ("envelope".to_owned(), error.clone())).collect();
        (!errors.is_empty()).then_some(ErrorSummary { t: self.t, errors })
    }

    fn data(&self) -> String {
        // Strings and a number always have a JSON form.
        serde_json::to_string(&self.context).unwrap_or_default()
    }

    /// The sentences for what the scripts may refuse, by code.
    fn sentences(&self) -> String {
        let said = SENTENCES.iter().map(|(code, key)| ((*code).to_owned(), self.t.msg(key).into_owned()));
        let stripping = stripping::Problem::ALL
            .iter()
            .map(|problem| (problem.code().to_owned(), problem.refusal().sentence(self.t.locale).to_owned()));
        let frame = [("title", "seal-problem"), ("colon", "colon"), ("seal-failed", "seal-failed")];
        let frame = frame.map(|(name, key)| (name.to_owned(), self.t.msg(key).into_owned()));
        let all: std::collections::BTreeMap<String, String> = said.chain(stripping).chain(frame).collect();
        serde_json::to_string(&all).unwrap_or_default()
    }

    fn own(&self) -> Field {
        let field = Field::new(self.t, FieldKind::File(".ylse"), "envelope", self.t.msg("seal-own-label"));
        field.hint(self.t.msg("seal-own-hint"))
    }
}

html_safe!(SealedForm);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Texts;
    use crate::web::parts::Choice;
    use kernel::Locale;

    fn form(locale: Locale) -> SealedForm {
        let t = T { locale, texts: Texts::leaked(Vec::new()).unwrap() };
        let context = SealContext {
            origin: "示例.example/log".into(),
            round: "r1".into(),
            committee: "c1".into(),
            key: "00".repeat(32),
            rules: "11".repeat(32),
            closes: 1_800_000_000_000,
            sender: "'\"><b>".into(),
        };
        let choices = vec![Choice::new("a", "甲"), Choice::new("b", "乙")];
        SealedForm::new(t, "/rounds/r1/envelopes", context, "yilang seal --round round.json --out envelope.ylse")
            .field(Field::line(t, "price_fen", "报价"))
            .field(Field::lines(t, "plan", "方案", 4))
            .field(Field::new(t, FieldKind::Number, "days", "天数"))
            .field(Field::new(t, FieldKind::Select(choices.clone()), "way", "方式"))
            .field(Field::new(t, FieldKind::Radio(choices), "side", "甲乙"))
            .field(Field::new(t, FieldKind::File(".pdf"), "documents", "附件"))
            .idempotency_key("k1")
    }

    #[test]
    fn nothing_but_the_envelope_and_the_key_would_be_sent() {
        let page = form(Locale::ZhCn).to_string();
        let named: Vec<&str> =
            page.match_indices(" name=\"").map(|(at, _)| page[at + 7..].split('"').next().unwrap()).collect();
        // Radio buttons are one group by their name, and belong to no form.
        assert_eq!(named, ["idempotency_key", "side", "side", "envelope"]);
        assert_eq!(page.matches(" form=\"\"").count(), 2);
        for name in ["price_fen", "plan", "days", "way", "side"] {
            assert!(page.contains(&format!(" data-sealed=\"{name}\"")), "{name}");
        }
        assert!(page.contains(" data-sealed-files multiple"));
        assert!(!page.contains("<b>"), "a context is text");
    }

    #[test]
    fn every_refusal_of_the_scripts_has_a_sentence_in_both_languages() {
        let scripts = [
            include_str!("../../../assets/sealing.js"),
            include_str!("../../../assets/seal-form.js"),
            include_str!("../../../assets/stripping.js"),
            include_str!("../../../assets/stripping-office.js"),
            include_str!("../../../assets/stripping-pdf.js"),
        ];
        for locale in [Locale::ZhCn, Locale::En] {
            let said: serde_json::Value = serde_json::from_str(&form(locale).sentences()).unwrap();
            let mut codes = 0;
            for start in ["Error(\"", "Problem(\""] {
                for script in scripts {
                    for (at, _) in script.match_indices(start) {
                        let code = script[at + start.len()..].split('"').next().unwrap();
                        // Only vectors give random numbers of their own.
                        if code != "seal-random" {
                            assert!(said[code].as_str().is_some_and(|text| text.ends_with(['。', '.'])), "{code}");
                            codes += 1;
                        }
                    }
                }
            }
            assert!(codes > 20, "{codes}");
        }
    }
}
