//! Invented content in both languages.

use platform::charts::{Bar, Bars, Caption, Claim, Columns, LineChart, Ranges, Series};
use platform::web::corridor::{Anchor, Corridor, Line, Station};
use platform::web::parts::*;
use platform::web::{T, Visit};

/// 2026-11-21 23:00 in Shanghai.
pub const NOW_MS: i64 = 1_795_273_200_000;

/// Adcode, Chinese and English name, place in the drawing, label offset.
const CITIES: [(&str, &str, &str, i32, i32, i32, i32); 9] = [
    ("320500", "苏州", "Suzhou", 470, 96, 0, -39),
    ("330500", "湖州", "Huzhou", 372, 128, 0, 34),
    ("341800", "宣城", "Xuancheng", 272, 128, 0, -39),
    ("340200", "芜湖", "Wuhu", 172, 96, 0, -39),
    ("340100", "合肥", "Hefei", 66, 60, 0, -39),
    ("330400", "嘉兴", "Jiaxing", 430, 262, 0, 34),
    ("330100", "杭州", "Hangzhou", 300, 330, 0, 34),
    ("330700", "金华", "Jinhua", 150, 372, 0, 34),
    ("310117", "松江", "Songjiang", 566, 180, 22, -2),
];

pub fn corridor(t: T, current: &str) -> Corridor {
    let stations = CITIES.iter().enumerate().map(|(index, city)| Station {
        adcode: city.0.into(),
        name: t.pick(city.1, city.2).into(),
        x: city.3,
        y: city.4,
        label_dx: city.5,
        label_dy: city.6,
        anchor: if city.0 == "310117" { Anchor::Start } else { Anchor::Middle },
        href: format!("/cities/{}", city.0),
        figures: vec![format!("{} {}", t.pick("机构", "organisations"), 12 + index * 7)],
        source: city.0 == "310117",
        current: city.0 == current,
    });
    let line = |zh: &str, en: &str, tone, d: &str, stations: &[&str]| Line {
        name: kernel::Text::new(zh, en),
        tone,
        d: d.into(),
        stations: stations.iter().map(|code| (*code).to_owned()).collect(),
    };
    Corridor {
        t,
        id: "corridor",
        width: 660,
        height: 425,
        lines: vec![
            line(
                "沪苏湖·商合杭高铁",
                "High-speed railway",
                Tone::Indigo,
                "M566 180 C540 120 520 96 470 96 C430 96 410 128 372 128 H272 C236 128 214 96 172 96 C130 96 110 60 66 60",
                &["310117", "320500", "330500", "341800", "340200", "340100"],
            ),
            line(
                "G60 高速",
                "G60 expressway",
                Tone::Pine,
                "M566 180 C540 240 500 262 430 262 C380 262 350 330 300 330 C240 330 220 372 150 372",
                &["310117", "330400", "330100", "330700"],
            ),
        ],
        stations: stations.collect(),
        legend: Some((10, 235)),
    }
}

pub fn big_figures(t: T) -> Figures {
    let figure = |label: &str, value: &str, unit: &str, note: &str, href: &str| Figure {
        label: label.into(),
        value: value.into(),
        unit: unit.into(),
        note: note.into(),
        href: href.into(),
    };
    Figures {
        figures: vec![
            figure(t.pick("在库机构", "Organisations"), "782", t.pick("家", "firms"), "", "/organisations"),
            figure(t.pick("公开需求", "Open needs"), "41", t.pick("项", "open"), "", "/needs"),
            figure(t.pick("公开供给", "Open offers"), "214", t.pick("项", "open"), "", "/offers"),
            figure(
                t.pick("示例：高新技术企业占全国", "Example: share of high-tech firms"),
                "1/7",
                "",
                t.pick("九城 · 截至 2021 · 另有出处作 1/8", "nine cities · as of 2021 · another source says 1/8"),
                "/figures",
            ),
        ],
    }
}

pub fn source(t: T, as_of: &str) -> Source {
    Source {
        t,
        area: t.pick("示例：九城合计", "Example: nine cities").into(),
        as_of: as_of.into(),
        basis: t.pick("文章日期", "date of the article").into(),
        title: t.pick("示例文章", "Example article").into(),
        href: "/sources/1".into(),
        unverified: true,
    }
}

pub fn facets(t: T) -> Facets {
    let value = |label: &str, count: i64, on: bool| FacetValue {
        label: label.into(),
        count,
        on,
        href: if on { "/organisations" } else { "/organisations?kind=enterprise" }.into(),
    };
    let cities = CITIES.iter().zip(1..).map(|(city, n)| value(t.pick(city.1, city.2), 110 - n * 11, n == 9));
    Facets {
        t,
        groups: vec![
            FacetGroup {
                label: t.pick("类型", "Kind").into(),
                values: vec![
                    value(t.pick("企业", "Enterprise"), 640, true),
                    value(t.pick("高校", "University"), 31, false),
                    value(t.pick("研究院所", "Institute"), 58, false),
                    value(t.pick("公共技术服务平台", "Public technology service platform"), 53, false),
                ],
            },
            FacetGroup { label: t.pick("城市", "City").into(), values: cities.collect() },
            FacetGroup {
                label: t.pick("资质", "Status").into(),
                values: vec![
                    value(t.pick("高新技术企业", "High-tech enterprise"), 233, false),
                    value(t.pick("专精特新“小巨人”", "Little giant"), 87, false),
                ],
            },
        ],
        clear_href: "/organisations".into(),
    }
}

pub fn claims(t: T) -> Ranges {
    let of = |as_of: &str, title: &str| Source { as_of: as_of.into(), title: title.into(), ..source(t, "") };
    Ranges {
        caption: Caption::new(t, t.pick("示例：研发投入强度", "Example: R&D intensity"), "%"),
        claims: vec![
            Claim::value(3.2, t.pick("3.2", "3.2"), of("2020", t.pick("示例公报", "Example bulletin"))),
            Claim::more_than(
                3.5,
                t.pick("超过 3.5", "more than 3.5"),
                of("2021-09", t.pick("示例文章甲", "Example article A")),
            ),
            Claim {
                low: Some(3.6),
                high: Some(3.9),
                text: "3.6–3.9".into(),
                source: of("2022", t.pick("示例文章乙", "Example article B")),
            },
            Claim::less_than(
                4.0,
                t.pick("不到 4.0", "less than 4.0"),
                of("2022-12", t.pick("示例文章丙", "Example article C")),
            ),
        ],
    }
}

pub fn line(t: T) -> LineChart {
    let series = |zh: &str, en: &str, values: &[Option<f64>]| Series {
        name: t.pick(zh, en).into(),
        points: values.iter().map(|value| value.map(|v| (v, format!("{v:.1}")))).collect(),
    };
    LineChart {
        caption: Caption::new(
            t,
            t.pick("示例：协同创新指数，2018 年为 100", "Example: innovation index, 2018 = 100"),
            t.pick("点", "points"),
        )
        .source(source(t, "2024")),
        axis: t.pick("年份", "Year").into(),
        x: (2018..=2024).map(|year| year.to_string()).collect(),
        series: vec![
            series("松江", "Songjiang", &[100.0, 112.4, 121.8, 133.0, 139.5, 150.2, 161.0].map(Some)),
            series(
                "苏州",
                "Suzhou",
                &[Some(100.0), Some(108.9), Some(119.0), None, Some(131.7), Some(138.0), Some(149.9)],
            ),
            series("合肥", "Hefei", &[100.0, 106.1, 115.2, 126.6, 135.9, 147.3, 152.8].map(Some)),
        ],
        from_zero: false,
    }
}

pub fn bars(t: T) -> Bars {
    let bar = |index: usize, value: f64| {
        let city = CITIES[index];
        Bar { href: format!("/cities/{}", city.0), ..Bar::new(t.pick(city.1, city.2), value, format!("{value:.0}")) }
    };
    let mut bars: Vec<Bar> =
        [0, 6, 4, 8, 5, 3, 7, 1].iter().zip(0..).map(|(city, n)| bar(*city, 168.0 - 19.0 * f64::from(n))).collect();
    bars.push(Bar { value: None, text: String::new(), ..bar(2, 0.0) });
    bars[3].tone = Tone::Cinnabar;
    Bars {
        caption: Caption::new(
            t,
            t.pick("示例：各城上市公司", "Example: listed companies by city"),
            t.pick("家", "firms"),
        )
        .source(source(t, "2022-06")),
        bars,
    }
}

pub fn columns(t: T) -> Columns {
    let bars = [(2019, 812.0), (2020, 1043.0), (2021, 1290.0), (2022, 1275.0), (2023, 1604.0)];
    let bars = bars.iter().map(|(year, value)| Bar::new(year.to_string(), *value, t.num(*value as i64))).collect();
    Columns {
        caption: Caption::new(
            t,
            t.pick("示例：技术合同成交额", "Example: value of technology contracts"),
            t.pick("亿元", "CNY 100 million"),
        )
        .source(source(t, "2023")),
        bars,
    }
}

pub fn shares(t: T) -> ShareBar {
    let share =
        |zh: &str, en: &str, amount: i64| Share { label: t.pick(zh, en).into(), amount, text: format!("{amount}%") };
    ShareBar {
        lead: t.pick("经费 800 万元：", "CNY 8 million:").into(),
        shares: vec![
            share("企业", "firm", 40),
            share("松江", "Songjiang", 30),
            share("嘉兴", "Jiaxing", 20),
            share("苏州", "Suzhou", 10),
        ],
    }
}

pub fn phases(t: T) -> Phases {
    let names = [
        ("起草", "Draft"),
        ("审核", "Review"),
        ("发布", "Published"),
        ("对接", "Contact"),
        ("签约", "Contract"),
        ("完成", "Done"),
    ];
    let phases = names.iter().map(|(zh, en)| Phase { label: t.pick(zh, en).into(), note: String::new() }).collect();
    let mut phases = Phases { t, phases, present: 2 };
    phases.phases[0].note = "2026-11-02".into();
    phases.phases[2].note = t.pick("余 12 个工作日", "12 working days left").into();
    phases
}

pub fn why(t: T) -> Why {
    let text = if t.zh() {
        Marked::from_iter([("300 毫米", true), ("、", false), ("抛光", true), ("硅片", true)])
    } else {
        Marked::from_iter([("300 mm", true), (", ", false), ("polished", true), (" ", false), ("wafers", true)])
    };
    Why {
        t,
        reasons: vec![
            WhyReason::new(t.pick("文字", "Words"), text),
            WhyReason::new(
                t.pick("环节", "Segment"),
                Marked::plain(t.pick("正是所求（大硅片）", "the one asked for (large wafers)")),
            ),
            WhyReason {
                source_href: "/sources/1".into(),
                ..WhyReason::new(
                    t.pick("事实", "Fact"),
                    Marked::plain(t.pick("示例：已向 3 家晶圆厂供货", "example: supplies three fabs")),
                )
            },
        ],
    }
}

pub fn pager(t: T, total: i64, shown: usize, more: bool) -> Pager {
    Pager {
        t,
        total,
        shown,
        first_href: String::new(),
        next_href: if more { "/organisations?cursor=abc".into() } else { String::new() },
    }
}

pub fn table(t: T) -> Table {
    let columns = vec![
        Column::words(t.pick("城市", "City")),
        Column::numbers(t.pick("成交额", "Value"), t.pick("万元", "CNY 10,000")),
        Column::words(t.pick("核验", "Checked")),
        Column::words(t.pick("出处", "Source")),
    ];
    let row = |city: &str, value: Cell| {
        vec![
            city.into(),
            value,
            Cell::Tag(Tag::unverified(t)),
            Cell::Link { href: "/sources/1".into(), text: t.pick("示例文章", "Example article").into() },
        ]
    };
    let mut table = Table::new(t, t.pick("示例：九城成交额", "Example: deals in nine cities"), columns);
    table = table
        .row(row(t.pick("松江", "Songjiang"), "19,840,000".into()))
        .row(row(t.pick("苏州", "Suzhou"), "960.50".into()));
    table = table.row(row(t.pick("宣城", "Xuancheng"), Cell::Missing));
    table.csv_href = "/figures?format=csv".into();
    table
}

pub fn need_form(visit: &Visit) -> Form {
    let t = visit.t;
    let choice = |value: &str, zh: &str, en: &str| Choice::new(value, t.pick(zh, en));
    Form::new(t, "/form", t.pick("保存并继续", "Save and continue"))
        .idempotency_key("example-key")
        .field(
            Field::line(t, "title", t.pick("标题", "Title"))
                .hint(t.pick("一句话说清要解决什么问题。", "One sentence: what is to be solved?"))
                .chars_max(120)
                .value("示例：需要 300 毫米抛光硅片"),
        )
        .field(
            Field::line(t, "uscc", t.pick("统一社会信用代码", "Unified social credit code"))
                .hint(t.pick("18 位，见营业执照。", "18 characters, on the business licence."))
                .value("91310000MA1FL0000X"),
        )
        .field(Field::lines(t, "text", t.pick("说明", "Details"), 4).chars_max(2000).optional())
        .field(
            Field::new(t, FieldKind::Number, "budget", t.pick("预算", "Budget"))
                .unit(t.pick("万元", "CNY 10,000"))
                .optional()
                .value("120"),
        )
        .field(
            Field::new(
                t,
                FieldKind::Select(vec![choice("310117", "松江", "Songjiang"), choice("320500", "苏州", "Suzhou")]),
                "city",
                t.pick("城市", "City"),
            )
            .value("320500"),
        )
        .field(Field::new(
            t,
            FieldKind::Radio(vec![
                choice("public", "公开", "Public")
                    .hint(t.pick("所有人都能看到摘要和机构名称。", "Everybody sees the abstract and the name.")),
                choice("veiled", "隐名", "Unnamed").hint(
                    t.pick("只显示摘要，机构名称在对接后公开。", "Only the abstract; the name is shown after consent."),
                ),
            ]),
            "visibility",
            t.pick("公开方式", "Who may see it"),
        ))
        .field(
            Field::new(
                t,
                FieldKind::Check(vec![choice("test", "检验检测", "Testing"), choice("pilot", "中试", "Pilot line")]),
                "also",
                t.pick("还需要", "Also needed"),
            )
            .optional()
            .value("pilot"),
        )
        .field(Field::new(t, FieldKind::Line("date"), "until", t.pick("有效期至", "Valid until")).value("2027-03-31"))
        .field(Field::new(t, FieldKind::File(".pdf"), "file", t.pick("附件", "Attachment")).optional())
        .cancel("/desk", t.pick("取消", "Cancel"))
}
