//! Peer: Xapian with n-grams for Chinese, driven by `bench/peers/xapian_peer.py`.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// What the script measured.
#[derive(Deserialize)]
pub struct Speed {
    /// Questions a second over all clients, one figure a round.
    pub rate: Vec<f64>,
    /// Median of the latency, milliseconds, one figure a round.
    pub p50_ms: Vec<f64>,
    /// 99th of 100 of the latency, milliseconds, one figure a round.
    pub p99_ms: Vec<f64>,
}

/// Why Xapian cannot be asked here, after an attempt to install it.
pub fn missing() -> Option<String> {
    if importable() {
        return None;
    }
    let install = ["-q", "-y", "install", "--no-install-recommends", "python3-xapian"];
    let quiet = |args: &[&str]| Command::new("apt-get").args(args).env("DEBIAN_FRONTEND", "noninteractive").output();
    let _ = quiet(&["-q", "update"]);
    let _ = quiet(&install);
    (!importable()).then(|| "Xapian: python3-xapian is not installed and could not be installed".to_owned())
}

fn importable() -> bool {
    let asked = Command::new("/usr/bin/python3").args(["-c", "import xapian"]).output();
    asked.is_ok_and(|output| output.status.success())
}

fn script(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("/usr/bin/python3")
        .arg(root.join("bench/peers/xapian_peer.py"))
        .args(arguments)
        .output()
        .map_err(|e| format!("Xapian: python3 could not be started: {e}"))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("Xapian: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}

/// Builds an index in `folder` from a file with one `id<TAB>text` a line.
pub fn fill(root: &Path, folder: &Path, records: &Path) -> Result<(), String> {
    script(root, &["fill", &folder.to_string_lossy(), &records.to_string_lossy()]).map(drop)
}

/// The ids of the best ten for each question of a file, one question a line.
pub fn judge(root: &Path, folder: &Path, questions: &Path) -> Result<BTreeMap<String, Vec<String>>, String> {
    let printed = script(root, &["judge", &folder.to_string_lossy(), &questions.to_string_lossy()])?;
    serde_json::from_slice(&printed).map_err(|e| format!("Xapian: {e}"))
}

/// Speed with several clients, each a process of its own.
pub fn speed(
    root: &Path,
    folder: &Path,
    questions: &Path,
    clients: usize,
    rounds: usize,
    seconds: u64,
) -> Result<Speed, String> {
    let numbers = [clients.to_string(), rounds.to_string(), seconds.to_string()];
    let printed = script(
        root,
        &["speed", &folder.to_string_lossy(), &questions.to_string_lossy(), &numbers[0], &numbers[1], &numbers[2]],
    )?;
    serde_json::from_slice(&printed).map_err(|e| format!("Xapian: {e}"))
}
