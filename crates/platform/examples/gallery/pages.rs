//! One handler for every kind of page.

use askama::Template;
use axum::response::Response;
use platform::charts::{Bars, Columns, LineChart, Ranges};
use platform::web::kinds::*;
use platform::web::parts::*;
use platform::web::{Corridor, Shell, Visit, html};

use super::content;

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "shell.html" %}
{% import "parts.html" as parts %}
{% block main %}
{% let t = shell.t %}
<section class="hero"><div class="stack"><h1>{{ t.pick("一处有题，九城应答。", "Asked in one city, answered by nine.") }}</h1>
<p>{{ t.pick("写下您的需求。九座城市的机构、成果、仪器与专家会排好顺序给出回应，并说明为什么是它。", "Write down your need. Organisations, results, instruments and experts of nine cities answer in order, and say why.") }}</p>
<form class="ask" action="/needs"><label for="t">{{ t.pick("您要解决什么问题？", "What do you need to solve?") }}</label>
<textarea id="t" name="text" rows="3">{{ t.pick("需要 300 毫米抛光硅片，月供 5 万片，缺陷密度低于 0.05/cm²", "300 mm polished wafers, 50,000 a month, defects below 0.05/cm²") }}</textarea>
<div class="row spread"><button class="btn">{{ t.pick("找谁能做", "See who can") }}</button><a class="small" href="/step">{{ t.pick("发布为需求，邀请揭榜", "Publish it as a need") }}</a></div></form></div>
<div>{{ corridor }}</div></section>
{{ figures }}
<div class="cols"><section>{% call parts::section_head(t.pick("最新需求", "Latest needs"), "/needs", t.pick("全部 41 项", "All 41")) %}{% endcall %}
<ul class="list"><li><div class="row"><span class="tag pine">{{ t.pick("公开征集", "Open") }}</span><span class="tag">{{ t.pick("传感器", "Sensors") }}</span><span class="small muted">{{ t.pick("松江 · 余 12 个工作日", "Songjiang · 12 working days left") }}</span></div>
<h3><a href="/needs">{{ t.pick("示例：高温压力传感器敏感芯片及工艺验证", "Example: high-temperature pressure sensor chip") }}</a></h3>{{ shares }}</li>
<li><div class="row"><span class="tag indigo">{{ t.pick("审核中", "In review") }}</span><span class="tag">{{ t.pick("大飞机", "Airliners") }}</span><span class="small muted">{{ t.pick("芜湖、合肥", "Wuhu, Hefei") }}</span></div>
<h3><a href="/needs">{{ t.pick("示例：航空用高强铝锂合金大规格型材", "Example: large aluminium-lithium profiles") }}</a></h3></li></ul></section>
<section>{% call parts::section_head(t.pick("最新供给", "Latest offers"), "/offers", t.pick("全部 214 项", "All 214")) %}{% endcall %}
<ul class="list"><li><div class="row"><span class="tag gold">{{ t.pick("成果", "Result") }}</span><span class="small muted">{{ t.pick("合肥 · 中试", "Hefei · pilot") }}</span></div><h3><a href="/offers">{{ t.pick("示例：微纳加工方法（3 项专利）", "Example: micro-machining (3 patents)") }}</a></h3></li>
<li><div class="row"><span class="tag indigo">{{ t.pick("服务", "Service") }}</span><span class="small muted">{{ t.pick("杭州", "Hangzhou") }}</span></div><h3><a href="/offers">{{ t.pick("示例：工艺验证与检测服务", "Example: process validation and testing") }}</a></h3></li></ul></section></div>
{% endblock %}"#
)]
struct Home {
    shell: Shell,
    corridor: Corridor,
    figures: Figures,
    shares: ShareBar,
}

pub async fn home(visit: Visit) -> Response {
    let t = visit.t;
    html(&Home {
        shell: visit.shell(""),
        corridor: content::corridor(t, ""),
        figures: content::big_figures(t),
        shares: content::shares(t),
    })
}

struct Row {
    name: String,
    city: String,
    tags: Vec<Tag>,
    why: Why,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "kinds/list.html" %}
{% block rows %}{% for row in rows %}<li><div class="row spread"><h3><a href="/organisations/1">{{ row.name }}</a></h3><span class="small muted">{{ row.city }}</span></div>
<p class="row tags">{% for tag in row.tags %}{{ tag }}{% endfor %}</p>
{{ row.why }}</li>
{% endfor %}{% endblock %}"#
)]
struct List {
    shell: Shell,
    list: ListFrame,
    rows: Vec<Row>,
}

fn rows(visit: &Visit, why: bool) -> Vec<Row> {
    let t = visit.t;
    let names = [
        ("示例：硅片工艺研究平台", "Example: wafer process platform"),
        ("示例：半导体材料企业", "Example: semiconductor materials firm"),
        (
            "示例：长三角一体化集成电路先进工艺与特色材料公共技术服务及中试验证平台（松江—嘉兴—苏州联合建设）有限责任公司",
            "Example: Yangtze River Delta Integrated-Circuit Advanced Process and Specialty Materials Public Technology Service and Pilot Validation Platform Company Limited",
        ),
    ];
    let row = |(zh, en): &(&str, &str)| Row {
        name: t.pick(zh, en).into(),
        city: t.pick("松江", "Songjiang").into(),
        tags: vec![
            Tag::new(Tone::Indigo, t.pick("集成电路 › 大硅片", "Chips › large wafers")),
            Tag::new(Tone::Gold, t.pick("300 mm 量产", "300 mm in production")),
            Tag::unclaimed(t),
        ],
        why: if why { content::why(t) } else { Why { t, reasons: Vec::new() } },
    };
    names.iter().map(row).collect()
}

fn frame(visit: &Visit, heading: (&str, &str), total: i64, shown: usize) -> ListFrame {
    let t = visit.t;
    ListFrame {
        heading: t.pick(heading.0, heading.1).into(),
        lede: String::new(),
        search: None,
        facets: Facets { t, groups: Vec::new(), clear_href: String::new() },
        sorts: Vec::new(),
        action: None,
        csv_href: String::new(),
        json_href: String::new(),
        pager: content::pager(t, total, shown, false),
        empty: Empty::nothing_found(t, "/organisations"),
        ranked: false,
    }
}

pub async fn matches(visit: Visit) -> Response {
    let t = visit.t;
    let mut list = frame(&visit, ("300 毫米抛光硅片，月供 5 万片", "300 mm polished wafers, 50,000 a month"), 23, 3);
    list.lede = t
        .pick(
            "九城 782 家机构、214 项供给中可能的回应者。排序依据写在每一条下面。",
            "Who of 782 organisations and 214 offers can answer. Every result says why.",
        )
        .into();
    list.ranked = true;
    let rows = rows(&visit, true);
    html(&List { shell: visit.shell(t.pick("匹配", "Matches")), list, rows })
}

pub async fn organisations(visit: Visit) -> Response {
    let t = visit.t;
    let mut list = frame(&visit, ("机构", "Organisations"), 782, 3);
    list.search = Some(SearchBox {
        t,
        action: "/organisations".into(),
        label: t.pick("找机构", "Find an organisation").into(),
        q: t.pick("硅片", "wafer").into(),
        keep: vec![("kind".into(), "enterprise".into())],
    });
    list.facets = content::facets(t);
    list.sorts = vec![
        SortOption { href: "/organisations".into(), label: t.pick("相关", "Relevance").into(), on: true },
        SortOption { href: "/organisations?sort=name".into(), label: t.pick("名称", "Name").into(), on: false },
    ];
    list.action = Some(Action::new("/step", t.pick("登记机构", "Register yours")));
    list.csv_href = "/organisations?format=csv".into();
    list.json_href = "/organisations?format=json".into();
    list.pager = content::pager(t, 782, 20, true);
    let rows = rows(&visit, false);
    html(&List { shell: visit.shell(t.pick("机构", "Organisations")), list, rows })
}

pub async fn nothing(visit: Visit) -> Response {
    let t = visit.t;
    let mut list = frame(&visit, ("供给", "Offers"), 0, 0);
    list.facets = content::facets(t);
    html(&List { shell: visit.shell(t.pick("供给", "Offers")), list, rows: Vec::new() })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "kinds/detail.html" %}
{% block body %}{% let t = shell.t %}
<section><h2>{{ t.pick("简介", "About") }}</h2><p>{{ t.pick("示例机构，用来展示详情页。从事大硅片抛光、清洗与检测工艺的研究与验证。", "An invented organisation to show a detail page: research and validation of polishing, cleaning and metrology of large wafers.") }}</p></section>
<section><h2>{{ t.pick("公开的供给", "Offers") }}</h2>{{ empty }}</section>
<section><h2>{{ t.pick("说法与出处", "Statements and sources") }}</h2>{{ table }}</section>
{% endblock %}
{% block side %}{{ corridor }}{% endblock %}"#
)]
struct Detail {
    shell: Shell,
    detail: DetailFrame,
    table: Table,
    empty: Empty,
    corridor: Corridor,
}

fn detail(visit: &Visit, name: (&str, &str)) -> Detail {
    let t = visit.t;
    let facts = vec![
        Fact::new(t.pick("城市", "City"), t.pick("松江区（上海市）", "Songjiang (Shanghai)")).link("/cities/310117"),
        Fact::new(t.pick("类型", "Kind"), t.pick("公共技术服务平台", "Public technology service platform")),
        Fact::new(t.pick("统一社会信用代码", "Credit code"), "示例 91310000MA1FL00000").tag(Tag::unverified(t)),
        Fact::new(t.pick("设备", "Instruments"), t.pick("超过 40 台套", "more than 40"))
            .source(content::source(t, "2021-09")),
    ];
    Detail {
        shell: visit.shell(t.pick(name.0, name.1)),
        detail: DetailFrame {
            crumbs: Crumbs::new(t, t.pick(name.0, name.1)).over("/organisations", t.pick("机构", "Organisations")),
            heading: t.pick(name.0, name.1).into(),
            other_name: t.pick(name.1, name.0).into(),
            tags: vec![
                Tag::new(Tone::Indigo, t.pick("集成电路 › 大硅片", "Chips › large wafers")).link("/organisations"),
                Tag::unclaimed(t),
                Tag::unverified(t),
                Tag::demo(t),
            ],
            lede: String::new(),
            phases: Some(content::phases(t)),
            facts: vec![Facts { title: String::new(), facts }],
            actions: vec![
                Action::new("/step", t.pick("联系", "Contact")),
                Action::new("/step", t.pick("认领此页", "Claim this page")),
            ],
            source: Some(content::source(t, "2022-03")),
            proof: Some(Proofs {
                t,
                entry: 48_210,
                at_ms: content::NOW_MS,
                digest: "7f3a…c91e".into(),
                href: "/verify".into(),
            }),
        },
        table: content::table(t),
        empty: Empty::new(
            t.pick("还没有公开的供给", "No offers yet"),
            t.pick(
                "该机构认领此页后，可以在这里发布成果、服务与能力。",
                "Once it has claimed this page it can publish results and services here.",
            ),
        )
        .action("/step", t.pick("我是该机构，去认领", "It is ours: claim it")),
        corridor: content::corridor(t, "310117"),
    }
}

pub async fn organisation(visit: Visit) -> Response {
    html(&detail(&visit, ("示例：硅片工艺研究平台", "Example: Wafer Process Research Platform")))
}

pub async fn long_names(visit: Visit) -> Response {
    html(&detail(
        &visit,
        (
            "示例：长三角一体化集成电路先进工艺与特色材料公共技术服务及中试验证平台（松江—嘉兴—苏州联合建设）有限责任公司",
            "Example: Yangtze River Delta Integrated-Circuit Advanced Process and Specialty Materials Public Technology Service and Pilot Validation Platform (Songjiang–Jiaxing–Suzhou) Company Limited, Donaudampfschifffahrtselektrizitätenhauptbetriebswerk",
        ),
    ))
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "kinds/dashboard.html" %}
{% block panels %}{{ line }}{{ bars }}{{ claims }}{{ columns }}<div class="full">{{ table }}</div>{% endblock %}"#
)]
struct Dashboard {
    shell: Shell,
    dashboard: DashboardFrame,
    line: LineChart,
    bars: Bars,
    claims: Ranges,
    columns: Columns,
    table: Table,
}

pub async fn figures(visit: Visit) -> Response {
    let t = visit.t;
    html(&Dashboard {
        shell: visit.shell(t.pick("数据", "Figures")),
        dashboard: DashboardFrame {
            crumbs: None,
            heading: t.pick("九城数据", "The nine cities in figures").into(),
            lede: t
                .pick(
                    "每个数字都注明范围、日期与出处。以下均为示例。",
                    "Every figure names its area, date and source. All of these are examples.",
                )
                .into(),
            figures: content::big_figures(t),
            actions: Vec::new(),
        },
        line: content::line(t),
        bars: content::bars(t),
        claims: content::claims(t),
        columns: content::columns(t),
        table: content::table(t),
    })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "shell.html" %}
{% import "parts.html" as parts %}
{% block main %}{% let t = shell.t %}<div class="stack"><h1 class="title">{{ t.pick("小部件", "Small parts") }}</h1>
<p>{% call parts::time(t, now) %}{% endcall %} · {% call parts::day(t, now) %}{% endcall %} · {{ t.fen(money) }} · {{ t.fen_short(money) }}</p>
{% call parts::note(t.pick("这是一条说明。", "This is a note.")) %}{% endcall %}
{% call parts::warn(t.pick("这是一条提醒：还剩 1 个工作日。", "This is a warning: one working day left.")) %}{% endcall %}
<p class="row">{% call parts::button("/", t.pick("主要按钮", "Main button")) %}{% endcall %}{% call parts::button_plain("/", t.pick("次要按钮", "Plain button")) %}{% endcall %}<button class="btn act" type="button">{{ t.pick("限时报价", "Bid now") }}</button><button class="btn" type="button" disabled>{{ t.pick("不可用", "Disabled") }}</button></p>
<p class="row tags">{% for tag in tags %}{{ tag }}{% endfor %}</p>
<p>{% call parts::copy(t, "91310000MA1FL00000") %}{% endcall %}</p>
{{ phases }}{{ shares }}{{ why }}<p>{{ source }}</p>{{ proof }}</div>{% endblock %}"#
)]
struct Parts {
    shell: Shell,
    now: i64,
    money: i64,
    tags: Vec<Tag>,
    phases: Phases,
    shares: ShareBar,
    why: Why,
    source: Source,
    proof: Proofs,
}

pub async fn parts(visit: Visit) -> Response {
    let t = visit.t;
    let tones = [Tone::Plain, Tone::Pine, Tone::Indigo, Tone::Cinnabar, Tone::Gold];
    html(&Parts {
        shell: visit.shell(t.pick("小部件", "Small parts")),
        now: content::NOW_MS,
        money: 1_984_000_000,
        tags: tones
            .map(|tone| Tag::new(tone, tone.class()))
            .into_iter()
            .chain([Tag::demo(t), Tag::unclaimed(t), Tag::new(Tone::Indigo, "link").link("/")])
            .collect(),
        phases: content::phases(t),
        shares: content::shares(t),
        why: content::why(t),
        source: content::source(t, "2022-03"),
        proof: Proofs {
            t, entry: 48_210, at_ms: content::NOW_MS, digest: "7f3a…c91e".into(), href: "/verify".into()
        },
    })
}

pub async fn panic(_visit: Visit) -> Response {
    panic!("the gallery shows what a panic looks like");
}
