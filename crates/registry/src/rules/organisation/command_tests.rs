use super::*;

fn known() -> Known<'static> {
    Known { city: &|code| code.number() == 310_117 || code.number() == 310_000, segment: &|id| id.starts_with("ic") }
}

fn draft() -> Draft {
    Draft {
        name: "示例硅片有限公司".into(), kind: "enterprise".into(), city: "310117".into(), ..Draft::default()
    }
}

fn run(draft: &Draft) -> Result<(Dossier, Vec<UsccWarning>), Refusal> {
    let mut next = 0;
    let mut ids = || {
        next += 1;
        format!("id{next}")
    };
    register(draft, &known(), &mut By { account: "u1", demo: false, now_ms: 1_000, ids: &mut ids })
}

fn again(old: &Dossier, draft: &Draft) -> Result<Dossier, Refusal> {
    let mut ids = || "new".to_owned();
    edit(old, draft, &known(), &mut By { account: "u2", demo: false, now_ms: 9_000, ids: &mut ids })
        .map(|(dossier, _)| dossier)
}

#[test]
fn a_registration_is_a_draft_of_its_own_word() {
    let (dossier, warnings) = run(&Draft {
        name_en: "Example Wafer".into(),
        aliases: vec!["示例硅片".into(), "EW".into(), "示例硅片有限公司".into()],
        segments: vec!["ic/wafer".into(), "ic/wafer".into()],
        capabilities: vec!["300mm 抛光".into(), "  ".into()],
        profile_zh: "做硅片。".into(),
        ..draft()
    })
    .unwrap();
    let o = &dossier.organisation;
    assert_eq!((o.state, o.registered_by.as_deref(), o.verified_ms), (State::Draft, Some("u1"), None));
    assert_eq!((o.name.as_str(), o.name_en.as_deref()), ("示例硅片有限公司", Some("Example Wafer")));
    let names: Vec<_> = dossier.names.iter().map(|n| (n.name.as_str(), n.lang.as_str())).collect();
    assert_eq!(names, [("示例硅片有限公司", "zh"), ("Example Wafer", "en"), ("示例硅片", "zh"), ("EW", "en")]);
    assert_eq!(dossier.segments.len(), 1);
    let fields: Vec<_> = dossier.statements.iter().map(|s| (s.field.as_str(), s.source.as_str())).collect();
    assert_eq!(fields, [("profile", "own"), ("capability", "own")]);
    assert!(warnings.is_empty());
}

#[test]
fn every_wrong_field_is_named() {
    let long = "长".repeat(121);
    let cases = [
        (Draft { name: " ".into(), ..draft() }, "organisation-name", "name"),
        (Draft { name: long.clone(), ..draft() }, "text-too-long", "name"),
        (Draft { name: "甲\u{0}乙".into(), ..draft() }, "text-control", "name"),
        (Draft { aliases: vec![long], ..draft() }, "text-too-long", "aliases"),
        (Draft { aliases: (0..60).map(|n| format!("名{n}")).collect(), ..draft() }, "too-many-names", "aliases"),
        (Draft { kind: "guild".into(), ..draft() }, "organisation-kind", "kind"),
        (Draft { city: "999999".into(), ..draft() }, "city-unknown", "city"),
        (Draft { city: "松江".into(), ..draft() }, "city-unknown", "city"),
        (Draft { uscc: "123".into(), ..draft() }, "uscc-length", "uscc"),
        (Draft { uscc: "9144030070846113OT".into(), ..draft() }, "uscc-character", "uscc"),
        (Draft { uscc: "91440300708461136A".into(), ..draft() }, "uscc-check", "uscc"),
        (Draft { website: "javascript:alert(1)".into(), ..draft() }, "website-shape", "website"),
        (Draft { website: "https://a.cn/\"x".into(), ..draft() }, "website-shape", "website"),
        (Draft { founded: "long ago".into(), ..draft() }, "period-shape", "founded"),
        (Draft { segments: vec!["space".into()], ..draft() }, "segment-unknown", "segments"),
        (Draft { segments: (0..50).map(|n| format!("ic/{n}")).collect(), ..draft() }, "too-many-segments", "segments"),
        (Draft { profile_zh: "长".repeat(2_001), ..draft() }, "text-too-long", "profile"),
        (Draft { capabilities: vec!["做".into(); 31], ..draft() }, "too-many-capabilities", "capabilities"),
    ];
    for (draft, code, field) in cases {
        let refusal = run(&draft).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
    }
}

#[test]
fn a_wrong_last_place_names_the_right_code() {
    let refusal = uscc("91440300708461136a").unwrap_err();
    assert!(refusal.zh.contains("91440300708461136T") && refusal.en.contains("91440300708461136T"), "{refusal:?}");
    let (code, warnings) = uscc(Uscc::complete("91440300708461137").unwrap().as_str()).unwrap();
    assert!(code.is_some());
    assert!(uscc_warning(warnings[0]).zh.contains("第 17 位"));
    assert_eq!(uscc("  ").unwrap(), (None, Vec::new()));
}

#[test]
fn a_demo_account_registers_examples_only() {
    let mut ids = || "id".to_owned();
    let mut by = By { account: "u1", demo: true, now_ms: 1, ids: &mut ids };
    let real = Draft { name: "上海硅片有限公司".into(), ..draft() };
    assert_eq!(register(&real, &known(), &mut by).unwrap_err().code, "demo-name");
    assert!(register(&draft(), &known(), &mut by).unwrap().0.organisation.demo);
}

#[test]
fn what_stays_keeps_its_source_and_what_is_new_is_marked_edited() {
    let (mut old, _) =
        run(&Draft { capabilities: vec!["抛光".into()], segments: vec!["ic/wafer".into()], ..draft() }).unwrap();
    old.names.push(Name {
        name: "恒信".into(),
        lang: "zh".into(),
        kind: NameKind::SourceForm,
        flagged: true,
        note: "疑为垣信".into(),
        source: "article:001".into(),
    });
    old.segments[0].source = "article:001".into();
    old.statements[0].verified_ms = Some(5);
    old.statements.push(Statement {
        id: "s9".into(),
        field: "honour".into(),
        source: "article:002".into(),
        ..old.statements[0].clone()
    });
    let form = Draft {
        aliases: vec!["恒信".into()],
        capabilities: vec!["抛光".into(), "外延".into()],
        segments: vec!["ic/wafer".into(), "ic".into()],
        ..draft()
    };
    let new = again(&old, &form).unwrap();
    assert!(new.names.iter().any(|n| n.flagged && n.note == "疑为垣信" && n.source == "article:001"));
    let sources: Vec<_> = new.segments.iter().map(|s| s.source.as_str()).collect();
    assert_eq!(sources, ["article:001", "own"]);
    let statements: Vec<_> = new.statements.iter().map(|s| (s.id.as_str(), s.verified_ms, s.edited_ms)).collect();
    assert_eq!(statements, [("id2", Some(5), Some(1_000)), ("new", None, Some(9_000)), ("s9", Some(5), Some(1_000))]);
    assert_eq!(new.organisation.edited_ms, Some(9_000));
    assert_eq!(new.organisation.registered_by.as_deref(), Some("u1"), "the first record's author stays");
}
