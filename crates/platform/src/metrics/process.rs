//! What the system says about this process. Linux tells it in `/proc`; elsewhere the figures are 0.

use std::fs;

/// Ticks of the processor clock in a second, as `/proc` counts them on every Linux.
const TICKS_PER_S: f64 = 100.0;

#[derive(Debug, Default)]
pub(super) struct Usage {
    pub(super) resident_bytes: i64,
    pub(super) open_files: i64,
    pub(super) processor_s: f64,
}

pub(super) fn usage() -> Usage {
    let text = |name: &str| fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
    let open_files = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    Usage {
        resident_bytes: resident_bytes(&text("status")),
        // One of them is the folder that was just read.
        open_files: i64::try_from(open_files).unwrap_or(i64::MAX).saturating_sub(1).max(0),
        processor_s: processor_s(&text("stat")),
    }
}

fn resident_bytes(status: &str) -> i64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse::<i64>().ok());
    kib.map_or(0, |kib| kib.saturating_mul(1_024))
}

/// Fields 14 and 15, counted behind the name, which may hold blanks and brackets.
fn processor_s(stat: &str) -> f64 {
    let Some((_, rest)) = stat.rsplit_once(')') else { return 0.0 };
    let ticks = rest.split_whitespace().skip(11).take(2).filter_map(|number| number.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_PER_S
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_read() {
        assert_eq!(resident_bytes("Name:\tx\nVmRSS:\t  1234 kB\n"), 1_234 * 1_024);
        assert_eq!(resident_bytes(""), 0);
        let stat = "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20";
        assert_eq!(processor_s(stat), 2.0);
        assert_eq!(processor_s("nonsense"), 0.0);
    }
}
