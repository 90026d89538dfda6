//! What everybody, the seats and those inside see of draws.

use super::{seat_resource, sitting};
use crate::actions::reviewer::{load_review, review_resource};
use crate::actions::{call_resource, load};
use crate::rules::call::Call;
use crate::rules::draw::{Draw, DrawState, OFFICE_SEAT, Part};
use crate::store;
use envelopes::committee_of;
use kernel::Refusal;
use platform::db::Conn;
use platform::{App, Ctx, Outcome};

/// A seat of a draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatLine {
    /// Its number; 0 for the office.
    pub number: i64,
    /// Chinese name; empty for the office.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Its part, once it has committed.
    pub part: Option<Part>,
    /// The reader may commit or open for it now.
    pub may: bool,
}

/// A draw as everybody sees it: never its input and result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawView {
    /// The draw, without input and result.
    pub draw: Draw,
    /// Its seats, the office first.
    pub seats: Vec<SeatLine>,
}

/// The seats of a draw, the office first, with what the reader may do for each.
async fn seats(app: &App, ctx: &Ctx, conn: &Conn, call: &Call, draw: &Draw) -> Outcome<Vec<SeatLine>> {
    let parts = store::draw::parts(conn, &draw.id).await?;
    let committee = match &draw.committee {
        Some(committee) => committee_of(conn, committee).await?,
        None => return Ok(Vec::new()),
    };
    let of = |number: i64| parts.iter().find(|part| part.seat == number).cloned();
    let waits = |part: Option<&Part>| match draw.state {
        DrawState::Committing => part.is_none(),
        DrawState::Opening => part.is_some_and(|part| part.value.is_none()),
        _ => false,
    };
    let office = of(OFFICE_SEAT);
    let runs = app.policies().allows(ctx, "draw_begin", &review_resource(call, ctx.now));
    let mut seats = vec![SeatLine {
        number: OFFICE_SEAT,
        name: String::new(),
        name_en: String::new(),
        may: runs && waits(office.as_ref()),
        part: office,
    }];
    for seat in committee.iter().flat_map(|committee| &committee.seats) {
        let part = of(seat.number);
        let may = waits(part.as_ref()) && app.policies().allows(ctx, "draw_open", &seat_resource(draw, seat));
        seats.push(SeatLine { number: seat.number, name: seat.name.clone(), name_en: seat.name_en.clone(), part, may });
    }
    Ok(seats)
}

/// Whether a draw waits for the actor: a seat of his has to commit or to open.
pub(in crate::actions) async fn seat_waits(
    app: &App,
    ctx: &Ctx,
    conn: &Conn,
    call: &Call,
    draw: &Draw,
) -> Outcome<bool> {
    Ok(seats(app, ctx, conn, call, draw).await?.iter().any(|seat| seat.may))
}

/// The draws of a call, the newest first, with what everybody may check.
///
/// # Errors
/// Not found.
pub async fn draw_list(app: &App, ctx: &Ctx, call: &str) -> Outcome<(Call, Vec<DrawView>)> {
    let conn = app.db().read();
    let call = load(&conn, call).await?;
    app.policies().require(ctx, "draw_list", &call_resource(&call, ctx.now))?;
    let mut views = Vec::new();
    for draw in store::draw::of_call(&conn, &call.id).await? {
        let seats = seats(app, ctx, &conn, &call, &draw).await?;
        views.push(DrawView { draw: Draw { input: None, result: None, ..draw }, seats });
    }
    Ok((call, views))
}

/// The whole draw as a file, for those inside: its replay needs nothing else.
///
/// # Errors
/// Not found, `review-none`; `draw-step` before it is drawn.
pub async fn draw_file(app: &App, ctx: &Ctx, call: &str, draw: &str) -> Outcome<String> {
    let conn = app.db().read();
    let call = load_review(app, &conn, ctx, "draw_file", call).await?;
    sitting(&conn, &call.id).await?;
    let draw =
        store::draw::by_id(&conn, draw).await?.filter(|draw| draw.call == call.id).ok_or_else(Refusal::not_found)?;
    crate::rules::draw::in_state(&draw, DrawState::Drawn)?;
    super::run::file_text(&draw, &store::draw::parts(&conn, &draw.id).await?)
}
