use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// What the figures depend on.
pub struct Machine {
    /// Cores this process may use.
    pub cores: usize,
    /// Memory, GiB.
    pub memory_gib: u64,
    /// 4 KiB appends made durable, a second, one after another on the disk that was measured.
    pub syncs_per_second: u64,
    /// Load average over the last minute when the suite ended.
    pub load: String,
    /// Day of the run, in Shanghai.
    pub date: String,
}

impl Machine {
    /// Looks at the machine; takes two seconds for the disk.
    ///
    /// # Errors
    /// A sentence when the folder cannot be written.
    pub fn look(folder: &Path) -> Result<Machine, String> {
        let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kib: u64 = memory.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Ok(Machine {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: (kib + 512 * 1024) / (1024 * 1024),
            syncs_per_second: syncs_per_second(folder).map_err(|e| format!("bench: {}: {e}", folder.display()))?,
            load: load.split_whitespace().next().unwrap_or("?").to_owned(),
            date: date(),
        })
    }
}

fn syncs_per_second(folder: &Path) -> std::io::Result<u64> {
    Ok(syncs(folder, Duration::from_secs(2))?.len() as u64 / 2)
}

/// How long each of the durable 4 KiB appends of this time took, shortest first.
///
/// # Errors
/// When the folder cannot be written.
pub fn syncs(folder: &Path, time: Duration) -> std::io::Result<Vec<Duration>> {
    let path = folder.join("sync-rate");
    let mut file = std::fs::File::create(&path)?;
    let (started, mut took) = (Instant::now(), Vec::new());
    while started.elapsed() < time {
        let begun = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        took.push(begun.elapsed());
    }
    std::fs::remove_file(path)?;
    took.sort_unstable();
    Ok(took)
}

/// The 99th of 100, in ms; of times that are in order.
pub fn p99_ms(sorted: &[Duration]) -> f64 {
    sorted.get(sorted.len() * 99 / 100).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
}

#[expect(clippy::disallowed_methods, reason = "a report says on which day it was made")]
fn date() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let ms = i64::try_from(since.as_millis()).unwrap_or(0);
    kernel::Instant::from_ms(ms).date().to_string()
}
