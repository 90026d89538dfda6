//! The list of action items, with filters in the address.

use crate::actions::item::{Items, item_list};
use crate::api::item::{ItemQuery, listed};
use crate::pages::SECTION;
use crate::pages::accord::{ItemLine, item_lines};
use crate::pages::words::{cities, city, city_of_code, item_tag};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use platform::policy::Resource;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form};
use platform::web::{Problem, Shell, html};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::browse::{Asked, Browse, Facet, frame, sheet};
use rooms::pages::word;

#[derive(Template)]
#[template(path = "accords/item_list.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    office: bool,
    rows: Vec<ItemLine>,
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    Asked { caller, query, paging, form }: Asked<ItemQuery>,
) -> Result<Response, Problem> {
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = item_list(&app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let (corridor, t) = (corridor::of(&app), caller.visit.t);
    if form == Form::Csv {
        return Ok(csv(&caller, &corridor, &found).into_response());
    }
    let facet = |name, chosen, counts| Facet::of(t, "item", name, chosen, counts);
    let browse = Browse::of(t, "item", "/action-items", &query.q)
        .facets([facet("state", &query.state, &found.facets.states), facet("city", &query.city, &found.facets.cities)])
        .elsewhere("/meetings", t.msg("meeting-list-title"))
        .found(found.total, found.items.len(), found.next.as_deref());
    let label = |name: &str, value: &str| match name {
        "state" => word(t, format!("item-state-{value}")),
        _ => city_of_code(t, &corridor, value),
    };
    let page = Page {
        shell: SECTION.list(&caller, "item"),
        list: frame(&caller.visit, &paging, browse, label),
        office: app.policies().allows(&caller.ctx, "supervision_list", &Resource::house()),
        rows: item_lines(&caller, &corridor, &found.items),
    };
    Ok(html(&page))
}

fn csv(caller: &Caller, corridor: &Corridor, found: &Items) -> Csv {
    let t = caller.visit.t;
    let mut csv = sheet(
        t,
        "item",
        "action-items",
        &["id", "title", "target", "lead", "partners", "deadline", "percent", "state", "url"],
    );
    for item in &found.items {
        csv.row([
            item.id.clone(),
            t.pick(&item.title, &item.title_en).to_owned(),
            t.pick(&item.target, &item.target_en).to_owned(),
            city(t, corridor, item.lead),
            cities(t, corridor, &item.partners),
            item.deadline.to_string(),
            item.percent.to_string(),
            item_tag(t, item, caller.ctx.now.date()).text,
            format!("/action-items/{}", item.id),
        ]);
    }
    csv
}
