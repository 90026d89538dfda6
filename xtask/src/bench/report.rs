//! Figures, and the page they are written to.

use super::machine::Machine;
use std::fmt::Write;
use std::path::Path;

/// Several measurements of one thing.
#[derive(Debug, Clone, Default)]
pub struct Figures(pub Vec<f64>);

impl Figures {
    /// Smallest, middle and largest.
    pub fn spread(&self) -> Option<(f64, f64, f64)> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        Some((*sorted.first()?, sorted[sorted.len() / 2], *sorted.last()?))
    }

    /// The middle one; 0 without measurements.
    pub fn median(&self) -> f64 {
        self.spread().map_or(0.0, |(_, median, _)| median)
    }

    fn cell(&self) -> String {
        match self.spread() {
            None => "–".to_owned(),
            Some((min, median, max)) if self.0.len() > 1 => {
                format!("{} / **{}** / {}", short(min), short(median), short(max))
            }
            Some((_, median, _)) => format!("**{}**", short(median)),
        }
    }
}

/// Three significant digits, thousands separated.
fn short(value: f64) -> String {
    if value.abs() >= 1000.0 {
        let digits = format!("{value:.0}");
        let mut out = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out
    } else if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else if value.abs() >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.3}")
    }
}

/// One line of a section.
pub struct Row {
    /// What was measured, with its unit.
    pub what: String,
    /// Ours.
    pub ours: Figures,
    /// The peer and its figures; empty without a peer.
    pub peer: (String, Figures),
    /// Whether more is better; decides which way the ratio is written.
    pub more_is_better: bool,
    /// The demand of the specification, if there is one.
    pub demand: &'static str,
}

impl Row {
    /// A figure of ours alone.
    pub fn alone(what: impl Into<String>, ours: Figures, demand: &'static str) -> Row {
        Row { what: what.into(), ours, peer: (String::new(), Figures::default()), more_is_better: false, demand }
    }

    fn ratio(&self) -> String {
        let (ours, peer) = (self.ours.median(), self.peer.1.median());
        if ours <= 0.0 || peer <= 0.0 {
            return String::new();
        }
        let ratio = if self.more_is_better { ours / peer } else { peer / ours };
        format!("{ratio:.2}×")
    }
}

/// What one suite found.
pub struct Section {
    /// The suite, as on the command line.
    pub name: &'static str,
    /// A heading.
    pub title: &'static str,
    /// What was done, in sentences.
    pub method: String,
    /// The figures.
    pub rows: Vec<Row>,
    /// What could not be measured, each with the reason.
    pub skipped: Vec<String>,
}

impl Section {
    /// The section as it stands in bench/README.md.
    pub fn to_markdown(&self, machine: &Machine) -> String {
        let mut text = format!("## {}\n\n{}\n\n", self.title, self.method.trim());
        text.push_str("| What | Ours (min / **median** / max) | Peer | Peer's figures | Ratio | Demand |\n| --- | --- | --- | --- | --- | --- |\n");
        for row in &self.rows {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                row.what,
                row.ours.cell(),
                row.peer.0,
                row.peer.1.cell(),
                row.ratio(),
                row.demand
            );
        }
        for reason in &self.skipped {
            let _ = write!(text, "\nskipped: {reason}\n");
        }
        let _ = write!(
            text,
            "\n{}: {} cores, {} GiB, {} durable 4 KiB appends a second on this disk, load {} at the end. Repeat: `cargo xtask bench {}`\n",
            machine.date, machine.cores, machine.memory_gib, machine.syncs_per_second, machine.load, self.name
        );
        text
    }
}

/// Puts a section in the place of the one with its name, or at the end.
///
/// # Errors
/// A sentence when the page cannot be read or written.
pub fn replace(path: &Path, name: &str, text: &str) -> Result<(), String> {
    let told = |e: std::io::Error| format!("bench: {}: {e}", path.display());
    let page = std::fs::read_to_string(path).map_err(told)?;
    std::fs::write(path, spliced(&page, name, text)).map_err(told)
}

fn spliced(page: &str, name: &str, text: &str) -> String {
    let (head, tail) = (format!("<!-- suite {name} -->\n"), format!("<!-- end {name} -->\n"));
    let section = format!("{head}{text}{tail}");
    match (page.find(&head), page.find(&tail)) {
        (Some(start), Some(end)) if start < end => format!("{}{section}{}", &page[..start], &page[end + tail.len()..]),
        _ => format!("{}\n\n{section}", page.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_in_place() {
        let page = spliced("# Figures\n", "db", "one\n");
        let page = spliced(&page, "web", "two\n");
        let page = spliced(&page, "db", "three\n");
        assert_eq!(
            page,
            "# Figures\n\n<!-- suite db -->\nthree\n<!-- end db -->\n\n<!-- suite web -->\ntwo\n<!-- end web -->\n"
        );
    }

    #[test]
    fn figures_are_short_and_spread() {
        assert_eq!(Figures(vec![3.0, 1.0, 12_345.6]).cell(), "1.000 / **3.000** / 12,346");
        assert_eq!(Figures(vec![55.5]).cell(), "**55.5**");
        assert_eq!(Figures::default().cell(), "–");
    }

    #[test]
    fn a_ratio_above_one_means_that_ours_is_better() {
        let row = |more| Row {
            what: String::new(),
            ours: Figures(vec![2.0]),
            peer: ("p".into(), Figures(vec![4.0])),
            more_is_better: more,
            demand: "",
        };
        assert_eq!(row(true).ratio(), "0.50×");
        assert_eq!(row(false).ratio(), "2.00×");
    }
}
