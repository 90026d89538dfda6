//! One statement: how bank and ledger stand to each other, and its lines.

use crate::actions::statement::{Line, View, statement_view};
use crate::pages::SECTION;
use crate::pages::words::{amount, counterparty, line_tag, money, signed};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::Fen;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Cell, Column, Crumbs, Fact, Facts, Figure, Figures, Table, Tag, Tone};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use rooms::pages::{detail, word};

#[derive(Template)]
#[template(path = "ledger/statement.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    figures: Figures,
    agrees: bool,
    lines: Option<Table>,
}

/// The page.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = statement_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &view)))
}

/// What the bank has more than the ledger.
fn difference(view: &View) -> Fen {
    view.statement.closing.minus(view.book).unwrap_or(Fen::ZERO)
}

fn build(caller: &Caller, view: &View) -> Page {
    let (t, statement) = (caller.visit.t, &view.statement);
    let figure = |key: &str, fen: Fen| Figure {
        label: t.with("ledger-in-unit", "label", t.msg(format!("statement-figure-{key}"))),
        value: amount(fen),
        ..Figure::default()
    };
    let days = t.with2("ledger-days", "from", statement.from.to_string(), "to", statement.to.to_string());
    let heading = t.with("statement-heading", "days", days);
    let open = view.lines.iter().filter(|line| line.matched.is_none()).count();
    let mut tags = match open {
        0 => vec![Tag::new(Tone::Pine, t.msg("statement-all-matched"))],
        n => vec![Tag::new(Tone::Cinnabar, t.n("statement-open", n))],
    };
    if statement.demo {
        tags.push(Tag::demo(t));
    }
    Page {
        shell: SECTION.shell(caller, heading.clone()),
        figures: Figures {
            figures: vec![
                figure("bank", statement.closing),
                figure("book", view.book),
                figure("difference", difference(view)),
                figure("open", view.open),
            ],
        },
        agrees: difference(view) == view.open,
        lines: (!view.lines.is_empty()).then(|| table(t, &view.lines)),
        detail: DetailFrame {
            tags,
            lede: view.account.name.clone(),
            facts: vec![facts(t, view)],
            ..detail(Crumbs::new(t, &heading).over("/statements", t.msg("statement-title")), heading)
        },
    }
}

fn facts(t: T, view: &View) -> Facts {
    let statement = &view.statement;
    let label = |key: &str| word(t, format!("statement-fact-{key}"));
    let mut facts = vec![
        Fact::new(label("account"), view.account.name.clone()).link(format!("/accounts/{}", statement.account)),
        Fact::new(label("opening"), money(t, statement.opening)),
        Fact::new(label("closing"), money(t, statement.closing)),
        Fact::new(label("lines"), t.num(statement.lines)),
        Fact::new(label("loaded"), t.datetime(statement.at_ms)),
        Fact::new(label("by"), statement.by_name.clone()),
    ];
    if !statement.file.is_empty() {
        facts.push(Fact::new(label("file"), statement.file.clone()));
    }
    facts.push(Fact::new("SHA-256", statement.sha256.clone()));
    Facts { title: word(t, "side-facts"), facts }
}

fn table(t: T, lines: &[Line]) -> Table {
    let unit = word(t, "ledger-unit");
    let columns = vec![
        Column::words(t.msg("line-col-date")),
        Column::words(t.msg("line-col-counterparty")),
        Column::words(t.msg("line-col-summary")),
        Column::words(t.msg("line-col-state")),
        Column::numbers(t.msg("line-col-amount"), &unit),
        Column::numbers(t.msg("line-col-balance"), &unit),
    ];
    let mut table = Table::new(t, t.msg("line-table"), columns);
    table.caption_hidden = true;
    table.rows = lines
        .iter()
        .map(|line| {
            let words = [line.summary.as_str(), line.reference.as_str()];
            let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
            vec![
                Cell::Link { href: format!("/statement-lines/{}", line.open.id), text: line.open.day.to_string() },
                counterparty(line),
                Cell::Text(words.join(" · ")),
                Cell::Tag(line_tag(t, line)),
                Cell::Text(signed(line.open.amount)),
                Cell::Text(amount(line.balance)),
            ]
        })
        .collect();
    table
}
