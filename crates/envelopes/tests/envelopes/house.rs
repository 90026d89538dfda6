//! The house of these tests: the small example pack with its two towns, the people who act, and trustees who keep their
//! secrets to themselves.

pub use testkit::{TOWN_A, TOWN_B, code};

use envelopes::actions::committee::{CeremonyFile, ceremony_file, committee_draft, committee_view, seat_hand_in};
use envelopes::actions::envelope::{SendCommand, Sent, envelope_form, envelope_send};
use envelopes::actions::round::{opening_file, round_begin};
use envelopes::actions::share::share_give;
use envelopes::rules::committee::{CommitteeDraft, SeatKind, SeatStep};
use envelopes::rules::documents::{Opening, SHARES, Shares, lids};
use envelopes::rules::opening::committee;
use envelopes::rules::round::{NewRound, Owner};
use kernel::Adcode;
use platform::capability::Capability;
use platform::ctx::{Mandate, Membership, Role};
use platform::{Ctx, Outcome};
use rooms::actions::Done;
use sealing::ceremony::{Plan, Transcript};
use sealing::envelope::seal;
use sealing::payload::{Bundle, File};
use sealing::share::Share;
use sealing::trustee::{Judgement, TrusteeSecret};
use testkit::TestApp;

const MINUTE_MS: i64 = 60_000;

pub struct House(pub TestApp);

/// A committee with the secrets of its trustees, in the order of the seats.
pub struct Committee {
    pub id: String,
    pub secrets: Vec<TrusteeSecret>,
}

/// A house with the example pack loaded.
pub async fn house() -> House {
    House(TestApp::with_pack(capabilities(), registry::pack_load).await)
}

pub fn capabilities() -> Vec<Capability> {
    vec![registry::capability(), envelopes::capability()]
}

impl std::ops::Deref for House {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.0
    }
}

/// Random numbers of the operating system.
pub fn random(bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(16) {
        let bits = platform::random::bits().to_le_bytes();
        chunk.copy_from_slice(&bits[..chunk.len()]);
    }
}

impl House {
    pub fn visitor(&self) -> Ctx {
        self.stranger()
    }

    /// An officer of the joint office.
    pub fn joint(&self) -> Ctx {
        self.acting("joint", vec![Role::JointOffice], &[])
    }

    /// An officer of a city.
    pub fn officer(&self, city: &str) -> Ctx {
        self.acting(&format!("officer-{city}"), vec![Role::CityOfficer], &[city])
    }

    /// A member of an organisation with a mandate.
    pub fn member(&self, organisation: &str, mandate: Mandate) -> Ctx {
        let mut ctx = self.acting(&format!("member-{organisation}"), Vec::new(), &[]);
        let membership = Membership {
            organisation: organisation.into(),
            name: format!("单位 {organisation}"),
            city: None,
            mandates: vec![mandate],
        };
        ctx.actor.memberships.push(membership);
        ctx
    }

    pub fn bidder(&self, organisation: &str) -> Ctx {
        self.member(organisation, Mandate::Bid)
    }

    /// Whoever answers for a seat.
    pub fn seat_officer(&self, kind: SeatKind, city: Option<Adcode>) -> Ctx {
        match (kind, city) {
            (SeatKind::City, Some(city)) => self.officer(&city.to_string()),
            _ => self.joint(),
        }
    }

    pub fn minutes_pass(&self, minutes: i64) {
        self.app().clock().advance_ms(minutes * MINUTE_MS);
    }

    /// A committee of both towns and the joint office, two of three, that waits for registrations.
    pub async fn drafted(&self) -> String {
        committee_draft(self.app(), &self.joint(), draft()).await.expect("it is drafted").id
    }

    /// The secrets of the seats of a committee.
    pub async fn secrets(&self, id: &str) -> Vec<TrusteeSecret> {
        let committee = committee_view(self.app(), &self.visitor(), id).await.expect("anybody looks").committee;
        let secret = |seat: &envelopes::rules::committee::Seat| {
            let number = u16::try_from(seat.number).expect("few seats");
            TrusteeSecret::new(&committee.origin, id, number, &seat.name, &mut random).expect("a secret")
        };
        committee.seats.iter().map(secret).collect()
    }

    /// Hands in a file as the officer of the seat.
    pub async fn hand_in(&self, id: &str, number: i64, step: SeatStep, file: Vec<u8>) -> Outcome<Done> {
        let committee = committee_view(self.app(), &self.visitor(), id).await?.committee;
        let seat = committee.seat(number)?;
        seat_hand_in(self.app(), &self.seat_officer(seat.kind, seat.city), id, number, step, file).await
    }

    pub async fn register_all(&self, id: &str, secrets: &[TrusteeSecret]) {
        for secret in secrets {
            let file = secret.registration().expect("fresh").to_json();
            self.hand_in(id, secret.seat().into(), SeatStep::Registration, file).await.expect("it registers");
        }
    }

    pub async fn plan(&self, id: &str) -> Plan {
        let text = ceremony_file(self.app(), &self.visitor(), id, CeremonyFile::Plan).await.expect("there is a plan");
        Plan::parse(text.as_bytes()).expect("the plan holds")
    }

    pub async fn deal_all(&self, id: &str, secrets: &[TrusteeSecret]) {
        let plan = self.plan(id).await;
        for secret in secrets {
            let file = secret.deal(&plan).expect("it deals").to_json();
            self.hand_in(id, secret.seat().into(), SeatStep::Deal, file).await.expect("it deals");
        }
    }

    pub async fn transcript(&self, id: &str) -> Transcript {
        let text = ceremony_file(self.app(), &self.visitor(), id, CeremonyFile::Transcript).await.expect("all dealt");
        Transcript::parse(text.as_bytes()).expect("the transcript holds")
    }

    /// A committee that is ready.
    pub async fn committee(&self) -> Committee {
        let id = self.drafted().await;
        let mut secrets = self.secrets(&id).await;
        self.register_all(&id, &secrets).await;
        self.deal_all(&id, &secrets).await;
        let transcript = self.transcript(&id).await;
        for secret in &mut secrets {
            let Judgement::Accepts(acceptance) = secret.judge(&transcript).expect("it judges") else {
                panic!("everybody dealt well")
            };
            self.hand_in(&id, secret.seat().into(), SeatStep::Answer, acceptance.to_json()).await.expect("it accepts");
        }
        Committee { id, secrets }
    }

    /// A round that closes in an hour and is to be opened within a day after.
    pub async fn round(&self, committee: &str) -> String {
        round_begin(self.app(), &self.joint(), self.new_round(committee)).await.expect("it begins").id
    }

    /// The same, begun by another capability for a record of its own.
    pub async fn owned_round(&self, committee: &str) -> String {
        let owner = Owner { kind: "auction".into(), id: "a1".into() };
        let new = NewRound { owner, ..self.new_round(committee) };
        let joint = self.joint();
        let begun = self.app().in_txn(&joint, "owned_round", new, |tx, new| {
            Box::pin(async move { Ok(envelopes::round_open(tx, new).await?.0.id) })
        });
        begun.await.expect("it begins")
    }

    /// Its owner gives a round up.
    pub async fn abandon(&self, round: &str) -> Outcome<Done> {
        self.app()
            .in_txn(&self.joint(), "round_abandon", round.to_owned(), |tx, round| {
                Box::pin(async move { envelopes::round_abandon(tx, round).await })
            })
            .await
    }

    pub fn new_round(&self, committee: &str) -> NewRound {
        let now = self.app().clock().now();
        NewRound {
            owner: Owner::office(),
            title: "联合采购报价".into(),
            title_en: "Quotes".into(),
            rules: "第一条 一轮密封报价。".into(),
            committee: committee.into(),
            closes_ms: now.plus_ms(60 * MINUTE_MS).ms(),
            opens_by_ms: now.plus_days(1).ms(),
        }
    }

    /// An organisation seals a price and a document for a round; the bytes of the envelope.
    pub async fn sealed(&self, round: &str, organisation: &str, price: &str) -> Vec<u8> {
        let form = envelope_form(self.app(), &self.bidder(organisation), round, None).await.expect("it may send");
        let fields = [("price".to_owned(), price.to_owned())].into();
        let file =
            File { name: "报价.txt".into(), media_type: "text/plain".into(), bytes: price.as_bytes().to_vec() };
        let bundle = Bundle::new(fields, vec![file], &mut random);
        seal(&form.context, &bundle, &mut random).expect("it is sealed").bytes()
    }

    pub async fn send(&self, round: &str, organisation: &str, bytes: Vec<u8>) -> Outcome<Sent> {
        let command = SendCommand { round: round.into(), organisation: organisation.into(), bytes };
        envelope_send(self.app(), &self.bidder(organisation), command).await
    }

    pub async fn sent(&self, round: &str, organisation: &str, price: &str) -> Sent {
        let bytes = self.sealed(round, organisation, price).await;
        self.send(round, organisation, bytes).await.expect("it is taken")
    }

    /// Lets the round close, and the list get into a checkpoint.
    pub async fn close(&self) {
        self.minutes_pass(61);
        self.0.settle().await;
    }

    pub async fn opening(&self, round: &str) -> Opening {
        opening_file(self.app(), &self.visitor(), round).await.expect("the closing is proven")
    }

    /// The shares of a trustee for a round.
    pub fn shares(&self, opening: &Opening, secret: &TrusteeSecret) -> Shares {
        let own = secret.share_for(&committee(opening).expect("a committee")).expect("it has accepted");
        let share = |lid| hex(&Share::give(&own, lid, &mut random).expect("a share").bytes());
        Shares {
            format: SHARES.into(),
            round: opening.round.clone(),
            committee: opening.committee.clone(),
            seat: secret.seat().into(),
            root: opening.root.clone(),
            shares: lids(opening).expect("lids").iter().map(share).collect(),
        }
    }

    pub async fn give(&self, shares: &Shares) -> Outcome<Done> {
        let committee = committee_view(self.app(), &self.visitor(), &shares.committee).await?.committee;
        let seat = committee.seat(shares.seat)?;
        let file = serde_json::to_vec(shares).expect("JSON");
        share_give(self.app(), &self.seat_officer(seat.kind, seat.city), &shares.round, shares.seat, &file).await
    }

    /// What waits on somebody's desk: kinds.
    pub async fn desk(&self, ctx: &Ctx) -> Vec<&'static str> {
        self.0.desk(ctx).await.into_iter().map(|(kind, _)| kind).collect()
    }
}

pub fn draft() -> CommitteeDraft {
    CommitteeDraft {
        name: "三席开启委员会".into(),
        name_en: "Three seats".into(),
        cities: vec![TOWN_A.into(), TOWN_B.into()],
        joint: true,
        notary: String::new(),
        threshold: "2".into(),
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
