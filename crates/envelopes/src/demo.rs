//! The demo scenario: committees and rounds, all of them invented and named 示例.
//!
//! It leaves a committee that is ready, whose keys were made in this process and are gone with it, a round that it has
//! opened, a round that takes envelopes, has the enterprise's and will be void for want of those keys, and a committee
//! that waits for the registrations of its seats: anybody can play those with `yilang trustee`.
//!
//! It plays in the G60 corridor only: another pack has other cities.

use crate::actions::committee::{CeremonyFile, ceremony_file, committee_draft, committee_view, seat_hand_in};
use crate::actions::content::round_unseal;
use crate::actions::envelope::{SendCommand, envelope_form, envelope_send};
use crate::actions::round::{round_begin, round_view};
use crate::actions::share::share_give;
use crate::rules::committee::{CommitteeDraft, Seat, SeatKind, SeatStep};
use crate::rules::documents::{SHARES, Shares};
use crate::rules::round::{CLOSING_MS, NewRound, Owner};
use crate::store;
use futures_util::future::BoxFuture;
use kernel::{Adcode, Refusal};
use platform::demo::{Cast, Part};
use platform::{App, Ctx, Fault, Outcome};
use registry::corridor;
use sealing::SealingError;
use sealing::ceremony::{Committee, Plan, Transcript};
use sealing::envelope::{Lid, seal};
use sealing::payload::{Bundle, File};
use sealing::share::Share;
use sealing::trustee::{Judgement, TrusteeSecret};

const SONGJIANG: &str = "310117";
const JIAXING: &str = "330400";
const HOUR_MS: i64 = 3_600_000;

/// Plays the scenario.
///
/// # Errors
/// An action refused what the script asks for, which a test of this crate would show first.
pub fn run<'a>(app: &'a App, cast: &'a Cast) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let here = |code: &str| Adcode::parse(code).is_ok_and(|city| corridor::of(app).city(city).is_some());
        if here(SONGJIANG) && here(JIAXING) { Stage { app, cast }.play().await } else { Ok(()) }
    })
}

struct Stage<'a> {
    app: &'a App,
    cast: &'a Cast,
}

/// A committee with the secrets of its trustees.
struct Trustees {
    id: String,
    secrets: Vec<TrusteeSecret>,
    committee: Committee,
}

fn random(bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(16) {
        chunk.copy_from_slice(&platform::random::bits().to_le_bytes()[..chunk.len()]);
    }
}

fn engine<T>(result: Result<T, SealingError>) -> Outcome<T> {
    result.map_err(|error| Fault::Internal(format!("the demo's sealing: {error}")))
}

impl Stage<'_> {
    async fn play(&self) -> Outcome<()> {
        let trustees = self.trustees("示例：首届开启委员会", "Example: first opening committee").await?;
        self.opened(&trustees).await?;
        let (week, title) = (7 * 24 * HOUR_MS, "示例：检测服务密封询价");
        let open = self.round(&trustees.id, title, "Example: sealed quotes for testing services", 8 * week).await?;
        self.send(Part::Enterprise, &open, "示例：每月两批，五个工作日内出具报告。", "152000").await?;
        let draft = draft("示例：次届开启委员会（登记中）", "Example: next opening committee, registering");
        committee_draft(self.app, &self.as_(Part::JointOffice).await?, draft).await.map(|_| ())
    }

    async fn as_(&self, part: Part) -> Outcome<Ctx> {
        self.cast.ctx(part).await
    }

    /// Whoever answers for a seat.
    async fn officer(&self, seat: &Seat) -> Outcome<Ctx> {
        let city = seat.city.map(|city| city.to_string());
        self.as_(match (seat.kind, city.as_deref()) {
            (SeatKind::City, Some(SONGJIANG)) => Part::OfficerSongjiang,
            (SeatKind::City, _) => Part::OfficerJiaxing,
            _ => Part::JointOffice,
        })
        .await
    }

    async fn hand_in(&self, id: &str, secret: &TrusteeSecret, step: SeatStep, file: Vec<u8>) -> Outcome<()> {
        let view = committee_view(self.app, &self.cast.house(), id).await?;
        let number = i64::from(secret.seat());
        let officer = self.officer(view.committee.seat(number)?).await?;
        seat_hand_in(self.app, &officer, id, number, step, file).await.map(|_| ())
    }

    /// A whole ceremony in this process: in earnest every seat does this on a machine of its own.
    async fn trustees(&self, name: &str, name_en: &str) -> Outcome<Trustees> {
        let office = self.as_(Part::JointOffice).await?;
        let id = committee_draft(self.app, &office, draft(name, name_en)).await?.id;
        let drafted = committee_view(self.app, &office, &id).await?.committee;
        let mut secrets = Vec::new();
        for seat in &drafted.seats {
            let number = u16::try_from(seat.number).unwrap_or_default();
            let secret = engine(TrusteeSecret::new(&drafted.origin, &id, number, &seat.name, &mut random))?;
            let file = engine(secret.registration())?.to_json();
            self.hand_in(&id, &secret, SeatStep::Registration, file).await?;
            secrets.push(secret);
        }
        let plan = ceremony_file(self.app, &office, &id, CeremonyFile::Plan).await?;
        let plan = engine(Plan::parse(plan.as_bytes()))?;
        for secret in &secrets {
            self.hand_in(&id, secret, SeatStep::Deal, engine(secret.deal(&plan))?.to_json()).await?;
        }
        let transcript = ceremony_file(self.app, &office, &id, CeremonyFile::Transcript).await?;
        let mut transcript = engine(Transcript::parse(transcript.as_bytes()))?;
        for secret in &mut secrets {
            let Judgement::Accepts(acceptance) = engine(secret.judge(&transcript))? else {
                return Err(Fault::Internal("the demo's trustees do not lie".into()));
            };
            self.hand_in(&id, secret, SeatStep::Answer, acceptance.to_json()).await?;
            engine(transcript.accept(acceptance))?;
        }
        Ok(Trustees { committee: engine(transcript.committee())?, id, secrets })
    }

    async fn round(&self, committee: &str, title: &str, title_en: &str, closes_in_ms: i64) -> Outcome<String> {
        let now = self.cast.clock().now();
        let new = NewRound {
            owner: Owner::office(),
            title: title.into(),
            title_en: title_en.into(),
            rules: RULES.into(),
            committee: committee.into(),
            closes_ms: now.plus_ms(closes_in_ms).ms(),
            opens_by_ms: now.plus_ms(closes_in_ms).plus_days(7).ms(),
        };
        Ok(round_begin(self.app, &self.as_(Part::JointOffice).await?, new).await?.id)
    }

    async fn send(&self, part: Part, round: &str, statement: &str, amount: &str) -> Outcome<()> {
        let ctx = self.as_(part).await?;
        let form = envelope_form(self.app, &ctx, round, None).await?;
        let fields = [("statement", statement), ("amount", amount)].map(|(name, text)| (name.into(), text.into()));
        let file = File {
            name: "示例方案.txt".into(),
            media_type: "text/plain; charset=utf-8".into(),
            bytes: statement.as_bytes().to_vec(),
        };
        let bundle = Bundle::new(fields.into(), vec![file], &mut random);
        let bytes = engine(seal(&form.context, &bundle, &mut random))?.bytes();
        let command = SendCommand { round: round.to_owned(), organisation: form.organisation.0, bytes };
        envelope_send(self.app, &ctx, command).await.map(|_| ())
    }

    /// A round from its beginning to its opening, within two hours.
    async fn opened(&self, trustees: &Trustees) -> Outcome<()> {
        let title = "示例：传感器标定服务密封报价";
        let round = self.round(&trustees.id, title, "Example: sealed quotes for calibration", HOUR_MS).await?;
        self.send(Part::Enterprise, &round, "示例：七个工作日内完成，含往返运输。", "126000").await?;
        self.send(Part::Provider, &round, "示例：十个工作日内完成，现场标定。", "98000").await?;
        self.cast.clock().advance_ms(HOUR_MS + CLOSING_MS);
        let house = self.cast.house();
        let view = round_view(self.app, &house, &round).await?;
        let listed = store::envelope::current(&self.app.db().read(), &round).await?;
        let lids = listed.iter().map(|envelope| Lid::parse(&envelope.head)).collect::<Result<Vec<_>, _>>();
        let lids = engine(lids)?;
        for secret in &trustees.secrets[..2] {
            let number = i64::from(secret.seat());
            let own = engine(secret.share_for(&trustees.committee))?;
            let share = |lid: &Lid| engine(Share::give(&own, lid, &mut random)).map(|share| hex::encode(share.bytes()));
            let file = Shares {
                format: SHARES.into(),
                round: round.clone(),
                committee: trustees.id.clone(),
                seat: number,
                root: view.round.root.clone().ok_or_else(Refusal::not_found)?,
                shares: lids.iter().map(share).collect::<Outcome<Vec<_>>>()?,
            };
            let file = serde_json::to_vec(&file).map_err(|error| Fault::Internal(error.to_string()))?;
            let officer = self.officer(view.committee.seat(number)?).await?;
            share_give(self.app, &officer, &round, number, &file).await?;
        }
        round_unseal(self.app, &self.cast.house(), &round).await
    }
}

fn draft(name: &str, name_en: &str) -> CommitteeDraft {
    CommitteeDraft {
        name: name.into(),
        name_en: name_en.into(),
        cities: vec![SONGJIANG.into(), JIAXING.into()],
        joint: true,
        notary: String::new(),
        threshold: "2".into(),
    }
}

const RULES: &str = "示例：一、每个单位一次密封报价，截止前可以重新提交，最后一次有效。\n\
二、截止后由开启委员会任意两席共同开启，结果全部公布。\n\
三、演示中的密钥由本程序临时生成，不再保存，仅用于演示。";
