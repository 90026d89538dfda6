//! Words that several pages of needs and offers share.

use crate::corridor::Corridor;
use crate::rules::listing::{Content, Kind, Listing, Office, Side, State};
use kernel::{Date, Instant};
use platform::web::T;
use platform::web::parts::{Answer, Tag, Tone};

/// Money as a record shows it; short where that stays exact.
pub(crate) fn money(t: T, fen: i64) -> String {
    t.fen_short(fen)
}

/// Budget or price in words.
pub(crate) fn price(t: T, content: &Content) -> String {
    match (content.price_from_fen, content.price_to_fen) {
        (Some(from), Some(to)) if from == to => money(t, from),
        (Some(from), Some(to)) => t.args("listing-price-range", &[("from", money(t, from)), ("to", money(t, to))]),
        (Some(from), None) => t.with("listing-price-from", "from", money(t, from)),
        (None, Some(to)) => t.with("listing-price-to", "to", money(t, to)),
        (None, None) => t.msg("listing-price-open").into_owned(),
    }
}

/// The last day before an instant that ends at midnight.
pub(crate) fn day_before(end: Instant) -> Date {
    end.plus_ms(-1).date()
}

/// The name of an office.
pub(crate) fn office_name(t: T, corridor: &Corridor, office: Office) -> String {
    match office {
        Office::City(city) => t.with("listing-office-city", "city", corridor.place_name(city, t.locale)),
        Office::Joint => t.msg("listing-office-joint").into_owned(),
    }
}

/// A kind of offer in words.
pub(super) fn kind_name(t: T, kind: Option<Kind>) -> String {
    t.msg(kind.map_or("listing-type-any".to_owned(), |kind| format!("listing-type-{}", kind.code()))).into_owned()
}

/// A segment with the chain it belongs to.
pub(super) fn segment_name(t: T, corridor: &Corridor, id: &str) -> String {
    let path = corridor.segment_path(id);
    if path.is_empty() {
        return id.to_owned();
    }
    let names: Vec<String> = path.iter().map(|segment| corridor.segment_name(&segment.id, t.locale)).collect();
    names.join(" › ")
}

/// Labels of a listing: its state where it is not simply published, kind, maturity, segments, demo.
pub(crate) fn tags(t: T, corridor: &Corridor, listing: &Listing) -> Vec<Tag> {
    let mut tags = Vec::new();
    if listing.demo {
        tags.push(Tag::demo(t));
    }
    if listing.state != State::Published {
        let tone = if listing.state == State::Submitted { Tone::Indigo } else { Tone::Plain };
        tags.push(Tag::new(tone, t.msg(format!("listing-state-{}", listing.state.code()))));
    }
    if listing.refused.is_some() {
        tags.push(Tag::new(Tone::Cinnabar, t.msg("listing-refused")));
    } else if listing.revision.is_some() {
        let key = if listing.waiting.is_some() { "listing-revision-waiting" } else { "listing-revision" };
        tags.push(Tag::new(Tone::Indigo, t.msg(key)));
    }
    let content = &listing.content;
    if content.kind.is_some() {
        tags.push(Tag::new(Tone::Plain, kind_name(t, content.kind)));
    }
    if let Some(level) = content.maturity {
        tags.push(Tag::new(Tone::Gold, t.with("listing-maturity", "level", level)));
    }
    tags.extend(content.segments.iter().take(3).map(|id| Tag::new(Tone::Indigo, segment_name(t, corridor, id))));
    tags
}

/// The answers of a form in order, each with where to change it; `step_href` gives that for a step's code.
pub(crate) fn answers(
    t: T,
    corridor: &Corridor,
    side: Side,
    content: &Content,
    step_href: impl Fn(&str) -> String,
) -> Vec<Answer> {
    let answer = |label: String, value: String, step: &str| Answer { label, value, change_href: step_href(step) };
    let of = |name: &str| t.msg(format!("listing-fact-{name}")).into_owned();
    let sided = |name: &str| t.msg(key_fact(side, name)).into_owned();
    let mut all = vec![answer(t.msg("listing-csv-title").into_owned(), content.title.clone(), "title")];
    all.push(answer(of("type"), kind_name(t, content.kind), "type"));
    if content.kind == Some(Kind::Achievement) && side == Side::Offer {
        let level = content.maturity.map(|n| t.msg(format!("listing-maturity-{n}")).into_owned());
        all.push(answer(of("maturity"), level.unwrap_or_default(), "maturity"));
    }
    all.push(answer(t.msg("listing-abstract").into_owned(), content.summary.clone(), "abstract"));
    let segments: Vec<String> = content.segments.iter().map(|id| segment_name(t, corridor, id)).collect();
    all.push(answer(of("segments"), segments.join(comma(t)), "segments"));
    all.push(answer(t.msg("listing-protected").into_owned(), content.detail.clone(), "detail"));
    all.push(answer(sided("price"), price(t, content), "terms"));
    all.push(answer(sided("until"), content.until.map(|day| day.to_string()).unwrap_or_default(), "terms"));
    all.push(answer(of("keywords"), content.keywords.join(comma(t)), "terms"));
    all.push(answer(of("contact"), t.msg(format!("listing-contact-{}", content.contact.code())).into_owned(), "terms"));
    all.push(answer(t.msg("listing-q-title-en").into_owned(), content.title_en.clone(), "english"));
    all.push(answer(t.msg("listing-q-abstract-en").into_owned(), content.summary_en.clone(), "english"));
    all
}

/// `listing-fact-need-price`.
pub(super) fn key_fact(side: Side, name: &str) -> String {
    format!("listing-fact-{}-{name}", side.code())
}

/// What stands between the items of a list.
pub(super) fn comma(t: T) -> &'static str {
    if t.zh() { "、" } else { ", " }
}

/// The title of a page that writes or changes one.
pub(super) fn task(t: T, side: Side, changes: bool) -> String {
    let key =
        if changes { format!("listing-task-{}-edit", side.code()) } else { format!("listing-task-{}", side.code()) };
    t.msg(key).into_owned()
}

/// A question of one side: `listing-q-need-title`.
pub(super) fn question(t: T, side: Side, name: &str) -> String {
    t.msg(format!("listing-q-{}-{name}", side.code())).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publication_that_ends_at_midnight_ends_with_the_day_before() {
        let day = Date::parse("2027-06-30").unwrap();
        assert_eq!(day_before(day.plus_days(1).start()), day);
    }
}
