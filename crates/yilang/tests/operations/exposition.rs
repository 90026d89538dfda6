//! A strict reader of OpenMetrics 1.0 that shares nothing with the writer: whatever it does not know is an error.

use std::collections::{BTreeMap, BTreeSet};

/// A line with a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

/// Samples by the name of their family.
pub type Families = BTreeMap<String, (String, Vec<Sample>)>;

/// Reads an exposition.
pub fn read(text: &str) -> Result<Families, String> {
    let body = text.strip_suffix("# EOF\n").ok_or("the last line is not # EOF")?;
    let mut families = Families::new();
    let mut current = String::new();
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.splitn(3, ' ');
            let (word, name, said) =
                (words.next().unwrap_or(""), words.next().unwrap_or(""), words.next().unwrap_or(""));
            if name != current {
                plain(name)?;
                if families.insert(name.to_owned(), (String::new(), Vec::new())).is_some() {
                    return Err(format!("{name} is told in two places"));
                }
                current = name.to_owned();
            }
            match word {
                "TYPE" => families.get_mut(name).ok_or("lost")?.0 = said.to_owned(),
                "UNIT" if !name.ends_with(&format!("_{said}")) => {
                    return Err(format!("{name} does not end with {said}"));
                }
                "HELP" if said.is_empty() => return Err(format!("{name} does not say what it is")),
                "UNIT" | "HELP" => {}
                _ => return Err(format!("unknown line {line:?}")),
            }
            continue;
        }
        let sample = sample(line)?;
        let (kind, samples) = families.get_mut(&current).ok_or_else(|| format!("no family before {line:?}"))?;
        let suffix =
            sample.name.strip_prefix(current.as_str()).ok_or_else(|| format!("{line:?} is not of {current}"))?;
        let suffixes: &[&str] = match kind.as_str() {
            "counter" => &["_total"],
            "gauge" => &[""],
            "info" => &["_info"],
            "histogram" => &["_bucket", "_sum", "_count"],
            other => return Err(format!("unknown type {other:?} of {current}")),
        };
        if !suffixes.contains(&suffix) {
            return Err(format!("{line:?} has no suffix of a {kind}"));
        }
        samples.push(sample);
    }
    for (name, (kind, samples)) in &families {
        sound(kind, samples).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(families)
}

fn plain(name: &str) -> Result<(), String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.is_empty() && name.chars().all(good) { Ok(()) } else { Err(format!("{name:?} is no name")) }
}

fn sample(line: &str) -> Result<Sample, String> {
    let wrong = || format!("no sample: {line:?}");
    let (name, rest) = line.split_at(line.find(['{', ' ']).ok_or_else(wrong)?);
    plain(name)?;
    let mut labels = BTreeMap::new();
    let value = match rest.strip_prefix('{') {
        None => rest,
        Some(mut inside) => loop {
            if let Some(after) = inside.strip_prefix('}') {
                break after;
            }
            let (label, after) = inside.split_once("=\"").ok_or_else(wrong)?;
            plain(label)?;
            let (text, after) = quoted(after).ok_or_else(wrong)?;
            if labels.insert(label.to_owned(), text).is_some() {
                return Err(format!("{label} twice: {line:?}"));
            }
            inside = after.strip_prefix(',').unwrap_or(after);
        },
    };
    let value = value.strip_prefix(' ').ok_or_else(wrong)?;
    let value = if value == "+Inf" { f64::INFINITY } else { value.parse().map_err(|_| wrong())? };
    Ok(Sample { name: name.to_owned(), labels, value })
}

/// The text up to its closing quote, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, &text[at + 1..])),
            '\\' => out.push(match chars.next()?.1 {
                'n' => '\n',
                c @ ('"' | '\\') => c,
                _ => return None,
            }),
            '\n' => return None,
            c => out.push(c),
        }
    }
    None
}

/// No figure twice, none below zero but gauges, buckets that grow up to their count.
fn sound(kind: &str, samples: &[Sample]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for sample in samples {
        if !seen.insert((sample.name.clone(), sample.labels.clone())) {
            return Err(format!("twice: {sample:?}"));
        }
        if kind != "gauge" && (sample.value.is_nan() || sample.value < 0.0) {
            return Err(format!("below zero: {sample:?}"));
        }
    }
    if kind != "histogram" {
        return Ok(());
    }
    let mut buckets: BTreeMap<BTreeMap<String, String>, Vec<(f64, f64)>> = BTreeMap::new();
    for sample in samples.iter().filter(|sample| sample.name.ends_with("_bucket")) {
        let mut labels = sample.labels.clone();
        let le = labels.remove("le").ok_or("a bucket without a limit")?;
        let le = if le == "+Inf" { f64::INFINITY } else { le.parse().map_err(|_| format!("limit {le:?}"))? };
        buckets.entry(labels).or_default().push((le, sample.value));
    }
    for (labels, buckets) in &buckets {
        if !buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1) {
            return Err(format!("buckets do not grow: {labels:?}"));
        }
        let count = samples.iter().find(|sample| sample.name.ends_with("_count") && sample.labels == *labels);
        let last = buckets.last().filter(|last| last.0.is_infinite()).ok_or("no last bucket")?;
        if count.is_none_or(|count| count.value != last.1) {
            return Err(format!("the last bucket is not the count: {labels:?}"));
        }
    }
    Ok(())
}

#[test]
fn the_reader_is_strict() {
    let good = "# HELP a_seconds A.\n# TYPE a_seconds histogram\n# UNIT a_seconds seconds\na_seconds_sum{b=\"c\"} 2.5\na_seconds_count{b=\"c\"} 2\na_seconds_bucket{le=\"1.0\",b=\"c\"} 1\na_seconds_bucket{le=\"+Inf\",b=\"c\"} 2\n# EOF\n";
    assert_eq!(read(good).unwrap()["a_seconds"].1.len(), 4);
    for (from, to) in [
        ("# EOF\n", ""),
        ("_count{b=\"c\"} 2", "_count{b=\"c\"} 3"),
        ("le=\"1.0\",b=\"c\"} 1", "le=\"1.0\",b=\"c\"} 3"),
        ("_sum{b=\"c\"} 2.5", "_total{b=\"c\"} 2.5"),
        ("_sum{b=\"c\"}", "_sum{b=\"c}"),
        ("# UNIT a_seconds seconds", "# UNIT a_seconds bytes"),
        ("a_seconds_count{b=\"c\"} 2\n", "a_seconds_count{b=\"c\"} 2\na_seconds_count{b=\"c\"} 2\n"),
        ("# TYPE a_seconds histogram", "# TYPE a_seconds untyped"),
    ] {
        assert!(good.contains(from) && read(&good.replacen(from, to, 1)).is_err(), "{from:?} to {to:?}");
    }
}
