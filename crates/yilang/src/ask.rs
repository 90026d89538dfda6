//! `yilang match` and `yilang search`: the same answers as the pages, beside a running server or without one.

use crate::house::{Opening, open};
use crate::{Ended, Place};
use clap::Args;
use platform::ctx::Ctx;
use platform::indexer::Mode;
use platform::web::T;
use platform::web::page::PageQuery;
use platform::{Actor, App};
use registry::api::matching::listed;
use registry::api::search::{SearchQuery, shown};
use registry::{actions, corridor};

#[derive(Args)]
pub struct MatchArgs {
    /// The need, in plain words.
    text: String,
    /// Answers wanted.
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct SearchArgs {
    /// The words.
    text: String,
    /// Results wanted.
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Asks as a visitor does: nothing that is not public.
fn visitor(app: &App) -> Ctx {
    Ctx { actor: Actor::visitor(), ..Ctx::system(app.clock().now()) }
}

pub async fn matches(place: &Place, args: MatchArgs) -> Result<(), Ended> {
    let app = open(place, Opening::command(Mode::Read)).await?;
    let ctx = visitor(&app);
    let matches = actions::matching::match_preview(&app, &ctx, &args.text, None, args.limit).await?;
    let list = listed(&corridor::of(&app), &matches, T { locale: ctx.locale, texts: app.texts() });
    if args.json {
        return print_json(&list);
    }
    for (at, item) in list.items.iter().enumerate() {
        let why: Vec<&str> = item.why.iter().map(|why| why.text.as_str()).collect();
        let city = item.city.as_ref().map_or("", |city| city.name.as_str());
        println!("{:>3}. {}  {}  {:.2}\n     {}", at + 1, item.name, city, item.score, why.join("；"));
    }
    Ok(())
}

pub async fn search(place: &Place, args: SearchArgs) -> Result<(), Ended> {
    let app = open(place, Opening::command(Mode::Read)).await?;
    let ctx = visitor(&app);
    let query = SearchQuery { q: args.text, ..SearchQuery::default() };
    let request = query.request(&PageQuery { limit: Some(args.limit.to_string()), cursor: None })?;
    let response = actions::matching::search(&app, &ctx, request).await?;
    let page = shown(&corridor::of(&app), 0, response, ctx.locale);
    if args.json {
        return print_json(&page);
    }
    for (at, item) in page.items.iter().enumerate() {
        let city = item.city.as_ref().map_or("", |city| city.name.as_str());
        println!("{:>3}. {}  {}  {}", at + 1, item.name, city, item.url);
    }
    println!("{}", page.total);
    Ok(())
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Ended> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Ended::Refused(error.to_string()))?;
    println!("{text}");
    Ok(())
}
