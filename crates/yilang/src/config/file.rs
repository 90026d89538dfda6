//! The one TOML file: keys and values, every problem with its line and column.

use super::keys::{KEYS, Key, Kind};
use super::{Given, Problem, Source};
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Bytes a configuration file may have.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// What a file gives.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn read(path: &Path) -> Result<Vec<Given>, Vec<Problem>> {
    let file = path.display().to_string();
    let text = text(path).map_err(|why| {
        let zh = format!("不能读取配置文件：{why}。请检查路径、权限与编码（UTF-8，至多 64 KiB）。");
        let en = format!(
            "The configuration file cannot be read: {why}. Check its path, rights and encoding (UTF-8, 64 KiB at most)."
        );
        vec![Problem { place: file.clone(), code: "config-unreadable", zh, en }]
    })?;
    let table = DeTable::parse(&text).map_err(|error| {
        let at = place(&file, &text, error.span().map_or(0, |span| span.start));
        let zh = format!("不是有效的 TOML：{}", error.message());
        let en = format!("This is no valid TOML: {}", error.message());
        vec![Problem { place: at, code: "config-syntax", zh, en }]
    })?;
    let mut given = Vec::new();
    let mut problems = Vec::new();
    for (name, value) in table.get_ref().iter() {
        match one(&file, &text, name, value) {
            Ok(one) => given.push(one),
            Err(problem) => problems.push((name.span().start, problem)),
        }
    }
    problems.sort_by_key(|(at, _)| *at);
    if problems.is_empty() { Ok(given) } else { Err(problems.into_iter().map(|(_, problem)| problem).collect()) }
}

fn text(path: &Path) -> std::io::Result<String> {
    if std::fs::metadata(path)?.len() > FILE_BYTES_MAX {
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "too large"));
    }
    std::fs::read_to_string(path)
}

fn one(
    file: &str,
    text: &str,
    name: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
) -> Result<Given, Problem> {
    let at = name.span().start;
    let key = Key::find(name.get_ref()).ok_or_else(|| unknown(place(file, text, at), name.get_ref()))?;
    let value_place = place(file, text, value.span().start);
    let Some(value) = plain(key.kind, value.get_ref()) else {
        let (zh, en) = match key.kind {
            Kind::Switch => ("此项须写 true 或 false，不带引号", "Write true or false, without quotes"),
            Kind::Seconds(_) | Kind::Count(_) => ("此项须为整数，不带引号", "Write a whole number, without quotes"),
            _ => ("此项须为带引号的文字", "Write a text in quotes"),
        };
        return Err(Problem::value(value_place, key, "config-type", (zh.into(), en.into())));
    };
    key.check(&value).map_err(|why| Problem::value(value_place, key, "config-value", why))?;
    Ok(Given { key, value, source: Source::File { file: file.to_owned(), line: line(text, at) } })
}

/// The value as a flag would give it; none when it is of another type.
fn plain(kind: Kind, value: &DeValue<'_>) -> Option<String> {
    match (kind, value) {
        (Kind::Switch, DeValue::Boolean(on)) => Some(on.to_string()),
        (Kind::Seconds(_) | Kind::Count(_), DeValue::Integer(number)) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|number| number.to_string())
        }
        (Kind::Switch | Kind::Seconds(_) | Kind::Count(_), _) => None,
        (_, DeValue::String(text)) => Some(text.to_string()),
        _ => None,
    }
}

fn unknown(place: String, name: &str) -> Problem {
    let near = KEYS.iter().min_by_key(|key| strsim::damerau_levenshtein(key.name, name)).map_or("", |key| key.name);
    Problem {
        place,
        code: "config-unknown",
        zh: format!("没有名为 {name} 的配置项。最接近的是 {near}；全部配置项见 docs/operations.md。"),
        en: format!("There is no key {name}. The nearest is {near}; all keys are listed in docs/operations.md."),
    }
}

fn line(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or_default().matches('\n').count() + 1
}

fn place(file: &str, text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or_default();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{file}:{}:{column}", line(text, at))
}
