//! Charts as they are printed.

use kernel::Locale;

use super::*;
use crate::web::parts::Source;
use crate::web::{T, Texts};

fn t() -> T {
    T { locale: Locale::ZhCn, texts: Texts::leaked(Vec::new()).unwrap() }
}

fn source(as_of: &str) -> Source {
    Source {
        t: t(),
        area: String::new(),
        as_of: as_of.into(),
        basis: String::new(),
        title: "示例".into(),
        href: "/s".into(),
        unverified: false,
    }
}

fn table_rows(html: &str) -> usize {
    html.matches("<th scope=\"row\">").count()
}

#[test]
fn bars_start_at_zero_and_say_what_is_not_known() {
    let mut bars = vec![Bar::new("松江", 50.0, "50"), Bar::new("苏州", 100.0, "100")];
    bars.push(Bar { value: None, text: String::new(), ..Bar::new("宣城", 0.0, "") });
    let html = Bars { caption: Caption::new(t(), "家数", "家"), bars }.to_string();
    assert!(html.contains(r#"x="0.00%" width="50.00%""#) && html.contains(r#"x="0.00%" width="100.00%""#), "{html}");
    assert_eq!(html.matches("<rect").count(), 2, "no bar for an unknown value");
    assert!(html.contains("无数据"));
    assert_eq!(table_rows(&html), 3, "every chart has its table");
}

#[test]
fn bars_below_zero_go_to_the_left() {
    let bars = vec![Bar::new("a", -50.0, "−50"), Bar::new("b", 50.0, "50")];
    let html = Bars { caption: Caption::new(t(), "x", ""), bars }.to_string();
    assert!(html.contains(r#"x="0.00%" width="50.00%""#) && html.contains(r#"x="50.00%" width="50.00%""#), "{html}");
}

#[test]
fn a_gap_in_the_data_is_a_gap_in_the_line() {
    let point = |value: f64| Some((value, value.to_string()));
    let chart = LineChart {
        caption: Caption::new(t(), "指数", "点").source(source("2024")),
        axis: "年份".into(),
        x: ["2020", "2021", "2022", "2023"].map(String::from).to_vec(),
        series: vec![Series { name: "松江".into(), points: vec![point(1.0), point(2.0), None, point(4.0)] }],
        from_zero: false,
    };
    let html = chart.to_string();
    let path = html.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert_eq!(path.matches('M').count(), 2, "{path}");
    assert_eq!(path.matches('L').count(), 1, "{path}");
    assert_eq!(html.matches("<circle").count(), 3);
    assert_eq!(table_rows(&html), 4);
    assert!(html.contains("截至 2024"));
}

#[test]
fn conflicting_values_stand_side_by_side_each_with_its_date() {
    let claims = vec![
        Claim::value(3.2, "3.2", source("2020")),
        Claim::more_than(3.5, "超过 3.5", source("2021")),
        Claim::less_than(4.0, "不到 4.0", source("2022")),
    ];
    let html = Ranges { caption: Caption::new(t(), "强度", "%"), claims }.to_string();
    for words in ["3.2", "超过 3.5", "不到 4.0", "截至 2020", "截至 2021", "截至 2022", "不作取舍"] {
        assert!(html.contains(words), "{words}: {html}");
    }
    assert_eq!(html.matches("class=\"arrow\"").count(), 2, "open ends are drawn open");
    assert_eq!(html.matches("class=\"dot\"").count(), 3, "only stated ends have a dot");
}

#[test]
fn odd_input_never_breaks_a_drawing() {
    let empty = Bars { caption: Caption::new(t(), "", ""), bars: Vec::new() }.to_string();
    let odd = Columns {
        caption: Caption::new(t(), "<x>", "\""),
        bars: vec![Bar::new("<script>", f64::NAN, "&"), Bar::new("b", f64::INFINITY, ""), Bar::new("c", 0.0, "0")],
    };
    for html in [empty, odd.to_string()] {
        assert!(!html.contains("NaN") && !html.contains("inf") && !html.contains("<script>"), "{html}");
    }
}

#[test]
fn standing_bars_look_like_this() {
    let chart = Columns {
        caption: Caption::new(t(), "成交额", "亿元"),
        bars: vec![Bar::new("2022", 5.0, "5"), Bar::new("2023", 10.0, "10")],
    };
    insta::assert_snapshot!(chart.to_string(), @r##"
    <figure class="chart">
    <figcaption>成交额<span class="unit">（亿元）</span></figcaption>
    <svg class="plot" width="100%" height="232" aria-hidden="true" focusable="false">
    <line class="grid" x1="0" x2="100%" y1="204.0" y2="204.0"/><text class="tick" x="0" y="204.0" dy="-4">0</text>
    <line class="grid" x1="0" x2="100%" y1="114.0" y2="114.0"/><text class="tick" x="0" y="114.0" dy="-4">5</text>
    <line class="grid" x1="0" x2="100%" y1="24.0" y2="24.0"/><text class="tick" x="0" y="24.0" dy="-4">10</text>
    <rect class="fill-pine" x="17.20%" y="114.0" width="27.60%" height="90.0"/><text class="value" x="31.00%" y="108.0" text-anchor="middle">5</text><text class="tick" x="31.00%" y="224" text-anchor="middle">2022</text>
    <rect class="fill-pine" x="63.20%" y="24.0" width="27.60%" height="180.0"/><text class="value" x="77.00%" y="18.0" text-anchor="middle">10</text><text class="tick" x="77.00%" y="224" text-anchor="middle">2023</text>
    </svg>
    <details><summary>查看数据表</summary><div class="scroll" role="region" tabindex="0" aria-label="成交额：数据">
    <table>
    <caption>成交额：数据</caption>
    <thead><tr><th scope="col">项目</th><th scope="col" class="num">数值<span class="unit">（亿元）</span></th></tr></thead>
    <tbody>
    <tr><th scope="row">2022</th><td class="num">5</td></tr>
    <tr><th scope="row">2023</th><td class="num">10</td></tr>
    </tbody>
    </table>
    </div></details>
    </figure>
    "##);
}
