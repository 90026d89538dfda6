//! Reviews: conflicts, draws from a seed that nobody could grind, scores and the shortlist.

use super::{by, call, money, problem, review};
use calls::rules::By;
use calls::rules::answer::{Answer, AnswerState, Member};
use calls::rules::call::{Call, Patch, revise};
use calls::rules::conflict::{
    Around, ConflictKind, FORMER_YEARS, Known, OfficerDraft, Party, Tie, TieDraft, ask, conflicts, decide, declare,
    set, standing,
};
use calls::rules::draw::{
    DrawFile, Entrant, FILE_FORMAT, Input, PartOpen, Quotas, affinity, commitment, next, places, possible, replay, run,
    seed,
};
use calls::rules::reviewer::{Expert, Origin, Sitting, Task, TaskState, blotted, recuse};
use calls::rules::score::{ALONE, DISCUSSED, Sheet, SheetDraft, calls_further, discuss, give};
use calls::rules::shortlist::{Given, ListDraft, aggregate, by_rank, departs, propose, rank};
use kernel::{Fen, Refusal};
use proptest::prelude::*;

fn full() -> Call {
    let patch = Patch { problem: Some(problem()), money: Some(money()), review: Some(review()), ..Patch::default() };
    revise(&call(), &patch, &|_| true, by()).expect("it is in order")
}

fn expert(id: &str, institution: &str) -> Expert {
    Expert {
        id: id.into(),
        account: Some(format!("account-{id}")),
        name: format!("专家{id}"),
        institution: institution.into(),
        fields: "压力传感器、封装".into(),
        fields_en: "drift; MEMS".into(),
        segments: vec!["ic".into()],
        willing: true,
        ..Expert::default()
    }
}

fn answer(number: i64) -> Answer {
    Answer {
        id: format!("a{number}"),
        call: "c".into(),
        number,
        round: "r".into(),
        envelope: format!("e{number}"),
        content_sha256: None,
        organisation: format!("o{number}"),
        title: "压力传感器方案".into(),
        summary: "MEMS 封装".into(),
        plan: String::new(),
        total: Fen::ZERO,
        members: vec![Member {
            name: format!("第{number} 研究所"),
            uscc: "91330400MA2900001X".into(),
            organisation: Some(format!("o{number}")),
            city: None,
            share_bp: 10_000,
            task: String::new(),
        }],
        stages: Vec::new(),
        papers: Vec::new(),
        faults: Vec::new(),
        state: AnswerState::Admitted,
        reason: String::new(),
        demo: false,
        opened_ms: 0,
        updated_ms: 0,
    }
}

fn owner() -> Party {
    Party { name: "某传感器有限公司".into(), uscc: String::new(), organisation: Some("owner".into()) }
}

fn found(institution: &str, organisations: &[&str], ties: &[Tie], rivals: &[Party]) -> Vec<ConflictKind> {
    let expert = expert("x", institution);
    let organisations: Vec<String> = organisations.iter().map(|id| (*id).to_owned()).collect();
    let known = Known { expert: &expert, organisations: &organisations, ties, before: &[] };
    let owner = owner();
    let around = Around { call: "c", owner: &owner, rivals, now_ms: by().now.ms() };
    conflicts(&known, &answer(1), &around)
}

fn tie(kind: &str, name: &str, left: &str) -> Result<Tie, Refusal> {
    let draft = TieDraft { kind: kind.into(), name: name.into(), left: left.into(), ..TieDraft::default() };
    declare("t".into(), "x", &draft, by())
}

#[test]
fn conflicts_come_from_the_registry_from_what_was_declared_and_from_officers() {
    use ConflictKind as K;
    let rival = Party { name: "对手公司".into(), ..Party::default() };
    assert_eq!(found("别的研究所", &[], &[], &[]), []);
    assert_eq!(found("第１研究所", &[], &[], &[]), [K::Institution], "width and blanks do not matter");
    assert_eq!(found("", &["o1"], &[], &[]), [K::Membership]);
    assert_eq!(found("某传感器有限公司", &[], &[], &[]), [K::Owner]);
    assert_eq!(found("对手公司", &[], &[], std::slice::from_ref(&rival)), [K::Rival]);
    let works = tie("employer", "对手公司", "").unwrap();
    assert_eq!(found("", &[], &[works], &[rival]), [K::Rival], "declared employment counts too");
    for kind in K::DECLARED {
        let left = if kind == K::FormerEmployer { "2025-01-01" } else { "" };
        let one = tie(kind.code(), "第1研究所", left).unwrap();
        assert_eq!(found("", &[], std::slice::from_ref(&one), &[]), [kind]);
        let other = Tie { party: Party { name: "别的".into(), ..Party::default() }, ..one.clone() };
        assert_eq!(found("", &[], &[other], &[]), []);
        let ended = Tie { ended_ms: Some(1), ..one.clone() };
        assert_eq!(found("", &[], &[ended], &[]), []);
        let to_owner = Tie { party: owner(), ..one };
        assert_eq!(found("", &[], &[to_owner], &[]), [kind], "a tie to the owner keeps from every answer");
    }
    let year = 2026 - FORMER_YEARS - 1;
    let long_ago = tie("former-employer", "第1研究所", &format!("{year}-01-01")).unwrap();
    assert_eq!(found("", &[], &[long_ago], &[]), []);
    let draft = OfficerDraft { expert: "x".into(), reason: "举报属实".into(), ..OfficerDraft::default() };
    let pair = set("s".into(), "c", Some("a1"), &draft, by()).unwrap();
    assert_eq!(found("", &[], std::slice::from_ref(&pair), &[]), [K::Officer]);
    assert_eq!(found("", &[], &[Tie { call: Some("other".into()), ..pair }], &[]), []);
}

#[test]
fn ties_are_declared_to_somebody_and_in_order() {
    for (kind, name, left, code) in [
        ("", "某所", "", "tie-kind"),
        ("officer", "某所", "", "tie-kind"),
        ("family", "", "", "tie-party"),
        ("former-employer", "某所", "", "date-shape"),
        ("former-employer", "某所", "2026-03-17", "tie-left"),
    ] {
        assert_eq!(tie(kind, name, left).unwrap_err().code, code, "{kind} {name} {left}");
    }
}

#[test]
fn a_waiver_takes_another_officer_and_lifts_only_what_it_was_asked_for() {
    let kinds = vec![ConflictKind::CoAuthor];
    assert_eq!(ask("w".into(), ("c", "x", "a1"), vec![], "少有同行", by()).unwrap_err().code, "waiver-nothing");
    let asked = ask("w".into(), ("c", "x", "a1"), kinds, "少有同行", by()).unwrap();
    assert_eq!(decide(&asked, true, "同意", by()).unwrap_err().code, "waiver-own");
    let second = By { account: "another", ..by() };
    let granted = decide(&asked, true, "同意", second).unwrap();
    assert_eq!(decide(&granted, false, "不同意", second).unwrap_err().code, "waiver-decided");
    let both = [ConflictKind::CoAuthor, ConflictKind::Family];
    let left = |waivers: &[_]| standing(&both, waivers, "x", "a1");
    assert_eq!(left(std::slice::from_ref(&asked)), both, "what waits lifts nothing");
    assert_eq!(left(std::slice::from_ref(&granted)), [ConflictKind::Family]);
    assert_eq!(standing(&both, &[granted], "x", "a2"), both, "another pair");
}

fn input(answers: usize, experts: usize, needs: u32, load_max: u32) -> Input {
    let entrant = |at: usize| Entrant {
        alias: format!("x{at:02}"),
        load_max,
        institution: u32::try_from(at).unwrap(),
        place: 1,
        specialist: at.is_multiple_of(2),
    };
    Input {
        call: "c".into(),
        number: 1,
        salt: "salt".into(),
        choosing: "draw".into(),
        pair_cap_bp: 5_000,
        quotas: Quotas::default(),
        answers: (1..).take(answers).collect(),
        needs: vec![needs; answers],
        places: vec![2; answers],
        experts: (0..experts).map(entrant).collect(),
        eligible: vec!["1".repeat(experts); answers],
        affinity_micro: Vec::new(),
    }
}

fn value(digit: char) -> String {
    digit.to_string().repeat(64)
}

fn file(input: &Input) -> DrawFile {
    let text = input.text();
    let input_sha256 = Input::sha256(&text);
    let values = [(0, value('a')), (2, value('b')), (3, value('c'))];
    let parts =
        values.clone().map(|(seat, value)| PartOpen { seat, commitment: commitment("c", 1, seat, &value), value });
    let values: Vec<(i64, &str)> = values.iter().map(|(seat, value)| (*seat, value.as_str())).collect();
    let seed = seed("c", 1, &input_sha256, &values);
    let result = run(input, Some(&seed)).expect("it can be met");
    DrawFile { format: FILE_FORMAT.into(), input: text, input_sha256, parts: parts.to_vec(), seed: hex(&seed), result }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text(file: &DrawFile) -> String {
    serde_json::to_string(file).unwrap()
}

#[test]
fn a_draw_is_replayed_from_its_file_and_every_change_is_seen() {
    let good = file(&input(4, 6, 3, 4));
    assert!(good.result.iter().all(|row| row.len() == 3));
    replay(&text(&good)).expect("it is what it says");
    let mut changed = Vec::new();
    let mut other = good.clone();
    other.parts[1].value = value('d');
    changed.push(other);
    let mut other = good.clone();
    other.input = other.input.replace("\"load_max\":4", "\"load_max\":3");
    changed.push(other);
    let mut other = good.clone();
    other.seed = value('0');
    changed.push(other);
    let mut other = good.clone();
    other.result.swap(0, 1);
    changed.extend((other.result != good.result).then_some(other));
    for other in changed {
        assert_eq!(replay(&text(&other)).unwrap_err().code, "draw-differs");
    }
    assert_eq!(replay("{}").unwrap_err().code, "draw-input");
}

#[test]
fn commitments_and_seeds_have_the_bytes_that_are_written_down() {
    // printf 'yilang.calls.draw.commitment.v1\nc\n1\n2\n%s\n' bbbb… | sha256sum
    assert_ne!(commitment("c", 1, 2, &value('b')), commitment("c", 1, 3, &value('b')), "bound to the seat");
    assert_ne!(commitment("c", 1, 2, &value('b')), commitment("c", 2, 2, &value('b')), "and to the draw");
    let (a, b) = (value('a'), value('b'));
    let one = seed("c", 1, "h", &[(0, &a), (2, &b)]);
    assert_eq!(one, seed("c", 1, "h", &[(2, &b), (0, &a)]), "in the order of seats");
    assert_ne!(one, seed("c", 1, "i", &[(0, &a), (2, &b)]), "bound to the input");
}

#[test]
fn what_cannot_be_met_is_refused_with_the_answers_own_numbers() {
    let mut few = input(3, 3, 3, 3);
    few.answers = vec![4, 7, 9];
    few.eligible[1] = "110".into();
    let refusal = possible(&few).unwrap_err();
    assert_eq!(refusal.code, "assignment-places");
    assert!(refusal.en.contains('7') && refusal.zh.contains('7'), "{}", refusal.en);
    let mut alike = input(1, 3, 2, 3);
    for entrant in &mut alike.experts {
        entrant.institution = 1;
    }
    assert_eq!(
        possible(&alike).unwrap_err().code,
        "quota-contradiction",
        "at most one of an institution, and two needed"
    );
}

#[test]
fn whoever_comes_next_has_the_smallest_lot_of_those_who_may() {
    let input = input(2, 5, 2, 3);
    let seed = [7; 32];
    let room = vec![3; 5];
    let first = next(&input, &seed, 1, &room, &[], &[]).unwrap();
    let second = next(&input, &seed, 1, &room, &[first], &[]).unwrap();
    assert_ne!(first, second);
    assert_eq!(next(&input, &seed, 1, &room, &[], &[first]), Some(second), "gone is as good as present");
    let mut full = room.clone();
    full[first] = 0;
    assert_eq!(next(&input, &seed, 1, &full, &[], &[]), Some(second));
    assert_eq!(next(&input, &seed, 3, &room, &[], &[]), None, "not in this draw");
    assert_eq!(next(&input, &seed, 1, &[0; 5], &[], &[]), None);
}

#[test]
fn every_way_of_choosing_gives_complete_assignments() {
    for choosing in ["draw", "optimal", "max-min", "capped"] {
        let mut one = input(4, 6, 2, 3);
        one.choosing = choosing.into();
        one.affinity_micro = vec![vec![0, 200_000, 400_000, 600_000, 800_000, 1_000_000]; 4];
        let result = run(&one, Some(&[9; 32])).unwrap();
        assert!(result.iter().all(|row| row.len() == 2), "{choosing}");
        assert_eq!(result, run(&one, Some(&[9; 32])).unwrap(), "{choosing} repeats");
    }
    assert_eq!(run(&input(1, 2, 1, 1), None).unwrap_err().code, "draw-seed");
}

#[test]
fn affinity_is_half_segments_and_half_words() {
    // Of the terms 压力传感器, 封装, drift, mems three stand in title or summary.
    assert_eq!(affinity(&expert("x", ""), &full(), &answer(1)), 500_000 + 375_000);
    let nobody =
        Expert { segments: vec!["tea".into()], fields: String::new(), fields_en: String::new(), ..expert("x", "") };
    assert_eq!(affinity(&nobody, &full(), &answer(1)), 0);
    assert_eq!(places(["a", "", "b", "a", ""]), [1, 2, 3, 1, 4]);
}

proptest! {
    #[test]
    fn one_other_value_gives_another_seed(at in 0usize..3, bit in 0usize..256) {
        let values = [value('a'), value('b'), value('c')];
        let pairs: Vec<(i64, &str)> = (0..).zip(values.iter().map(String::as_str)).collect();
        let before = seed("c", 1, "h", &pairs);
        let mut bytes: Vec<u8> = values[at].bytes().collect();
        let digit = bit / 4;
        let old = (bytes[digit] as char).to_digit(16).unwrap();
        bytes[digit] = char::from_digit(old ^ (1 << (bit % 4)), 16).unwrap() as u8;
        let other = String::from_utf8(bytes).unwrap();
        let mut pairs = pairs.clone();
        pairs[at].1 = &other;
        let after = seed("c", 1, "h", &pairs);
        let differing: u32 = before.iter().zip(after).map(|(a, b)| (a ^ b).count_ones()).sum();
        prop_assert!((60..=196).contains(&differing), "about half of all bits: {differing}");
    }

    #[test]
    fn drawn_pairs_are_eligible_and_loads_hold(salt in any::<[u8; 32]>(), holes in prop::collection::vec((0usize..5, 0usize..9), 0..8)) {
        let mut input = input(5, 9, 2, 2);
        for (answer, expert) in holes {
            input.eligible[answer].replace_range(expert..=expert, "0");
        }
        let Ok(result) = run(&input, Some(&salt)) else { return Ok(()) };
        let mut loads = [0; 9];
        for (answer, row) in result.iter().enumerate() {
            prop_assert_eq!(row.len(), 2);
            for expert in row {
                prop_assert_eq!(input.eligible[answer].as_bytes()[*expert], b'1');
                loads[*expert] += 1;
            }
        }
        prop_assert!(loads.iter().all(|load| *load <= 2));
    }
}

fn sitting() -> Sitting {
    Sitting {
        call: "c".into(),
        attempt: 1,
        due_ms: 0,
        fee: Fen::ZERO,
        account: String::new(),
        discussion_ms: None,
        closed_ms: None,
        raw_only: (String::new(), String::new()),
        departure: String::new(),
        paid_ms: None,
        demo: false,
    }
}

fn task(id: &str, number: i64) -> Task {
    Task {
        id: id.into(),
        call: "c".into(),
        attempt: 1,
        answer: format!("a{number}"),
        number,
        expert: id.into(),
        account: format!("account-{id}"),
        origin: Origin::Drawn,
        state: TaskState::Assigned,
        recusal: None,
        at_ms: 0,
        due_ms: 0,
        read_ms: None,
        ended_ms: None,
        demo: false,
    }
}

fn points(one: &str, two: &str) -> SheetDraft {
    SheetDraft { points: vec![one.into(), two.into()], comment: "可行".into() }
}

#[test]
fn scores_are_whole_points_given_once_alone_and_again_after_the_discussion() {
    let (call, task) = (full(), task("t", 1));
    let sheet = give(&call, &sitting(), &task, &[], &points("80", "70"), by()).unwrap();
    assert_eq!((sheet.phase, sheet.total), (ALONE, 7_600), "60 and 40 per cent");
    for (one, two, code, field) in [
        ("101", "1", "number-range", "points_c1"),
        ("1", "", "number-range", "points_c2"),
        ("1.5", "1", "number-range", "points_c1"),
    ] {
        let refusal = give(&call, &sitting(), &task, &[], &points(one, two), by()).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
    }
    let again = give(&call, &sitting(), &task, std::slice::from_ref(&sheet), &points("1", "1"), by());
    assert_eq!(again.unwrap_err().code, "score-given");
    let open = Sitting { discussion_ms: Some(1), ..sitting() };
    let second = give(&call, &open, &task, std::slice::from_ref(&sheet), &points("60", "70"), by()).unwrap();
    assert_eq!((second.phase, second.total), (DISCUSSED, 6_400));
    let late = give(&call, &open, &task, &[], &points("60", "70"), by()).unwrap();
    assert_eq!(late.phase, ALONE, "whoever comes later scores alone first");
    let closed = Sitting { closed_ms: Some(1), ..sitting() };
    assert_eq!(give(&call, &closed, &task, &[], &points("1", "1"), by()).unwrap_err().code, "review-closed");
    let gone = recuse(&task, "family", by()).unwrap();
    assert_eq!(give(&call, &sitting(), &gone, &[], &points("1", "1"), by()).unwrap_err().code, "task-over");
}

fn sheet(task: &str, total: i64) -> Sheet {
    Sheet { task: task.into(), phase: ALONE, points: vec![], comment: String::new(), total, at_ms: 0 }
}

#[test]
fn scores_far_apart_call_one_further_reviewer_once() {
    let call = full();
    let tasks = [task("x", 1), task("y", 1)];
    let apart = |a, b| calls_further(&call, &tasks, &[sheet("x", a), sheet("y", b)]);
    assert!(!apart(5_000, 7_000), "twenty points are not yet too far");
    assert!(apart(5_000, 7_001));
    assert!(!calls_further(&call, &tasks, &[sheet("x", 1)]), "the other has not scored");
    let third = Task { origin: Origin::Further, ..task("z", 1) };
    let three = [task("x", 1), task("y", 1), third];
    assert!(!calls_further(&call, &three, &[sheet("x", 0), sheet("y", 9_000), sheet("z", 5_000)]));
    assert_eq!(discuss(&sitting(), &tasks, &[sheet("x", 1)], by()).unwrap_err().code, "scores-missing");
}

fn given(scores: &[(i64, &str, i64)]) -> Vec<Given> {
    scores
        .iter()
        .map(|(number, expert, total)| Given { number: *number, expert: (*expert).into(), total: *total })
        .collect()
}

#[test]
fn both_rankings_stand_side_by_side_and_the_adjusted_one_counts() {
    let answers: Vec<Answer> = (11..=14).map(answer).collect();
    // The reviewer x is strict and z is mild; 12 was read by the strict one.
    let scores = [
        (11, "y", 7000),
        (11, "z", 8000),
        (12, "x", 6800),
        (12, "y", 7900),
        (13, "z", 7500),
        (13, "x", 5500),
        (14, "y", 6900),
        (14, "z", 8200),
    ];
    let ranking = rank(&full(), 1, &answers, &given(&scores)).unwrap();
    assert_eq!(ranking.raw_only, None);
    let twelve = ranking.ranks.iter().find(|rank| rank.number == 12).unwrap();
    assert_eq!((twelve.raw_rank, twelve.adjusted_rank), (3, Some(1)));
    assert!(twelve.error_micro.unwrap() > 0 && twelve.chance_bp.unwrap() > 5_000);
    let most = full().review.shortlist_max;
    let shortlist = by_rank(&ranking.ranks, most);
    assert_eq!((shortlist.len(), shortlist[0]), (3, 12));
    assert!(!departs(&ranking.ranks, &shortlist, most));
    let list = |numbers: Vec<i64>, reason: &str| {
        propose(&full(), &ranking.ranks, &ListDraft { numbers, reason: reason.into() })
    };
    assert!(list(shortlist.clone(), "").is_ok());
    assert_eq!(list(vec![13], "").unwrap_err().code, "departure-reason");
    let (ranks, reason) = list(vec![13], "唯一可量产").unwrap();
    let places: Vec<i64> = ranks.iter().filter(|rank| rank.place.is_some()).map(|rank| rank.number).collect();
    assert_eq!((places, reason.as_str()), (vec![13], "唯一可量产"));
    assert_eq!(list(vec![], "x").unwrap_err().code, "shortlist-size");
    assert_eq!(list(vec![11, 11], "x").unwrap_err().code, "shortlist-unknown");
    assert_eq!(list(vec![99], "x").unwrap_err().code, "shortlist-unknown");
}

#[test]
fn where_reviewers_share_nothing_the_raw_ranking_stands_and_says_why() {
    let answers: Vec<Answer> = (1..=2).map(answer).collect();
    let scores = [(1, "x", 7000), (1, "y", 8000), (2, "z", 6800), (2, "w", 7900)];
    let ranking = rank(&full(), 1, &answers, &given(&scores)).unwrap();
    assert!(ranking.raw_only.is_some());
    assert_eq!(ranking.ranks.iter().map(|rank| (rank.number, rank.rank())).collect::<Vec<_>>(), [(1, 1), (2, 2)]);
    assert!(ranking.ranks.iter().all(|rank| rank.adjusted_micro.is_none() && rank.chance_bp.is_none()));
}

#[test]
fn the_public_learns_figures_only_of_enough_reviewers() {
    assert_eq!(aggregate(&given(&[(1, "x", 7000), (1, "y", 8000)])), None);
    let all = aggregate(&given(&[(1, "x", 6000), (1, "y", 7000), (1, "z", 8000)])).unwrap();
    assert_eq!((all.reviewers, all.scores, all.mean, all.spread), (3, 3, 7_000, 816));
}

#[test]
fn names_of_a_team_are_blotted_out() {
    let text = blotted("甲大学与甲大学附属医院合作", &["甲大学", "甲大学附属医院", "与"]);
    assert_eq!(text, "█████与█████合作");
}
