//! Pages of somebody who is signed in: steps, checks, receipts, the desk.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use platform::web::kinds::*;
use platform::web::parts::*;
use platform::web::{Shell, Visit, html, html_with};

use super::content;

#[derive(Template)]
#[template(ext = "html", source = r#"{% extends "kinds/step.html" %}"#)]
struct Step {
    shell: Shell,
    step: StepFrame,
}

pub async fn step(visit: Visit) -> Response {
    let t = visit.t;
    let field = Field::lines(t, "text", t.pick("您要解决什么问题？", "What do you need to solve?"), 5)
        .heading()
        .chars_max(2000)
        .hint(t.pick("写明指标、数量和时间，匹配会更准。", "Name figures, quantities and dates: matches get better."));
    let form = Form::new(t, "/step", t.pick("继续", "Continue")).field(field);
    let step = StepFrame {
        form,
        task: t.pick("发布需求", "Publish a need").into(),
        step: 2,
        steps: 5,
        back_href: "/desk".into(),
    };
    html(&Step { shell: visit.shell(t.pick("发布需求", "Publish a need")).here("/needs").private(), step })
}

pub async fn form(visit: Visit) -> Response {
    let t = visit.t;
    let refuse = |code, zh: &'static str, en: &'static str, field: &'static str| {
        kernel::Refusal::invalid(code, zh, en).at(field)
    };
    let form = content::need_form(&visit)
        .refuse(&refuse(
            "uscc-check",
            "第 18 位校验码不符。请对照营业执照重新填写。",
            "The 18th character does not fit. Check it against the licence.",
            "uscc",
        ))
        .refuse(&refuse("visibility", "请选择公开方式。", "Choose who may see it.", "visibility"))
        .refuse(&refuse(
            "quota",
            "本单位本月发布数量已达上限。请下月再发，或联系城市主管部门。",
            "Your organisation has reached this month's limit. Wait, or ask your city office.",
            "other",
        ));
    let step = StepFrame {
        form,
        task: t.pick("发布需求", "Publish a need").into(),
        step: 0,
        steps: 0,
        back_href: "/desk".into(),
    };
    html_with(
        StatusCode::UNPROCESSABLE_ENTITY,
        &Step { shell: visit.shell(t.pick("发布需求", "Publish a need")).private(), step },
    )
}

#[derive(Template)]
#[template(ext = "html", source = r#"{% extends "kinds/check.html" %}"#)]
struct Check {
    shell: Shell,
    check: CheckFrame,
}

pub async fn check(visit: Visit) -> Response {
    let t = visit.t;
    let answer = |zh: &str, en: &str, value: &str| Answer {
        label: t.pick(zh, en).into(),
        value: value.into(),
        change_href: "/step".into(),
    };
    let answers = vec![
        answer("标题", "Title", "示例：需要 300 毫米抛光硅片"),
        answer("说明", "Details", "月供 5 万片。\n缺陷密度低于 0.05/cm²，翘曲不超过 30 μm。"),
        answer("预算", "Budget", &t.fen_short(120_000_000)),
        answer("附件", "Attachment", ""),
    ];
    let check = CheckFrame {
        task: t.pick("发布需求", "Publish a need").into(),
        answers: Answers { t, answers },
        meaning: t
            .pick(
                "提交后由松江区主管部门在 3 个工作日内审核，通过后公开摘要。",
                "The Songjiang office reviews it within three working days; then the abstract is public.",
            )
            .into(),
        form: Form::new(t, "/check", t.pick("提交审核", "Send for review"))
            .idempotency_key("example-key")
            .cancel("/desk", t.pick("存为草稿", "Keep as draft")),
        back_href: "/step".into(),
    };
    html(&Check { shell: visit.shell(t.pick("核对", "Check")).private(), check })
}

#[derive(Template)]
#[template(ext = "html", source = r#"{% extends "kinds/receipt.html" %}"#)]
struct Done {
    shell: Shell,
    receipt: Receipt,
}

pub async fn receipt(visit: Visit) -> Response {
    let t = visit.t;
    let receipt = Receipt {
        t,
        title: t.pick("需求已提交审核", "Your need has been sent for review").into(),
        number: "示例-2026-0417".into(),
        at_ms: content::NOW_MS,
        next: vec![
            t.pick("松江区主管部门在 3 个工作日内审核。", "The Songjiang office reviews it within three working days.")
                .into(),
            t.pick(
                "通过后公开摘要，匹配结果会出现在您的工作台。",
                "Then the abstract is public and matches appear on your desk.",
            )
            .into(),
        ],
        links: vec![
            ("/desk".into(), t.pick("回到工作台", "Back to my desk").into()),
            ("/needs".into(), t.pick("先看匹配", "See matches now").into()),
        ],
        proof: Some(Proofs {
            t,
            entry: 48_213,
            at_ms: content::NOW_MS,
            digest: "7f3a…c91e".into(),
            href: "/verify".into(),
        }),
    };
    html(&Done { shell: visit.shell(t.pick("回执", "Receipt")).private(), receipt })
}

#[derive(Template)]
#[template(ext = "html", source = r#"{% extends "kinds/desk.html" %}"#)]
struct Desk {
    shell: Shell,
    desk: DeskFrame,
}

pub async fn desk(visit: Visit) -> Response {
    let t = visit.t;
    let task = |zh: &str, en: &str, due: (&str, &str), tone| DeskTask {
        title: t.pick(zh, en).into(),
        href: "/check".into(),
        place: t.pick("需求", "Needs").into(),
        about: t.pick("示例：半导体材料企业", "Example: semiconductor materials firm").into(),
        due: t.pick(due.0, due.1).into(),
        tone,
    };
    let group = |zh: &str, en: &str, tasks| DeskGroup {
        heading: t.pick(zh, en).into(),
        tasks,
        empty: Empty::new(
            t.pick("这里还没有内容", "Nothing here yet"),
            t.pick("您办完的事项会列在这里。", "What you have finished is listed here."),
        ),
    };
    let desk = DeskFrame {
        heading: t.pick("我的工作台", "My desk").into(),
        acting_for: t.pick("示例：硅片工艺研究平台 · 经办人", "Example: Wafer Process Platform · clerk").into(),
        groups: vec![
            group(
                "等我办理",
                "Waiting for me",
                vec![
                    task(
                        "答复联系请求",
                        "Answer a contact request",
                        ("已超时 1 个工作日", "1 working day late"),
                        Tone::Cinnabar,
                    ),
                    task("补充需求说明", "Complete a need", ("余 2 个工作日", "2 working days left"), Tone::Gold),
                    task("评价匹配结果", "Rate matches", ("", ""), Tone::Plain),
                ],
            ),
            group(
                "等别人办理",
                "Waiting for others",
                vec![task(
                    "松江区主管部门审核需求",
                    "Songjiang reviews your need",
                    ("余 3 个工作日", "3 working days left"),
                    Tone::Pine,
                )],
            ),
            group("已办结", "Done", Vec::new()),
        ],
        starts: vec![
            Action::new("/step", t.pick("发布需求", "Publish a need")),
            Action::new("/step", t.pick("发布供给", "Publish an offer")),
        ],
    };
    html(&Desk { shell: visit.shell(t.pick("我的工作台", "My desk")).private(), desk })
}
