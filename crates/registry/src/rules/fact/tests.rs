use super::*;
use pack::words::DateBasis;
use proptest::prelude::*;

/// A fact with what the tests vary; everything else is plain.
fn fact(id: &str, area: &str, indicator_id: &str, value: &str, unit: &str, as_of: &str, source: &str) -> Fact {
    Fact {
        id: id.into(),
        kind: FactKind::Count,
        subject_zh: "走廊".into(),
        subject_en: "corridor".into(),
        indicator_zh: indicator_id.into(),
        indicator_en: indicator_id.into(),
        indicator_id: indicator_id.into(),
        value: value.into(),
        qualifier: Qualifier::Exact,
        unit_zh: unit.into(),
        unit_en: if unit == "%" { unit.into() } else { String::new() },
        as_of: as_of.into(),
        as_of_basis: DateBasis::Text,
        as_of_note_zh: String::new(),
        as_of_note_en: String::new(),
        area: area.into(),
        source: source.into(),
        note_zh: String::new(),
        note_en: String::new(),
    }
}

fn ids<'a>(groups: &[Group<'a>]) -> Vec<Vec<&'a str>> {
    groups.iter().map(|group| group.facts.iter().map(|fact| fact.id.as_str()).collect()).collect()
}

#[test]
fn an_eighth_and_a_seventh_stand_side_by_side_with_their_dates() {
    let facts = [
        fact("january", "g60", "high_tech_share", "1/8", "", "2024-01", "article:003"),
        fact("year", "g60", "high_tech_share", "1/7", "", "2024", "article:001"),
    ];
    let groups = groups(&facts);
    assert_eq!(ids(&groups), [["january", "year"]]);
    assert_eq!(groups[0].standing(), Standing::Differ);
    let shown: Vec<_> =
        groups[0].facts.iter().map(|f| (reading(f, Locale::ZhCn), f.as_of.as_str(), f.source.as_str())).collect();
    assert_eq!(shown, [("1/8".into(), "2024-01", "article:003"), ("1/7".into(), "2024", "article:001")]);
}

#[test]
fn fifty_eight_days_of_two_stretches_stay_two_indicators() {
    let mut land = fact("a", "310117", "tencent.land_to_start", "58", "天", "2022-09", "article:002");
    let mut papers = fact("b", "310117", "tencent.signing_to_papers", "58", "天", "2021", "article:004");
    (land.kind, papers.kind) = (FactKind::Duration, FactKind::Duration);
    let facts = [land, papers];
    let groups = groups(&facts);
    assert_eq!(ids(&groups), [["a"], ["b"]]);
    assert!(groups.iter().all(|group| group.standing() == Standing::Single));
    assert_eq!(reading(&facts[0], Locale::ZhCn), "58 天");
}

#[test]
fn two_hundred_and_three_hundred_are_different_projects() {
    let facts = [
        fact("a", "310117", "satellite_programme_2021", "200", "亿元", "2021", "article:004"),
        fact("b", "310117", "star_chain_2022", "300", "亿元", "2022-06-16", "article:000"),
    ];
    assert_eq!(ids(&groups(&facts)), [["a"], ["b"]]);
}

#[test]
fn research_intensity_keeps_all_its_values_in_order_of_date() {
    let facts = [
        fact("undated", "310117", "rd_intensity", "6.79", "%", "2024", "article:001"),
        fact("article", "310117", "rd_intensity", "4.59", "%", "2022-06-16", "article:000"),
        fact("end", "310117", "rd_intensity", "4.59", "%", "2020-12-31", "article:002"),
    ];
    let groups = groups(&facts);
    assert_eq!(ids(&groups), [["end", "article", "undated"]]);
    assert!(groups[0].chartable());
    let shown: Vec<_> = groups[0].facts.iter().map(|f| reading(f, Locale::En)).collect();
    assert_eq!(shown, ["4.59%", "4.59%", "6.79%"]);
}

#[test]
fn areas_are_never_put_together() {
    let facts = [fact("a", "g60", "index", "1", "", "2023", "s"), fact("b", "delta", "index", "1", "", "2023", "s")];
    assert_eq!(ids(&groups(&facts)), [["a"], ["b"]]);
}

#[test]
fn the_same_value_from_two_sources_is_no_difference_but_more_than_is() {
    let mut facts = [
        fact("a", "310117", "workstations", "64", "家", "2022-06-16", "article:000"),
        fact("b", "310117", "workstations", "64", "家", "2022-09", "article:002"),
    ];
    assert_eq!(groups(&facts)[0].standing(), Standing::Same);
    assert!(!groups(&facts)[0].chartable());
    facts[1].qualifier = Qualifier::MoreThan;
    assert_eq!(groups(&facts)[0].standing(), Standing::Differ);
    assert_eq!(bounds(&facts[1]), Some((Some(64.0), None)));
}

#[test]
fn different_units_share_no_axis() {
    let facts = [fact("a", "g60", "share", "1/5", "", "2024", "s"), fact("b", "g60", "share", "20", "%", "2024", "t")];
    assert!(!groups(&facts)[0].chartable());
}

#[test]
fn only_numbers_are_numbers() {
    for (value, expected) in [
        ("36000", Some(36_000.0)),
        ("1/8", Some(0.125)),
        ("1.1e16", Some(1.1e16)),
        ("-3.5", Some(-3.5)),
        ("1+7+N", None),
        ("15+1", None),
        ("2018-09", None),
        ("2021-08-04", None),
        ("2016/2020x", None),
        ("1/0", None),
        ("inf", None),
        ("nan", None),
        ("1e999", None),
        (".", None),
        ("", None),
    ] {
        let ends = expected.map(|number| (Some(number), Some(number)));
        assert_eq!(bounds(&fact("a", "g60", "x", value, "", "2022", "s")), ends, "{value}");
    }
}

#[test]
fn figures_read_well_in_both_languages() {
    let mut enterprises = fact("a", "g60", "x", "36000", "家", "2022", "s");
    enterprises.qualifier = Qualifier::MoreThan;
    let mut rank = fact("b", "g60", "x", "3", "位次", "2022", "s");
    rank.kind = FactKind::Rank;
    let mut power = fact("c", "g60", "x", "1.1e16", "次浮点运算/秒", "2022", "s");
    (power.qualifier, power.unit_en) = (Qualifier::UpTo, "FLOP/s".into());
    let mut year = fact("d", "g60", "x", "2016", "年", "2022", "s");
    (year.kind, year.unit_en) = (FactKind::Date, "years".into());
    let mut structure = fact("e", "g60", "x", "1+7+N", "", "2022", "s");
    structure.kind = FactKind::Spec;
    for (fact, zh, en) in [
        (&enterprises, "超过 36,000 家", "more than 36,000"),
        (&rank, "第 3 位", "No. 3"),
        (&power, "最高 1.1×10¹⁶ 次浮点运算/秒", "up to 1.1×10¹⁶ FLOP/s"),
        (&year, "2016 年", "2016"),
        (&structure, "1+7+N", "1+7+N"),
    ] {
        assert_eq!(reading(fact, Locale::ZhCn), zh);
        assert_eq!(reading(fact, Locale::En), en);
    }
    assert_eq!(value_text("1234.5"), "1,234.5");
    assert_eq!(value_text("-1234"), "−1,234");
    assert_eq!(as_of_text("2016/2020"), "2016–2020");
}

#[test]
fn a_filter_narrows_by_every_field_it_names() {
    let one = fact("a", "g60", "x", "1", "", "2022", "article:000");
    let with = |area: &str, indicator: &str, source: &str| {
        Filter { area: area.into(), indicator: indicator.into(), source: source.into() }.takes(&one)
    };
    assert!(with("", "", "") && with("g60", "x", "article:000"));
    assert!(!with("delta", "x", "") && !with("g60", "y", "") && !with("g60", "x", "article:001"));
}

proptest! {
    /// Goal: nothing is lost, doubled or mixed. Method: facts drawn over few areas and indicators, so that groups collide.
    #[test]
    fn every_fact_is_in_exactly_one_group(drawn in prop::collection::vec((0u8..3, 0u8..3, 0u32..50, 2015u16..2025), 0..40)) {
        let facts: Vec<Fact> = drawn.iter().enumerate().map(|(index, (area, indicator, value, year))| {
            fact(&format!("F{index}"), &format!("a{area}"), &format!("i{indicator}"), &value.to_string(), "", &year.to_string(), "s")
        }).collect();
        let groups = groups(&facts);
        let mut seen: Vec<&str> = groups.iter().flat_map(|g| g.facts.iter().map(|f| f.id.as_str())).collect();
        let mut all: Vec<&str> = facts.iter().map(|f| f.id.as_str()).collect();
        seen.sort_unstable();
        all.sort_unstable();
        prop_assert_eq!(seen, all);
        let mut keys: Vec<_> = groups.iter().map(|g| (g.area, g.indicator_id)).collect();
        keys.sort_unstable();
        keys.dedup();
        prop_assert_eq!(keys.len(), groups.len());
        for group in &groups {
            prop_assert!(group.facts.iter().all(|f| f.area == group.area && f.indicator_id == group.indicator_id));
            prop_assert!(group.facts.windows(2).all(|pair| pair[0].as_of <= pair[1].as_of));
        }
    }

    /// Goal: no text breaks the reader, and grouping of thousands keeps the digits. Method: any text, and whole numbers.
    #[test]
    fn any_value_can_be_shown(text in "\\PC{0,20}", whole in any::<u32>()) {
        let _ = value_text(&text);
        let _ = bounds(&fact("a", "g60", "x", &text, "", "2022", "s"));
        let shown = value_text(&whole.to_string());
        prop_assert_eq!(shown.replace(',', ""), whole.to_string());
    }
}
