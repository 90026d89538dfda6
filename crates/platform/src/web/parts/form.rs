//! Forms: fields with label, hint and error; the summary of errors; check-your-answers.

use askama::Template;
use kernel::Refusal;

use crate::web::html_safe;
use crate::web::texts::T;

/// One value to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// A sentence below it; may be empty.
    pub hint: String,
}

impl Choice {
    /// A value without a hint.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new() }
    }

    /// Adds a sentence below.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// How a field is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of some HTML input type: `text`, `email`, `tel`, `password`, `date`, `search`.
    Line(&'static str),
    /// A number, typed freely (half or full width), right-aligned, with its unit.
    Number,
    /// Several lines.
    Lines(u8),
    /// One of a few, all visible.
    Radio(Vec<Choice>),
    /// Any of a few, all visible.
    Check(Vec<Choice>),
    /// One of many.
    Select(Vec<Choice>),
    /// A file; the accepted types, such as `.csv,.jsonl`.
    File(&'static str),
}

/// One question of a form.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/field.html")]
pub struct Field {
    /// Texts.
    pub t: T,
    /// Name in the form; also its id.
    pub name: String,
    /// The question.
    pub label: String,
    /// Help below the question; may be empty.
    pub hint: String,
    /// What has been typed or chosen; several for check boxes.
    pub values: Vec<String>,
    /// What is wrong and what to do; empty for nothing.
    pub error: String,
    /// How it is filled in.
    pub kind: FieldKind,
    /// False marks it as optional.
    pub required: bool,
    /// HTML `autocomplete`; empty for none.
    pub autocomplete: &'static str,
    /// Unit after a number; may be empty.
    pub unit: String,
    /// Longest text in characters; 0 for no limit said.
    pub chars_max: usize,
    /// True makes the label the page's heading (one question per page).
    pub heading: bool,
    /// True for a question of a [`super::SealedForm`]: it has no name to be sent under.
    pub sealed: bool,
}

impl Field {
    /// A required field of some kind.
    pub fn new(t: T, kind: FieldKind, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            t,
            name: name.into(),
            label: label.into(),
            hint: String::new(),
            values: Vec::new(),
            error: String::new(),
            kind,
            required: true,
            autocomplete: "",
            unit: String::new(),
            chars_max: 0,
            heading: false,
            sealed: false,
        }
    }

    /// One line of text.
    pub fn line(t: T, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(t, FieldKind::Line("text"), name, label)
    }

    /// Several lines of text.
    pub fn lines(t: T, name: impl Into<String>, label: impl Into<String>, rows: u8) -> Self {
        Self::new(t, FieldKind::Lines(rows), name, label)
    }

    /// Adds help.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Fills it in.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Need not be filled in.
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Says what is wrong.
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = error.into();
        self
    }

    /// The browser may fill it in.
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = token;
        self
    }

    /// Names the unit.
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// Limits the length, in characters.
    pub fn chars_max(mut self, chars: usize) -> Self {
        self.chars_max = chars;
        self
    }

    /// Makes the question the page's heading.
    pub fn heading(mut self) -> Self {
        self.heading = true;
        self
    }

    /// Takes the name away: a script reads the field, and nothing sends it.
    pub(super) fn sealed(mut self) -> Self {
        self.sealed = true;
        self
    }

    /// The attribute that says what the field is called.
    fn naming(&self) -> &'static str {
        if self.sealed { "data-sealed" } else { "name" }
    }

    fn is_group(&self) -> bool {
        matches!(self.kind, FieldKind::Radio(_) | FieldKind::Check(_))
    }

    fn first(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    fn has(&self, value: &str) -> bool {
        self.values.iter().any(|chosen| chosen == value)
    }

    fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if !self.hint.is_empty() || self.chars_max > 0 {
            ids.push(format!("{}-hint", self.name));
        }
        if !self.error.is_empty() {
            ids.push(format!("{}-error", self.name));
        }
        ids.join(" ")
    }

    /// Where the summary's link leads: the first control of the field.
    pub fn target(&self) -> String {
        match &self.kind {
            FieldKind::Radio(_) | FieldKind::Check(_) => format!("{}-0", self.name),
            _ => self.name.clone(),
        }
    }
}

/// What is wrong with a form, above it, each leading to its field.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/error_summary.html")]
pub struct ErrorSummary {
    /// Texts.
    pub t: T,
    /// Id of the field (empty for none) and what to do.
    pub errors: Vec<(String, String)>,
}

/// A whole form: summary of errors, fields, button. It carries an idempotency key when given one.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/form.html")]
pub struct Form {
    /// Texts.
    pub t: T,
    /// Where it is posted.
    pub action: String,
    /// Its questions in order.
    pub fields: Vec<Field>,
    /// Hidden names and values.
    pub hidden: Vec<(String, String)>,
    /// Words of the button.
    pub submit: String,
    /// Way out beside the button.
    pub cancel: Option<super::Action>,
    /// Errors that belong to no field.
    pub errors: Vec<String>,
    /// True when a field is a file.
    pub multipart: bool,
}

impl Form {
    /// A form without fields.
    pub fn new(t: T, action: impl Into<String>, submit: impl Into<String>) -> Self {
        Self {
            t,
            action: action.into(),
            fields: Vec::new(),
            hidden: Vec::new(),
            submit: submit.into(),
            cancel: None,
            errors: Vec::new(),
            multipart: false,
        }
    }

    /// Adds a question.
    pub fn field(mut self, field: Field) -> Self {
        self.multipart |= matches!(field.kind, FieldKind::File(_));
        self.fields.push(field);
        self
    }

    /// Adds a hidden value.
    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// A repeat of this form with the same key gets the first answer.
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        self.hidden("idempotency_key", key)
    }

    /// Adds a way out.
    pub fn cancel(mut self, href: impl Into<String>, label: impl Into<String>) -> Self {
        self.cancel = Some(super::Action::new(href, label));
        self
    }

    /// Fills in what was typed: names and values as posted. Passwords and files stay empty.
    pub fn fill<'a>(mut self, values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        for (name, value) in values {
            for field in self.fields.iter_mut().filter(|field| field.name == name) {
                if !matches!(field.kind, FieldKind::Line("password") | FieldKind::File(_)) {
                    field.values.push(value.to_owned());
                }
            }
        }
        self
    }

    /// Puts a refusal at its field, or above the form when it names none of them.
    pub fn refuse(mut self, refusal: &Refusal) -> Self {
        let sentence = refusal.sentence(self.t.locale).to_owned();
        let name = refusal.field.as_deref();
        match self.fields.iter_mut().find(|field| Some(field.name.as_str()) == name) {
            Some(field) => field.error = sentence,
            None => self.errors.push(sentence),
        }
        self
    }

    /// The summary above the form; `None` when all is well.
    pub fn summary(&self) -> Option<ErrorSummary> {
        let general = self.errors.iter().map(|error| (String::new(), error.clone()));
        let fields = self.fields.iter().filter(|field| !field.error.is_empty());
        let errors: Vec<_> = general.chain(fields.map(|field| (field.target(), field.error.clone()))).collect();
        (!errors.is_empty()).then_some(ErrorSummary { t: self.t, errors })
    }
}

/// One answer to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The question, short.
    pub label: String,
    /// What was answered; empty shows a dash.
    pub value: String,
    /// Where to change it; empty for fixed answers.
    pub change_href: String,
}

/// Check your answers: questions, answers, and a way to change each.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/answers.html")]
pub struct Answers {
    /// Texts.
    pub t: T,
    /// The answers in order.
    pub answers: Vec<Answer>,
}

html_safe!(Field, ErrorSummary, Form, Answers);
