//! Peer: the min-cost flow of OR-tools, driven by `bench/peers/ortools_peer.py`.

use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the script measured.
#[derive(Deserialize)]
pub struct Solved {
    /// Seconds of the solver alone.
    pub solved_s: f64,
    /// The sum of the scores.
    pub sum: String,
}

/// A Python that has OR-tools: the machine's, or one of our own in the target folder, after an attempt to install it.
///
/// # Errors
/// Why there is none.
pub fn python(root: &Path) -> Result<PathBuf, String> {
    let has = |python: &Path| {
        let asked =
            Command::new(python).args(["-c", "import numpy; from ortools.graph.python import min_cost_flow"]).output();
        asked.is_ok_and(|output| output.status.success())
    };
    let folder = root.join("target/peers/ortools");
    let (machine, own) = (PathBuf::from("python3"), folder.join("bin/python"));
    if let Some(python) = [&machine, &own].into_iter().find(|python| has(python)) {
        return Ok(python.clone());
    }
    let _ = Command::new(&machine).args(["-m", "venv"]).arg(&folder).output();
    let install = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "ortools", "numpy"];
    let _ = Command::new(&own).args(install).output();
    if has(&own) {
        Ok(own)
    } else {
        Err("OR-tools: pip could not install ortools into a virtual environment".to_owned())
    }
}

/// Solves a table once.
///
/// # Errors
/// What the script said.
pub fn solve(root: &Path, python: &Path, table: &Path, demand: u32, load: u32) -> Result<Solved, String> {
    let output = Command::new(python)
        .arg(root.join("bench/peers/ortools_peer.py"))
        .arg(table)
        .args([demand.to_string(), load.to_string()])
        .output()
        .map_err(|e| format!("OR-tools: python could not be started: {e}"))?;
    if !output.status.success() {
        return Err(format!("OR-tools: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    serde_json::from_slice(&output.stdout).map_err(|e| format!("OR-tools: {e}"))
}
