//! What the pages of awards, contracts, milestones and objections share: blocks with tables and forms in one frame.

use crate::pages::words::title;
use crate::rules::call::Call;
use askama::Template;
use kernel::Refusal;
use platform::Caller;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Action, Crumbs, Fact, Facts, Form, Table, Tag};
use platform::web::{Shell, T};
use rooms::pages::typed::Typed;

/// A page out of blocks.
#[derive(Template)]
#[template(path = "calls/award.html")]
pub(in crate::pages) struct Page {
    shell: Shell,
    detail: DetailFrame,
    refusal: String,
    notes: Vec<String>,
    blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Default)]
pub(in crate::pages) struct Block {
    /// The id of its heading.
    pub(in crate::pages) anchor: String,
    /// Its heading.
    pub(in crate::pages) heading: String,
    /// Labels below it.
    pub(in crate::pages) tags: Vec<Tag>,
    /// Paragraphs.
    pub(in crate::pages) text: Vec<String>,
    /// Tables.
    pub(in crate::pages) tables: Vec<Table>,
    /// Links.
    pub(in crate::pages) links: Vec<Action>,
    /// Words as they are hashed; may be empty.
    pub(in crate::pages) code: String,
    /// What can be done.
    pub(in crate::pages) panels: Vec<Panel>,
}

impl Block {
    /// A part with a heading.
    pub(in crate::pages) fn new(anchor: impl Into<String>, heading: impl Into<String>) -> Block {
        Block { anchor: anchor.into(), heading: heading.into(), ..Block::default() }
    }
}

/// A form with what it does.
pub(in crate::pages) struct Panel {
    heading: String,
    text: String,
    form: Form,
}

/// A form that came back.
#[derive(Clone, Copy)]
pub(in crate::pages) struct Again<'a> {
    /// Which form: the end of where it was sent.
    pub(in crate::pages) form: &'a str,
    /// What was typed.
    pub(in crate::pages) typed: &'a Typed,
    /// What is wrong.
    pub(in crate::pages) refusal: &'a Refusal,
}

impl Panel {
    /// A form with what it does; filled in again where it came back.
    pub(in crate::pages) fn new(
        heading: impl Into<String>,
        text: impl Into<String>,
        form: Form,
        again: Option<Again<'_>>,
    ) -> Panel {
        let own = again.filter(|again| form.action.ends_with(again.form));
        let form = match own {
            Some(again) => {
                let empty = form.fields.into_iter().map(|field| platform::web::parts::Field {
                    values: if again.typed.raw(&field.name).is_some() { Vec::new() } else { field.values },
                    ..field
                });
                let form = Form { fields: empty.collect(), ..form };
                form.fill(again.typed.pairs()).refuse(again.refusal)
            }
            None => form,
        };
        Panel { heading: heading.into(), text: text.into(), form }
    }
}

/// The name of an organisation in the reader's language.
pub(in crate::pages) fn named(t: T, (zh, en): &(String, String)) -> String {
    let shown = t.pick(zh, en);
    if shown.is_empty() { zh.clone() } else { shown.to_owned() }
}

/// A side fact.
pub(in crate::pages) fn party(label: String, name: String) -> Fact {
    Fact::new(label, name)
}

/// Puts a page together: `live` keeps it fresh while the call changes.
pub(in crate::pages) fn page(
    caller: &Caller,
    call: &Call,
    (heading, tags): (String, Vec<Tag>),
    facts: Vec<Fact>,
    (notes, blocks): (Vec<String>, Vec<Block>),
    refusal: Option<&Refusal>,
) -> Page {
    let t = caller.visit.t;
    let shell = caller.visit.shell(heading.clone()).here("/calls").live(format!("call/{}", call.id));
    let detail = DetailFrame {
        crumbs: Crumbs::new(t, &heading)
            .over("/calls", t.msg("call-list-title"))
            .over(format!("/calls/{}", call.id), title(t, call)),
        heading,
        other_name: String::new(),
        tags,
        lede: String::new(),
        phases: None,
        facts: vec![Facts { title: t.msg("side-facts").into_owned(), facts }],
        actions: Vec::new(),
        source: None,
        proof: None,
    };
    let refusal = refusal.map_or(String::new(), |refusal| refusal.sentence(t.locale).to_owned());
    Page { shell, detail, refusal, notes, blocks }
}
