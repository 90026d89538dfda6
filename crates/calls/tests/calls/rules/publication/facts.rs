//! The facts of the story: a call of two awards whose owner is unnamed at first.

use crate::rules::by;
use calls::rules::amendment::{Amendment, Change};
use calls::rules::award::{Award, AwardState};
use calls::rules::call::{Call, CallState, Criterion, Mode, Review};
use calls::rules::contract::Contract;
use calls::rules::milestone::{Milestone, MilestoneState};
use calls::rules::objection::{Objection, ObjectionState, Verdict};
use calls::rules::pledge::{Condition, FunderKind, Pledge, PledgeState};
use calls::rules::publication::{Body, Facts, Funder, Moved, Part, Winner};
use disclosure::{House, Identifier, Place, Publisher};
use kernel::{Fen, Instant, Text};

pub const BASE: &str = "https://corridor.example";
/// What nobody may read in any release.
pub const PROTECTED: [&str; 6] =
    ["版图与失效样本", "保密义务", "背景专利清单", "投诉人某", "合同里的商业条款", "组长某"];
pub const OWNER_NAME: &str = "某传感器有限公司";
pub const DAY_MS: i64 = 86_400_000;

pub fn fen(amount: i64) -> Fen {
    Fen::new(amount).expect("an amount")
}

pub fn day(day: i64) -> i64 {
    by().now.ms() + day * DAY_MS
}

pub fn house() -> House {
    House {
        publisher: Publisher { name: "某走廊".into(), uri: BASE.into(), ..Publisher::default() },
        license: "https://creativecommons.org/licenses/by/4.0/".into(),
        policy: format!("{BASE}/calls/publication"),
        ..House::default()
    }
}

pub fn body(id: &str, name: &str, uscc: &str) -> Body {
    let name = Text::new(name, "");
    let identifier =
        (!uscc.is_empty()).then(|| Identifier { scheme: "CN-SAIC".into(), id: uscc.into(), legal_name: name.clone() });
    let id = if uscc.is_empty() { id.to_owned() } else { format!("CN-SAIC-{uscc}") };
    let place = Place { locality: "甲市".into(), region: "某省".into(), country: Text::new("中国", "China") };
    Body { id, name, identifier, place: Some(place) }
}

pub fn owner() -> Body {
    body("owner", OWNER_NAME, "91330400MA29000012")
}

pub fn pledge(id: &str, kind: FunderKind, code: &str, cap: i64, condition: Condition) -> Pledge {
    Pledge {
        id: id.into(),
        call: "c1".into(),
        ord: 1,
        kind,
        code: code.into(),
        name: String::new(),
        name_en: String::new(),
        account: "account".into(),
        cap: fen(cap),
        condition,
        ratio_hundredths: if condition == Condition::Matched { 150 } else { 0 },
        note: String::new(),
        state: PledgeState::Given,
        by: "组长某".into(),
        at_ms: 0,
        demo: false,
    }
}

pub fn call() -> Call {
    Call {
        number: "JB-2026-0001".into(),
        owner: "owner".into(),
        unnamed: true,
        title: "高温压力传感器的长期漂移".into(),
        title_en: "Long-term drift of pressure sensors".into(),
        summary: "六百摄氏度下一千小时漂移不超过千分之一。".into(),
        details: "版图与失效样本。".into(),
        nda: "承担五年保密义务。".into(),
        eligibility: "具有独立法人资格的单位或其联合体。".into(),
        mode: Mode::Several,
        winners_max: 2,
        budget: fen(100_000_000),
        review: Review {
            criteria: vec![Criterion {
                code: "c1".into(),
                name: "技术路线".into(),
                name_en: "Approach".into(),
                weight_bp: 10_000,
            }],
            ..Review::default()
        },
        state: CallState::Open,
        version: 1,
        round: Some("r1".into()),
        opened_ms: Some(day(1)),
        closes_ms: Some(day(21)),
        posed_by: "组长某".into(),
        ..crate::rules::call()
    }
}

/// A call that has just opened, its owner unnamed.
pub fn opened() -> Facts {
    let city = body("city-990100", "甲市", "");
    let funder = |pledge: Pledge, body: Option<Body>| Funder { pledge, body };
    Facts {
        ocid: "ocds-213czf-JB-2026-0001".into(),
        number: "JB-2026-0001".into(),
        base: BASE.into(),
        call: call(),
        owner: None,
        office: Body {
            id: "joint-office".into(),
            name: Text::new("联席会议办公室", "Joint office"),
            ..Body::default()
        },
        funders: vec![
            funder(pledge("p1", FunderKind::Owner, "owner", 40_000_000, Condition::None), None),
            funder(pledge("p2", FunderKind::City, "990100", 60_000_001, Condition::Matched), Some(city)),
        ],
        amendments: Vec::new(),
        answered: None,
        answers: None,
        objections: Vec::new(),
        winners: Vec::new(),
    }
}

pub fn named(facts: Facts) -> Facts {
    let mut funders = facts.funders;
    funders[0].body = Some(owner());
    let call = Call { named_ms: Some(day(40)), ..facts.call };
    Facts { funders, call, owner: Some(owner()), ..facts }
}

pub fn amended(facts: Facts) -> Facts {
    let change = |field: &str, old: &str, new: &str| Change { field: field.into(), old: old.into(), new: new.into() };
    let amendment = Amendment {
        id: "a1".into(),
        call: "c1".into(),
        version: 2,
        notice: "延长揭榜时间。".into(),
        changes: vec![change("closes_ms", "1", "2"), change("details", "", "")],
        round_old: "r1".into(),
        round_new: "r2".into(),
        by: "组长某".into(),
        demo: false,
        at_ms: day(5),
    };
    let call = Call { closes_ms: Some(day(30)), version: 2, eligibility: String::new(), ..facts.call };
    Facts { amendments: vec![amendment], call, ..facts }
}

pub fn at(facts: &Facts, state: CallState) -> Facts {
    Facts { call: Call { state, ..facts.call.clone() }, ..facts.clone() }
}

pub fn winner(ord: i64, lead: &str, amount: i64, parts: [i64; 2]) -> Winner {
    let award = Award {
        id: format!("w{ord}"),
        call: "c1".into(),
        ord,
        answer: format!("answer{ord}"),
        organisation: format!("o{ord}"),
        city: None,
        amount: fen(amount),
        account: "account".into(),
        state: AwardState::Named,
        reason: String::new(),
        decided_by: "组长某".into(),
        decided_ms: day(40),
        demo: false,
        updated_ms: day(40),
    };
    let milestone = Milestone {
        award: award.id.clone(),
        ord: 1,
        call: "c1".into(),
        title: "样片".into(),
        indicators: "背景专利清单".into(),
        months: 6,
        amount: fen(amount),
        due_ms: None,
        state: MilestoneState::Waiting,
        report: None,
        reported_by: String::new(),
        reported_ms: None,
        opinion: None,
        confirmed_by: String::new(),
        refused: 0,
        updated_ms: day(40),
    };
    let part = |(pledge, amount): (&str, i64)| Part { pledge: pledge.into(), amount: fen(amount) };
    Winner {
        reason: "两条技术路线互补。".into(),
        award,
        team: vec![
            (body(&format!("org-o{ord}"), lead, ""), 7_050),
            (body(&format!("org-m{ord}"), "合作单位", ""), 2_950),
        ],
        parts: ["p1", "p2"].into_iter().zip(parts).map(part).collect(),
        contract: None,
        milestones: vec![milestone],
        moved: Vec::new(),
    }
}

pub fn awarded(facts: &Facts) -> Facts {
    let winners = vec![
        winner(1, "甲市标定技术有限公司", 60_000_000, [24_000_000, 36_000_000]),
        winner(2, "乙市材料研究院", 30_000_001, [12_000_000, 18_000_001]),
    ];
    Facts { winners, ..named(at(facts, CallState::Notice)) }
}

pub fn signed(mut facts: Facts) -> Facts {
    for winner in &mut facts.winners {
        winner.award.state = AwardState::Running;
        winner.contract = Some(Contract {
            award: winner.award.id.clone(),
            call: "c1".into(),
            number: "HT-1".into(),
            summary: "合同里的商业条款".into(),
            rights: Vec::new(),
            registration: String::new(),
            version: 1,
            hash: String::new(),
            by: "组长某".into(),
            created_ms: day(50),
            updated_ms: day(50),
            signed_ms: Some(day(51)),
        });
        winner.milestones[0].state = MilestoneState::Open;
        winner.milestones[0].due_ms = Some(day(230));
    }
    at(&facts, CallState::Running)
}

pub fn paid(mut facts: Facts) -> Facts {
    for winner in &mut facts.winners {
        winner.milestones[0].state = MilestoneState::Accepted;
        winner.milestones[0].updated_ms = day(200);
        let moved = |(source, part): (i64, &Part)| Moved {
            milestone: 1,
            source,
            pledge: part.pledge.clone(),
            amount: part.amount,
            back: false,
            at: Instant::from_ms(day(200)),
        };
        winner.moved = (1_i64..).zip(&winner.parts).map(moved).collect();
    }
    facts
}

pub fn objection(state: ObjectionState, verdict: Option<Verdict>) -> Objection {
    Objection {
        id: "objection".into(),
        call: "c1".into(),
        ord: 1,
        organisation: None,
        by: "someone".into(),
        by_name: "投诉人某".into(),
        text: "背景专利清单".into(),
        links: Vec::new(),
        state,
        admission: String::new(),
        admitted_by: String::new(),
        verdict,
        due_ms: None,
        due_provisional: false,
        demo: false,
        filed_ms: day(41),
        updated_ms: day(45),
    }
}
