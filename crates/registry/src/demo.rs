//! The demo scenario of the registry: invented organisations named 示例…, their needs and offers, what they say.
//!
//! Everything goes through the same actions that people use, under the demo's clock.
//!
//! It leaves something finished, something running and something waiting on every desk, and touches no real
//! organisation of the pack. It plays in the G60 corridor only: another pack has other cities and segments.

mod people;
mod poc;
mod script;

use crate::actions::claim::{claim_decide, claim_own};
use crate::actions::contact::{Reply, Send, To, contact_answer, contact_create, contact_open};
use crate::actions::expiry;
use crate::actions::listing::{Create, listing_create, listing_edit, listing_submit, listing_view};
use crate::actions::organisation::{Register, organisation_register};
use crate::actions::review::{Decide, listing_review};
use crate::corridor;
use crate::rules::claim::DecisionCommand;
use crate::rules::contact::{Answer, Reason as No};
#[cfg(test)]
use crate::rules::listing::Content;
use crate::rules::listing::{Patch, Side};
use crate::rules::organisation::Draft;
use crate::rules::review::{Reason, Verdict};
use futures_util::future::BoxFuture;
use kernel::{Adcode, Refusal};
use platform::demo::{Cast, Part};
use platform::{App, Ctx, Outcome};
use script::{Firm, Text};

const DAY_MS: i64 = 86_400_000;

/// Plays the scenario.
///
/// # Errors
/// An action refused what the script asks for, which a test of this module would show first.
pub fn run<'a>(app: &'a App, cast: &'a Cast) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let here = Adcode::parse(script::SENSOR.city).is_ok_and(|city| corridor::of(app).city(city).is_some());
        if here { Stage { app, cast }.play().await } else { Ok(()) }
    })
}

/// The house and its players.
struct Stage<'a> {
    app: &'a App,
    cast: &'a Cast,
}

/// The organisations of the play, by id.
struct Firms {
    sensor: String,
    maker: String,
    packager: String,
    lab: String,
}

/// Who decides in an office; nobody is cast for some cities, so the house does it behind the scene.
fn officer(city: &str) -> Option<Part> {
    match city {
        "310117" => Some(Part::OfficerSongjiang),
        "330400" => Some(Part::OfficerJiaxing),
        _ => None,
    }
}

impl Stage<'_> {
    async fn play(&self) -> Outcome<()> {
        let firms = self.found().await?;
        self.pass(1);
        let (need, offers) = self.publish(&firms).await?;
        self.pass(2);
        self.submit_and_publish(Part::Enterprise, Side::Need, &firms.sensor, &script::CALIBRATION, Some(4)).await?;
        self.talk(&firms, &need, &offers).await?;
        self.pass(7);
        expiry::round(self.app, &self.cast.house()).await?;
        self.pass_with_people(&firms, 27).await?;
        self.refuse_one(&firms).await?;
        self.pass(1);
        self.leave_waiting(&firms, &offers).await?;
        poc::play(self, &firms).await?;
        self.pass(1);
        Ok(())
    }

    fn pass(&self, days: i64) {
        self.cast.clock().advance_ms(days * DAY_MS);
    }

    async fn as_(&self, part: Part) -> Outcome<Ctx> {
        self.cast.ctx(part).await
    }

    async fn office(&self, city: &str) -> Outcome<Ctx> {
        match officer(city) {
            Some(part) => self.as_(part).await,
            None => Ok(self.cast.house()),
        }
    }

    /// Four organisations that are open.
    async fn found(&self) -> Outcome<Firms> {
        Ok(Firms {
            sensor: self.open(Part::Enterprise, &script::SENSOR).await?,
            maker: self.open(Part::Provider, &script::MAKER).await?,
            packager: self.open(Part::Provider, &script::PACKAGER).await?,
            lab: self.open(Part::Expert, &script::LAB).await?,
        })
    }

    async fn register(&self, part: Part, firm: &Firm) -> Outcome<String> {
        let draft = Draft {
            name: firm.name.to_owned(),
            name_en: firm.name_en.to_owned(),
            kind: firm.kind.to_owned(),
            city: firm.city.to_owned(),
            segments: self.known(firm.segments),
            profile_zh: firm.profile.to_owned(),
            profile_en: firm.profile_en.to_owned(),
            capabilities: firm.capabilities.iter().map(|line| (*line).to_owned()).collect(),
            ..Draft::default()
        };
        let command = Register { draft, evidence: script::EVIDENCE.to_owned() };
        Ok(organisation_register(self.app, &self.as_(part).await?, command).await?.id)
    }

    async fn open(&self, part: Part, firm: &Firm) -> Outcome<String> {
        let id = self.register(part, firm).await?;
        let own = claim_own(self.app, &self.as_(part).await?).await?;
        let claim = own.into_iter().find(|card| card.organisation.id == id).ok_or_else(Refusal::not_found)?;
        let yes = DecisionCommand { decision: "approve".into(), reason: String::new(), remark: String::new() };
        claim_decide(self.app, &self.office(firm.city).await?, &claim.filed.claim.id, yes).await?;
        Ok(id)
    }

    /// Segments that the loaded pack has.
    fn known(&self, segments: &[&str]) -> Vec<String> {
        let corridor = corridor::of(self.app);
        segments.iter().filter(|id| corridor.segment(id).is_some()).map(|id| (*id).to_owned()).collect()
    }

    fn patch(&self, text: &Text, days: Option<i64>) -> Patch {
        let until = days.map(|days| self.cast.clock().now().date().plus_days(days));
        Patch {
            kind: Some(text.kind),
            title: Some(text.title.to_owned()),
            title_en: Some(text.title_en.to_owned()),
            summary: Some(text.summary.to_owned()),
            summary_en: Some(text.summary_en.to_owned()),
            detail: Some(text.detail.to_owned()),
            maturity: text.maturity.map(Some),
            segments: Some(self.known(text.segments)),
            price_from_fen: Some(text.price_fen.map(|(from, _)| from)),
            price_to_fen: Some(text.price_fen.map(|(_, to)| to)),
            until: Some(until),
            keywords: Some(text.keywords.iter().map(|word| (*word).to_owned()).collect()),
            contact: None,
        }
    }

    async fn draft(&self, part: Part, side: Side, firm: &str, text: &Text, days: Option<i64>) -> Outcome<String> {
        let command = Create { side, organisation: Some(firm.to_owned()), patch: self.patch(text, days) };
        Ok(listing_create(self.app, &self.as_(part).await?, command).await?.id)
    }

    async fn submit(&self, part: Part, side: Side, firm: &str, text: &Text, days: Option<i64>) -> Outcome<String> {
        let id = self.draft(part, side, firm, text, days).await?;
        listing_submit(self.app, &self.as_(part).await?, side, &id).await?;
        Ok(id)
    }

    /// The responsible office decides about what waits.
    async fn decide(&self, side: Side, id: &str, verdict: Verdict, note: &str) -> Outcome<()> {
        let house = self.cast.house();
        let listing = listing_view(self.app, &house, side, id).await?.listing;
        let office = self.office(&listing.office.to_string()).await?;
        let command = Decide { side, id: id.to_owned(), version: listing.version, verdict, note: note.to_owned() };
        listing_review(self.app, &office, command).await.map(|_| ())
    }

    async fn submit_and_publish(
        &self,
        part: Part,
        side: Side,
        firm: &str,
        text: &Text,
        days: Option<i64>,
    ) -> Outcome<String> {
        let id = self.submit(part, side, firm, text, days).await?;
        self.decide(side, &id, Verdict::Publish, "").await?;
        Ok(id)
    }

    /// The sensor firm's need, and four offers that may meet it.
    async fn publish(&self, firms: &Firms) -> Outcome<(String, Offers)> {
        let need =
            self.submit_and_publish(Part::Enterprise, Side::Need, &firms.sensor, &script::CHIP, Some(300)).await?;
        let offer = |part, firm, text, days| self.submit_and_publish(part, Side::Offer, firm, text, days);
        let offers = Offers {
            machining: offer(Part::Provider, &firms.maker, &script::MACHINING, None).await?,
            packaging: offer(Part::Provider, &firms.packager, &script::PACKAGING, None).await?,
            film: offer(Part::Expert, &firms.lab, &script::FILM, Some(48)).await?,
        };
        Ok((need, offers))
    }

    /// One request that was accepted and opened, one that was declined with its reason.
    async fn talk(&self, firms: &Firms, need: &str, offers: &Offers) -> Outcome<()> {
        let asked = self.ask(Part::Provider, &firms.maker, need, true, script::MAKER_ASKS).await?;
        self.pass(1);
        self.answer(Part::Enterprise, &asked, Answer::Accept { consent: true }, script::SENSOR_AGREES).await?;
        contact_open(self.app, &self.as_(Part::Provider).await?, &asked).await?;
        let asked = self.ask(Part::Enterprise, &firms.sensor, &offers.film, true, script::SENSOR_ASKS_LAB).await?;
        self.pass(1);
        self.answer(Part::Expert, &asked, Answer::Decline(No::TooEarly), script::LAB_DECLINES).await
    }

    async fn ask(&self, part: Part, from: &str, listing: &str, asks_detail: bool, message: &str) -> Outcome<String> {
        let to = To::Listing(listing.to_owned());
        let command = Send { to, from: Some(from.to_owned()), asks_detail, message: message.to_owned() };
        Ok(contact_create(self.app, &self.as_(part).await?, command).await?.id)
    }

    async fn answer(&self, part: Part, id: &str, answer: Answer, text: &str) -> Outcome<()> {
        let reply = Reply { id: id.to_owned(), answer, text: text.to_owned() };
        contact_answer(self.app, &self.as_(part).await?, reply).await.map(|_| ())
    }

    /// A draft that its office has sent back.
    async fn refuse_one(&self, firms: &Firms) -> Outcome<()> {
        let id = self.submit(Part::Enterprise, Side::Need, &firms.sensor, &script::VAGUE, None).await?;
        let verdict = Verdict::Refuse(vec![Reason::Unclear, Reason::MissingEvidence]);
        self.decide(Side::Need, &id, verdict, script::VAGUE_NOTE).await
    }

    /// Something on every desk.
    async fn leave_waiting(&self, firms: &Firms, offers: &Offers) -> Outcome<()> {
        self.register(Part::Expert, &script::NEWCOMER).await?;
        self.register(Part::Expert, &script::TESTER).await?;
        self.submit(Part::Enterprise, Side::Need, &firms.sensor, &script::OVEN, Some(180)).await?;
        self.submit(Part::Provider, Side::Offer, &firms.maker, &script::PILOT, None).await?;
        self.draft(Part::Enterprise, Side::Need, &firms.sensor, &script::BEGUN, None).await?;
        self.revise(&offers.machining).await?;
        self.ask(Part::Enterprise, &firms.sensor, &offers.packaging, true, script::SENSOR_ASKS_PACKAGER).await?;
        let asked =
            self.ask(Part::Enterprise, &firms.sensor, &offers.machining, false, script::SENSOR_ASKS_MAKER).await?;
        self.answer(Part::Provider, &asked, Answer::Question, script::MAKER_WONDERS).await?;
        self.ask(Part::Provider, &firms.packager, &offers.film, false, script::PACKAGER_ASKS_LAB).await?;
        Ok(())
    }

    /// A published offer whose new version waits for review.
    async fn revise(&self, offer: &str) -> Outcome<()> {
        let maker = self.as_(Part::Provider).await?;
        let patch = Patch { summary: Some(script::MACHINING_REVISED.to_owned()), ..Patch::default() };
        listing_edit(self.app, &maker, Side::Offer, offer, patch).await?;
        listing_submit(self.app, &maker, Side::Offer, offer).await.map(|_| ())
    }
}

/// The published offers of the play, by id.
struct Offers {
    machining: String,
    packaging: String,
    film: String,
}

/// Whether every text of the script would be accepted as it stands; what is wrong otherwise.
#[cfg(test)]
fn script_wrong(today: kernel::Date) -> Vec<String> {
    let texts = [
        (Side::Need, &script::CHIP),
        (Side::Need, &script::CALIBRATION),
        (Side::Need, &script::VAGUE),
        (Side::Need, &script::OVEN),
        (Side::Offer, &script::MACHINING),
        (Side::Offer, &script::PACKAGING),
        (Side::Offer, &script::FILM),
        (Side::Offer, &script::PILOT),
    ];
    let check = |(side, text): &(Side, &Text)| {
        let content = Content {
            kind: text.kind,
            title: text.title.into(),
            summary: text.summary.into(),
            maturity: text.maturity,
            segments: text.segments.iter().map(|s| (*s).to_owned()).collect(),
            ..Content::default()
        };
        let named = text.title.starts_with("示例");
        let missing = content.missing(*side, today);
        (!named || !missing.is_empty()).then(|| format!("{}: {missing:?}", text.title))
    };
    texts.iter().filter_map(check).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_complete_and_named_as_an_example() {
        assert_eq!(script_wrong(kernel::Date::parse("2026-06-01").unwrap()), Vec::<String>::new());
        for firm in
            [&script::SENSOR, &script::MAKER, &script::PACKAGER, &script::LAB, &script::NEWCOMER, &script::TESTER]
        {
            assert!(firm.name.starts_with("示例"), "{}", firm.name);
        }
    }
}
