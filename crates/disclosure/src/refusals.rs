//! Why something cannot be published as it stands.

use kernel::Refusal;

pub fn json(why: &str) -> Refusal {
    Refusal::invalid(
        "disclosure-json",
        format!("这不是有效的 JSON（{why}）。请提供完整的发布文件。"),
        format!("This is not JSON ({why}). Give the whole published file."),
    )
}

pub fn prefix(prefix: &str) -> Refusal {
    Refusal::invalid(
        "disclosure-prefix",
        format!("前缀“{prefix}”不符合标准。请在设置中填写登记所得的前缀，例如 ocds-213czf 或 360G-example。"),
        format!("The prefix \"{prefix}\" is not one of the standard. Set the one you have registered, such as ocds-213czf or 360G-example."),
    )
    .at("prefix")
}

pub fn ocid(ocid: &str) -> Refusal {
    Refusal::invalid(
        "disclosure-ocid",
        format!("过程标识“{ocid}”须由登记的前缀、一个连字符和编号组成。请由前缀和编号生成标识。"),
        format!("The ocid \"{ocid}\" must be a registered prefix, a hyphen and a number in ASCII. Make it from both."),
    )
    .at("ocid")
}

pub fn id(place: &str, id: &str) -> Refusal {
    Refusal::invalid(
        "disclosure-id",
        format!("{place} 中的标识“{id}”为空、重复或含有不允许的字符。请给每一项一个独有的标识。"),
        format!("The identifier \"{id}\" in {place} is empty, repeated or holds a character it may not. Give each item its own."),
    )
    .at(place.to_owned())
}

pub fn url(place: &str, url: &str) -> Refusal {
    Refusal::invalid(
        "disclosure-url",
        format!("{place} 中的地址“{url}”不是完整的网址。请填写以 https:// 开头的地址，中文字符须编码。"),
        format!(
            "The address \"{url}\" in {place} is not a whole one. Begin with https:// and encode what is not ASCII."
        ),
    )
    .at(place.to_owned())
}

pub fn party(place: &str, id: &str) -> Refusal {
    Refusal::invalid(
        "disclosure-party",
        format!("{place} 提到的单位“{id}”不在本次发布的单位名单中。请把它加入名单。"),
        format!("{place} names the party \"{id}\", which is not among the parties of this release. Add it to them."),
    )
    .at(place.to_owned())
}

pub fn role(place: &str, id: &str, role: &str) -> Refusal {
    Refusal::invalid(
        "disclosure-role",
        format!("单位“{id}”在 {place} 中出现，但名单里没有角色 {role}。请补上该角色。"),
        format!("The party \"{id}\" stands in {place} without the role {role}. Add the role to it."),
    )
    .at(place.to_owned())
}

pub fn shares(place: &str, shares: &str, total: &str) -> Refusal {
    Refusal::invalid(
        "disclosure-shares",
        format!("{place}：各方出资合计 {shares} 元，与总额 {total} 元不符。请核对各方金额。"),
        format!(
            "{place}: the shares come to CNY {shares}, the total is CNY {total}. Check the amounts of the funders."
        ),
    )
    .at(place.to_owned())
}

pub fn missing(place: &str) -> Refusal {
    Refusal::invalid(
        "disclosure-missing",
        format!("缺少 {place}，标准要求必须提供。请补充后再发布。"),
        format!("{place} is missing, and the standard wants it. Add it before publishing."),
    )
    .at(place.to_owned())
}

pub fn removal(path: &str) -> Refusal {
    Refusal::invalid(
        "disclosure-removal",
        format!("不能撤下“{path}”：只能撤下单个值，而且本次发布不能同时给出它。请写到具体字段。"),
        format!(
            "\"{path}\" cannot be taken away: name a single value that this release does not give at the same time."
        ),
    )
    .at("removed")
}

pub fn shape(path: &str) -> Refusal {
    Refusal::invalid(
        "disclosure-shape",
        format!("各次发布在“{path}”处形式不一致，无法合并。请更正后来的发布。"),
        format!(
            "The releases hold different kinds of value at \"{path}\" and cannot be merged. Correct the later one."
        ),
    )
    .at(path.to_owned())
}

pub fn releases(why_zh: &str, why_en: &str) -> Refusal {
    Refusal::invalid(
        "disclosure-releases",
        format!("这些发布不能合并：{why_zh}。请给出同一过程的全部发布，每次都有标识、日期和标签。"),
        format!(
            "These releases cannot be merged: {why_en}. Give all releases of one process, each with id, date and tag."
        ),
    )
}
