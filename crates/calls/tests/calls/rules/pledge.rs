//! Pledges: what may be given, what it comes to, and how awards are split among them to the fen.

use super::by;
use calls::rules::pledge::{
    Condition, FunderKind, Need, Pledge, PledgeDraft, PledgeState, cover, covers, decline, give, split,
};
use kernel::{Adcode, Fen};
use proptest::prelude::*;

const CITIES: [&str; 3] = ["990100", "990200", "990300"];

fn fen(amount: i64) -> Fen {
    Fen::new(amount).expect("an amount")
}

fn asked(kind: FunderKind, code: &str) -> Pledge {
    Pledge {
        id: format!("p-{code}"),
        call: "c".into(),
        ord: 1,
        kind,
        code: code.into(),
        name: String::new(),
        name_en: String::new(),
        account: String::new(),
        cap: Fen::ZERO,
        condition: Condition::None,
        ratio_hundredths: 0,
        note: String::new(),
        state: PledgeState::Asked,
        by: String::new(),
        at_ms: 0,
        demo: false,
    }
}

fn given(kind: FunderKind, code: &str, cap: i64, condition: Condition, ratio: i64) -> Pledge {
    Pledge { cap: fen(cap), condition, ratio_hundredths: ratio, state: PledgeState::Given, ..asked(kind, code) }
}

fn draft(cap: &str, condition: &str, ratio: &str, account: &str) -> PledgeDraft {
    PledgeDraft {
        cap_yuan: cap.into(),
        condition: condition.into(),
        ratio: ratio.into(),
        account: account.into(),
        note: String::new(),
    }
}

#[test]
fn what_may_be_given() {
    use FunderKind::{City, Joint, Owner};
    type Case = (FunderKind, PledgeDraft, Result<i64, (&'static str, &'static str)>);
    let cases: &[Case] = &[
        (City, draft("100", "none", "", "a"), Ok(10_000)),
        (City, draft("100.50", "local", "", "a"), Ok(10_050)),
        (City, draft("100", "matched", "1.5", "a"), Ok(10_000)),
        (City, draft("", "none", "", "a"), Err(("pledge-amount", "cap_yuan"))),
        (City, draft("0", "none", "", "a"), Err(("pledge-amount", "cap_yuan"))),
        (City, draft("1", "perhaps", "", "a"), Err(("pledge-condition", "condition"))),
        (City, draft("1", "matched", "", "a"), Err(("pledge-ratio", "ratio"))),
        (City, draft("1", "matched", "0", "a"), Err(("pledge-ratio", "ratio"))),
        (City, draft("1", "matched", "100.01", "a"), Err(("pledge-ratio", "ratio"))),
        (City, draft("1", "none", "", ""), Err(("pledge-account", "account"))),
        (Joint, draft("1", "local", "", "a"), Err(("pledge-local", "condition"))),
        (Owner, draft("1", "matched", "1", "a"), Err(("pledge-own-match", "condition"))),
    ];
    for (kind, draft, expected) in cases {
        let found = give(&asked(*kind, "990100"), draft, by());
        match (found, expected) {
            (Ok(pledge), Ok(cap)) => assert_eq!((pledge.cap.get(), pledge.state), (*cap, PledgeState::Given)),
            (Err(refusal), Err((code, field))) => {
                assert_eq!((refusal.code, refusal.field.as_deref()), (*code, Some(*field)), "{draft:?}");
            }
            (found, _) => panic!("{draft:?}: {found:?}"),
        }
    }
}

#[test]
fn declined_and_taken_back_end_a_pledge() {
    let declined = decline(&asked(FunderKind::Joint, "joint"), "", by()).unwrap();
    assert_eq!(declined.state, PledgeState::Declined);
    let back = decline(&given(FunderKind::Joint, "joint", 5, Condition::None, 0), "预算调整", by()).unwrap();
    assert_eq!((back.state, back.cap, back.note.as_str()), (PledgeState::Withdrawn, Fen::ZERO, "预算调整"));
    for over in [declined, back] {
        assert_eq!(decline(&over, "", by()).unwrap_err().code, "pledge-over");
        assert_eq!(give(&over, &draft("1", "none", "", "a"), by()).unwrap_err().code, "pledge-over");
    }
}

#[test]
fn what_it_comes_to() {
    let pledges = [
        given(FunderKind::Owner, "o", 10_000, Condition::None, 0),
        given(FunderKind::City, "990100", 9_000, Condition::Local, 0),
        given(FunderKind::City, "990200", 50_000, Condition::Matched, 150),
        given(FunderKind::Joint, "joint", 3_000, Condition::Matched, 100),
    ];
    let found = cover(&pledges).unwrap();
    assert_eq!((found.sure.get(), found.possible.get()), (10_000 + 15_000 + 3_000, 37_000));
    covers(&pledges, fen(28_000)).unwrap();
    assert_eq!(covers(&pledges, fen(28_001)).unwrap_err().code, "pledges-short");
    let waiting = [pledges.as_slice(), &[asked(FunderKind::City, "990300")]].concat();
    assert_eq!(covers(&waiting, fen(1)).unwrap_err().code, "pledges-open");
    let unmatched: Vec<Pledge> = pledges.iter().skip(1).cloned().collect();
    assert_eq!(cover(&unmatched).unwrap().sure, Fen::ZERO, "nothing matches an owner who gives nothing");
    let whole = [given(FunderKind::Joint, "joint", Fen::MAX.get(), Condition::None, 0), pledges[0].clone()];
    assert_eq!(cover(&whole).unwrap_err().code, "amount-large");
}

#[test]
fn the_fens_that_are_left_go_by_the_largest_remainder_and_then_in_order() {
    let three = ["a", "b", "c"].map(|code| given(FunderKind::Organisation, code, 100, Condition::None, 0));
    let rows = split(&three, &[Need { amount: fen(100), city: None }]).unwrap();
    assert_eq!(rows[0].iter().map(|part| part.get()).collect::<Vec<_>>(), [34, 33, 33]);
    let none = split(&three, &[Need { amount: fen(301), city: None }]).unwrap_err();
    assert_eq!(none.code, "pledges-short");
    assert!(split(&three, &[]).unwrap().is_empty());
}

fn pledges() -> impl Strategy<Value = Vec<Pledge>> {
    let cap = prop_oneof![1_i64..50, 1_i64..1_000_000_000_000];
    let one = (0_usize..5, cap, 0_usize..3, 1_i64..=10_000, any::<bool>());
    prop::collection::vec(one, 1..8).prop_map(|drawn| {
        let mut pledges: Vec<Pledge> = Vec::new();
        for (at, (who, cap, condition, ratio, gives)) in drawn.into_iter().enumerate() {
            let mut pledge = match who {
                0 => asked(FunderKind::Owner, "owner"),
                1 => asked(FunderKind::Joint, &format!("j{at}")),
                city => asked(FunderKind::City, CITIES[(city - 2) % 3]),
            };
            pledge.condition = match (condition, pledge.kind) {
                (1, FunderKind::City) => Condition::Local,
                (2, kind) if kind != FunderKind::Owner => Condition::Matched,
                _ => Condition::None,
            };
            pledge.ratio_hundredths = if pledge.condition == Condition::Matched { ratio } else { 0 };
            pledge.cap = fen(cap);
            pledge.state = if gives { PledgeState::Given } else { PledgeState::Declined };
            if !pledges.iter().any(|other| other.code == pledge.code) {
                pledges.push(pledge);
            }
        }
        pledges
    })
}

/// Cuts an amount at some places into awards, each in some city.
fn needs(total: i64, cuts: &[(u16, usize)]) -> Vec<Need> {
    let mut places: Vec<(i64, usize)> = cuts
        .iter()
        .map(|(cut, city)| {
            let place = i128::from(total) * i128::from(*cut) / i128::from(u16::MAX);
            (i64::try_from(place).expect("within the total"), *city)
        })
        .collect();
    places.push((total, 0));
    places.sort_unstable();
    let mut before = 0;
    let mut needs = Vec::new();
    for (place, city) in places {
        let city = CITIES.get(city).map(|code| Adcode::parse(code).expect("a city code"));
        needs.push(Need { amount: fen(place - before), city });
        before = place;
    }
    needs
}

proptest! {
    /// Whatever is pledged, awards that come to no more than what holds whoever wins are always paid in full: every row to
    /// the fen, nobody more than it has pledged, and money bound to a city for that city only.
    #[test]
    fn what_is_sure_always_splits(
        pledges in pledges(),
        share in 0_u16..=u16::MAX,
        cuts in prop::collection::vec((any::<u16>(), 0_usize..4), 0..5),
    ) {
        let found = cover(&pledges).unwrap();
        prop_assert!(found.sure <= found.possible);
        let total = i128::from(found.sure.get()) * i128::from(share) / i128::from(u16::MAX);
        let needs = needs(i64::try_from(total).unwrap(), &cuts);
        let rows = split(&pledges, &needs).unwrap();
        prop_assert_eq!(rows.len(), needs.len());
        for (row, need) in rows.iter().zip(&needs) {
            prop_assert_eq!(row.len(), pledges.len());
            prop_assert_eq!(row.iter().map(|part| part.get()).sum::<i64>(), need.amount.get());
            for (part, pledge) in row.iter().zip(&pledges) {
                prop_assert!(part.get() >= 0);
                if pledge.condition == Condition::Local && pledge.city() != need.city {
                    prop_assert_eq!(part.get(), 0, "local money stays in its city");
                }
            }
        }
        let own = pledges.iter().find(|p| p.kind == FunderKind::Owner && p.state == PledgeState::Given);
        let own = own.map_or(0, |pledge| pledge.cap.get());
        for (at, pledge) in pledges.iter().enumerate() {
            let pays: i128 = rows.iter().map(|row| i128::from(row[at].get())).sum();
            let most = match (pledge.state, pledge.condition) {
                (PledgeState::Given, Condition::Matched) => {
                    (i128::from(own) * i128::from(pledge.ratio_hundredths) / 100).min(i128::from(pledge.cap.get()))
                }
                (PledgeState::Given, _) => i128::from(pledge.cap.get()),
                _ => 0,
            };
            prop_assert!(pays <= most, "{pledge:?} pays {pays}");
        }
        // The same question has the same answer.
        prop_assert_eq!(rows, split(&pledges, &needs).unwrap());
    }

    /// More than everything that is possible is never split.
    #[test]
    fn what_is_not_there_is_not_split(pledges in pledges(), more in 1_i64..1_000) {
        let possible = cover(&pledges).unwrap().possible.get();
        let needs = [Need { amount: fen(possible + more), city: Adcode::parse(CITIES[0]).ok() }];
        prop_assert_eq!(split(&pledges, &needs).unwrap_err().code, "pledges-short");
    }
}
