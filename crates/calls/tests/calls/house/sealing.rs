//! Sealing answers, and the trustees who open them.

use super::{Committee, Firm, House, MINUTE_MS, Stage, TOWN_A, TOWN_B, random};
use ::sealing::ceremony::{Plan, Transcript};
use ::sealing::envelope::seal;
use ::sealing::payload::{Bundle, File};
use ::sealing::share::Share;
use ::sealing::trustee::{Judgement, TrusteeSecret};
use calls::rules::call::CallState;
use envelopes::actions::committee::{CeremonyFile, ceremony_file, committee_draft, committee_view, seat_hand_in};
use envelopes::actions::round::opening_file;
use envelopes::actions::share::share_give;
use envelopes::rules::committee::{CommitteeDraft, Seat, SeatKind, SeatStep};
use envelopes::rules::documents::{Opening, SHARES, Shares, lids};
use envelopes::rules::opening::committee as made;
use envelopes::{SendCommand, Sent, envelope_form, envelope_send};
use platform::{Ctx, Outcome};
use std::collections::BTreeMap;

/// Answers and their opening.
impl House {
    /// The n-th team seals a good answer.
    pub async fn answer(&self, call: &str, n: usize) -> Sent {
        let fields = self.fields(n);
        self.answer_with(call, n, fields).await.expect("the answer is taken")
    }

    /// The n-th team seals what it likes.
    pub async fn answer_with(&self, call: &str, n: usize, fields: BTreeMap<String, String>) -> Outcome<Sent> {
        let bytes = self.sealed(call, n, fields).await;
        calls::actions::answer::answer_send(self.app(), &self.bidder(n), call, None, bytes).await
    }

    /// The bytes of an envelope of the n-th team.
    pub async fn sealed(&self, call: &str, n: usize, fields: BTreeMap<String, String>) -> Vec<u8> {
        let round = self.call(call).await.round.expect("it has a round");
        let form = envelope_form(self.app(), &self.bidder(n), &round, None).await.expect("it may send");
        let file = File {
            name: "技术方案.txt".into(),
            media_type: "text/plain".into(),
            bytes: format!("第{n}份方案").into_bytes(),
        };
        let bundle = Bundle::new(fields, vec![file], &mut random);
        seal(&form.context, &bundle, &mut random).expect("it is sealed").bytes()
    }

    /// An envelope sent past the page of answers, as a program could.
    pub async fn smuggled(
        &self,
        call: &str,
        ctx: &Ctx,
        firm: &Firm,
        fields: BTreeMap<String, String>,
    ) -> Outcome<Sent> {
        let round = self.call(call).await.round.expect("it has a round");
        let form = envelope_form(self.app(), ctx, &round, Some(&firm.id)).await?;
        let bundle = Bundle::new(fields, Vec::new(), &mut random);
        let bytes = seal(&form.context, &bundle, &mut random).expect("it is sealed").bytes();
        envelope_send(self.app(), ctx, SendCommand { round, organisation: firm.id.clone(), bytes }).await
    }

    /// What a good answer of the n-th team says: it leads with 70 %, the next team has 30 %.
    pub fn fields(&self, n: usize) -> BTreeMap<String, String> {
        let (lead, partner) = (self.team(n), self.team((n + 1) % 3));
        let known = n < 3;
        let total = 900_000;
        let pairs = [
            ("title", format!("陶瓷基压力芯片方案{n}")),
            ("summary", "以碳化硅代替硅。".to_owned()),
            ("plan", "一、材料；二、工艺；三、验证。".to_owned()),
            ("total_yuan", total.to_string()),
            ("member_1_name", lead.name.clone()),
            ("member_1_uscc", lead.uscc.clone()),
            ("member_1_city", lead.city.to_owned()),
            ("member_1_share", if known { "70".to_owned() } else { "100".to_owned() }),
            ("member_1_task", "总体与芯片".to_owned()),
            ("stage_1_title", "样片".to_owned()),
            ("stage_1_indicators", "一百小时漂移不超过千分之一".to_owned()),
            ("stage_1_months", "6".to_owned()),
            ("stage_1_yuan", (total / 3).to_string()),
            ("stage_2_title", "定型".to_owned()),
            ("stage_2_indicators", "一千小时漂移不超过千分之一".to_owned()),
            ("stage_2_months", "18".to_owned()),
            ("stage_2_yuan", (total - total / 3).to_string()),
        ];
        let mut fields: BTreeMap<String, String> =
            pairs.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        if known {
            let second = [
                ("member_2_name", partner.name),
                ("member_2_uscc", partner.uscc),
                ("member_2_city", partner.city.to_owned()),
                ("member_2_share", "30".to_owned()),
                ("member_2_task", "封装与测试".to_owned()),
            ];
            fields.extend(second.into_iter().map(|(name, text)| (name.to_owned(), text)));
        }
        fields
    }

    /// Lets a call close and its list get into a checkpoint.
    pub async fn close(&self, call: &str) {
        let closes = self.call(call).await.closes_ms.expect("it closes");
        let now = self.app().clock().now().ms();
        self.app().clock().advance_ms((closes - now).max(0) + MINUTE_MS);
        self.test.settle().await;
    }

    /// Lets a call close, lets two trustees give their shares, and takes the answers over.
    pub async fn unseal(&self, stage: &Stage) {
        self.close(&stage.call).await;
        self.shares(stage, &[0, 1]).await;
        assert_eq!(self.state(&stage.call).await, CallState::Checking);
    }

    /// Some seats give their shares.
    pub async fn shares(&self, stage: &Stage, seats: &[usize]) {
        let round = self.call(&stage.call).await.round.expect("it has a round");
        let opening = opening_file(self.app(), &self.visitor(), &round).await.expect("the closing is proven");
        if opening.lids.is_empty() {
            self.test.settle().await;
            return;
        }
        for seat in seats {
            self.give(&share_file(&opening, &stage.committee.secrets[*seat])).await;
        }
        self.test.settle().await;
    }

    async fn give(&self, shares: &Shares) {
        let view = committee_view(self.app(), &self.visitor(), &shares.committee).await.expect("anybody looks");
        let seat = view.committee.seat(shares.seat).expect("there is such a seat");
        let file = serde_json::to_vec(shares).expect("JSON");
        share_give(self.app(), &self.seat_officer(seat), &shares.round, shares.seat, &file).await.expect("it gives");
    }
}

/// Trustees.
impl House {
    /// Whoever answers for a seat.
    fn seat_officer(&self, seat: &Seat) -> Ctx {
        match (seat.kind, seat.city) {
            (SeatKind::City, Some(city)) => self.officer(&city.to_string()),
            _ => self.joint(),
        }
    }

    async fn hand_in(&self, id: &str, secret: &TrusteeSecret, step: SeatStep, file: Vec<u8>) {
        let view = committee_view(self.app(), &self.visitor(), id).await.expect("anybody looks");
        let number = i64::from(secret.seat());
        let officer = self.seat_officer(view.committee.seat(number).expect("there is such a seat"));
        seat_hand_in(self.app(), &officer, id, number, step, file).await.expect("it is handed in");
    }

    /// A committee of both towns and the joint office, two of three, that is ready.
    pub async fn committee(&self) -> Committee {
        let draft = CommitteeDraft {
            name: "三席开启委员会".into(),
            name_en: "Three seats".into(),
            cities: vec![TOWN_A.into(), TOWN_B.into()],
            joint: true,
            notary: String::new(),
            threshold: "2".into(),
        };
        let id = committee_draft(self.app(), &self.joint(), draft).await.expect("it is drafted").id;
        let drafted = committee_view(self.app(), &self.visitor(), &id).await.expect("anybody looks").committee;
        let secret = |seat: &Seat| {
            let number = u16::try_from(seat.number).expect("few seats");
            TrusteeSecret::new(&drafted.origin, &id, number, &seat.name, &mut random).expect("a secret")
        };
        let mut secrets: Vec<TrusteeSecret> = drafted.seats.iter().map(secret).collect();
        for secret in &secrets {
            let file = secret.registration().expect("fresh").to_json();
            self.hand_in(&id, secret, SeatStep::Registration, file).await;
        }
        let plan = ceremony_file(self.app(), &self.visitor(), &id, CeremonyFile::Plan).await.expect("there is a plan");
        let plan = Plan::parse(plan.as_bytes()).expect("the plan holds");
        for secret in &secrets {
            self.hand_in(&id, secret, SeatStep::Deal, secret.deal(&plan).expect("it deals").to_json()).await;
        }
        let file = ceremony_file(self.app(), &self.visitor(), &id, CeremonyFile::Transcript).await.expect("all dealt");
        let transcript = Transcript::parse(file.as_bytes()).expect("the transcript holds");
        for secret in &mut secrets {
            let Judgement::Accepts(acceptance) = secret.judge(&transcript).expect("it judges") else {
                panic!("everybody dealt well")
            };
            self.hand_in(&id, secret, SeatStep::Answer, acceptance.to_json()).await;
        }
        Committee { id, secrets }
    }
}

/// The shares of a trustee for a round.
fn share_file(opening: &Opening, secret: &TrusteeSecret) -> Shares {
    let own = secret.share_for(&made(opening).expect("a committee")).expect("it has accepted");
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
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
