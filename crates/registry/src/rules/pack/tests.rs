use super::*;
use crate::rules::organisation::{Kind, Name, NameKind, Organisation, SOURCE_OWN, SegmentPlace, State, Statement};
use kernel::Adcode;
use pack::words::{self, DateBasis, OrganisationKind};

fn of_pack() -> pack::Organisation {
    pack::Organisation {
        id: "x-1".into(),
        kind: OrganisationKind::Enterprise,
        source_kind: "企业".into(),
        city: Adcode::parse("310117").ok(),
        city_basis: "text".into(),
        area: None,
        uscc: None,
        website: Some("https://example.org".into()),
        founded: None,
        source: "article:1".into(),
        verified: false,
        seed_ids: Vec::new(),
        note: String::new(),
        names: vec![pack::Name {
            name: "示例硅片".into(),
            lang: "zh".into(),
            kind: words::NameKind::Official,
            flagged: false,
            note: String::new(),
            source: "article:1".into(),
        }],
        segments: vec![pack::OrganisationSegment {
            segment: "ic/wafer".into(),
            basis: "text".into(),
            source: "article:1".into(),
        }],
        statements: vec![statement("product", "300 毫米硅片")],
        statuses: Vec::new(),
    }
}

fn statement(field: &str, value: &str) -> pack::Statement {
    pack::Statement {
        field: field.into(),
        value_zh: value.into(),
        value_en: String::new(),
        as_of: "2022".into(),
        as_of_basis: DateBasis::Text,
        source: "article:1".into(),
        verified: false,
    }
}

/// The record as a first load leaves it, then claimed.
fn claimed(from: &pack::Organisation) -> Dossier {
    let empty = Dossier {
        organisation: Organisation {
            id: "opaque".into(),
            pack_key: Some(from.id.clone()),
            kind: Kind::Enterprise,
            state: State::Listed,
            city: None,
            area: None,
            uscc: None,
            website: None,
            founded: None,
            name: String::new(),
            name_en: None,
            source: from.source.clone(),
            note: String::new(),
            claimed_ms: Some(1),
            verified_ms: None,
            registered_by: None,
            edited_ms: None,
            demo: false,
            batch: None,
            created_ms: 0,
            updated_ms: 0,
        },
        names: Vec::new(),
        segments: Vec::new(),
        statements: Vec::new(),
        statuses: Vec::new(),
    };
    let taken = fields(from);
    taken.keys().fold(empty, |held, field| take(&held, field, from))
}

fn take(held: &Dossier, field: &str, from: &pack::Organisation) -> Dossier {
    let mut next = 0;
    accept(held, field, from, Instant::from_ms(2), &mut || {
        next += 1;
        format!("id-{field}-{next}")
    })
}

fn proposed(before: &pack::Organisation, now: &pack::Organisation, held: &Dossier) -> Vec<String> {
    match compare(Some(before), now, Record::Touched(held)) {
        Change::Propose(list) => list.into_iter().map(|(field, _, _)| field).collect(),
        Change::Same => Vec::new(),
        other => panic!("a touched record is never changed at once: {other:?}"),
    }
}

#[test]
fn what_nobody_touched_is_replaced_and_what_is_new_is_added() {
    let before = of_pack();
    let mut now = of_pack();
    assert_eq!(compare(Some(&before), &now, Record::Untouched), Change::Same);
    now.website = None;
    assert_eq!(compare(Some(&before), &now, Record::Untouched), Change::Replace);
    assert_eq!(compare(None, &now, Record::Missing), Change::Add);
    assert_eq!(compare(Some(&now), &now, Record::Missing), Change::Add, "a record that is gone is made again");
}

#[test]
fn a_claimed_record_gets_a_proposal_for_each_changed_field_only() {
    let before = of_pack();
    let held = claimed(&before);
    let mut now = of_pack();
    assert_eq!(proposed(&before, &now, &held), Vec::<String>::new());
    now.website = Some("https://example.com".into());
    now.statements = vec![statement("product", "300 毫米抛光硅片"), statement("honour", "示例奖")];
    assert_eq!(proposed(&before, &now, &held), ["statement.honour", "statement.product", "website"]);
    now.statements.clear();
    assert_eq!(proposed(&before, &now, &held), ["statement.product", "website"], "a dropped statement is a change too");
}

#[test]
fn an_edit_is_not_questioned_again_while_the_pack_says_what_it_said() {
    let before = of_pack();
    let mut held = claimed(&before);
    held.organisation.website = Some("https://own.example".into());
    let mut now = of_pack();
    now.founded = Some("2008".into());
    assert_eq!(proposed(&before, &now, &held), ["founded"]);
}

#[test]
fn a_record_that_already_says_the_same_needs_no_decision() {
    let before = of_pack();
    let mut held = claimed(&before);
    held.organisation.website = Some("https://example.com".into());
    let mut now = of_pack();
    now.website = Some("https://example.com".into());
    assert_eq!(proposed(&before, &now, &held), Vec::<String>::new());
}

#[test]
fn accepting_takes_one_field_and_keeps_the_organisations_own_words() {
    let before = of_pack();
    let mut held = claimed(&before);
    held.names.insert(
        0,
        Name {
            name: "示例自称".into(),
            lang: "zh".into(),
            kind: NameKind::Official,
            flagged: false,
            note: String::new(),
            source: SOURCE_OWN.into(),
        },
    );
    held.segments.push(SegmentPlace { segment: "ic/test".into(), basis: "own".into(), source: SOURCE_OWN.into() });
    held.statements.push(Statement {
        id: "own-1".into(),
        field: "product".into(),
        value_zh: "自己的产品".into(),
        value_en: String::new(),
        as_of: "2026".into(),
        as_of_basis: "own".into(),
        source: SOURCE_OWN.into(),
        verified_ms: None,
        edited_ms: Some(5),
    });
    let mut now = of_pack();
    now.names[0].name = "示例硅片股份".into();
    now.segments[0].segment = "ic/epi".into();
    now.statements = vec![statement("product", "外延片")];

    let next = take(&held, "names", &now);
    assert_eq!(next.names.iter().map(|n| n.name.as_str()).collect::<Vec<_>>(), ["示例自称", "示例硅片股份"]);
    assert_eq!(next.organisation.name, "示例自称");
    assert_eq!(next.statements, held.statements, "other fields stay");
    let next = take(&held, "segments", &now);
    assert_eq!(next.segments.iter().map(|s| s.segment.as_str()).collect::<Vec<_>>(), ["ic/test", "ic/epi"]);
    let next = take(&held, "statement.product", &now);
    assert_eq!(next.statements.iter().map(|s| s.value_zh.as_str()).collect::<Vec<_>>(), ["自己的产品", "外延片"]);
}

#[test]
fn after_accepting_everything_nothing_is_left_to_propose() {
    let before = of_pack();
    let mut now = of_pack();
    now.kind = OrganisationKind::Institute;
    now.city = Adcode::parse("320500").ok();
    now.founded = Some("2008".into());
    now.names.push(pack::Name { name: "Example Wafer".into(), lang: "en".into(), ..now.names[0].clone() });
    now.statuses.push(pack::OrganisationStatus {
        status: "high_tech".into(),
        issuer: "示例机关".into(),
        valid_from: "2024".into(),
        valid_to: String::new(),
        source: "article:1".into(),
        verified: true,
    });
    let mut held = claimed(&before);
    for field in proposed(&before, &now, &held) {
        held = take(&held, &field, &now);
    }
    assert_eq!(fields_held(&held), fields(&now));
    assert_eq!(proposed(&before, &now, &held), Vec::<String>::new());
    assert_eq!(held.organisation.name_en.as_deref(), Some("Example Wafer"));
}

#[test]
fn a_proposal_is_decided_once() {
    let open = Proposal {
        id: "p".into(),
        object: "opaque".into(),
        pack_key: "x-1".into(),
        field: "website".into(),
        current: Vec::new(),
        proposed: vec!["https://example.com".into()],
        pack_version: "2".into(),
        state: ProposalState::Open,
        created_ms: 1,
        decided_ms: None,
        decided_by: None,
    };
    let done = open.decide(Decision::Decline, "account", Instant::from_ms(9)).unwrap();
    assert_eq!(
        (done.state, done.decided_ms, done.decided_by.as_deref()),
        (ProposalState::Declined, Some(9), Some("account"))
    );
    assert_eq!(done.decide(Decision::Accept, "account", Instant::from_ms(10)).unwrap_err().code, "proposal-decided");
    for state in [ProposalState::Open, ProposalState::Accepted, ProposalState::Declined, ProposalState::Superseded] {
        assert_eq!(ProposalState::parse(state.code()), Some(state));
    }
}
