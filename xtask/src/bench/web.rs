//! Suite `web`: pages under load by wrk, against the same bytes served as files by nginx.

use super::program::{self, Server};
use super::report::{Figures, Row, Section};
use super::suites::Bench;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const CONNECTIONS: &str = "32";

/// Measures.
///
/// # Errors
/// A sentence when the program does not answer or wrk cannot be run.
pub fn measure(bench: &Bench<'_>) -> Result<Section, String> {
    let mut section = Section {
        name: "web",
        title: "Pages under load",
        method: format!(
            "wrk on the same machine, 2 threads, {CONNECTIONS} connections, {} rounds of {} s a page. The peer is nginx with two \
             workers that serves the same bytes as a file: what a page could cost at least.",
            bench.rounds, bench.seconds
        ),
        rows: Vec::new(),
        skipped: Vec::new(),
    };
    if !installed("wrk") {
        section.skipped.push("pages under load: wrk is not installed and could not be installed".to_owned());
        return Ok(section);
    }
    let program = program::build(bench.root)?;
    let server = Server::start(&program, &bench.scratch.join("data"), &[])?;
    let pages = [("home", "/".to_owned()), ("organisation", organisation_path(&server.address)?)];
    let files = bench.scratch.join("files");
    let peer = if installed("nginx") { Some(Nginx::start(&files)?) } else { None };
    if peer.is_none() {
        section.skipped.push("the peer: nginx is not installed and could not be installed".to_owned());
    }
    for (name, path) in pages {
        let (status, body) = program::get(&server.address, &path).map_err(|e| format!("bench web: {path}: {e}"))?;
        if status != 200 {
            return Err(format!("bench web: {path} answered {status}"));
        }
        std::fs::write(files.join(format!("{name}.html")), &body).map_err(|e| format!("bench web: {e}"))?;
        section.rows.extend(page_rows(bench, name, &format!("http://{}{path}", server.address), peer.as_ref())?);
    }
    Ok(section)
}

fn page_rows(bench: &Bench<'_>, name: &str, url: &str, peer: Option<&Nginx>) -> Result<Vec<Row>, String> {
    let (mut rate, mut p99) = (Figures::default(), Figures::default());
    let (mut peer_rate, mut peer_p99) = (Figures::default(), Figures::default());
    for _ in 0..bench.rounds {
        let (requests, latency) = wrk(url, bench.seconds)?;
        rate.0.push(requests);
        p99.0.push(latency);
        if let Some(peer) = peer {
            let (requests, latency) = wrk(&format!("http://{}/{name}.html", peer.address), bench.seconds)?;
            peer_rate.0.push(requests);
            peer_p99.0.push(latency);
        }
    }
    let row = |what: String, ours, figures, more_is_better, demand| Row {
        what,
        ours,
        peer: (if peer.is_some() { "nginx, a file".to_owned() } else { String::new() }, figures),
        more_is_better,
        demand,
    };
    Ok(vec![
        row(format!("{name}: requests/s"), rate, peer_rate, true, "≥ 2,000/s"),
        row(format!("{name}: p99, ms"), p99, peer_p99, false, "≤ 25 ms"),
    ])
}

fn organisation_path(address: &str) -> Result<String, String> {
    let told = |e: &dyn std::fmt::Display| format!("bench web: /api/v1/organisations: {e}");
    let (_, body) = program::get(address, "/api/v1/organisations?limit=1").map_err(|e| told(&e))?;
    let list: serde_json::Value = serde_json::from_slice(&body).map_err(|e| told(&e))?;
    let id = list["items"][0]["id"].as_str().ok_or_else(|| told(&"no organisation in the list"))?;
    Ok(format!("/organisations/{id}"))
}

/// Requests a second and the 99th of 100 latency in ms.
fn wrk(url: &str, seconds: u64) -> Result<(f64, f64), String> {
    let output = Command::new("wrk")
        .args(["-t2", &format!("-c{CONNECTIONS}"), &format!("-d{seconds}s"), "--latency", url])
        .output()
        .map_err(|e| format!("bench web: wrk could not be started: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if text.contains("Non-2xx") {
        return Err(format!("bench web: {url} refused under load:\n{text}"));
    }
    read(&text).ok_or_else(|| format!("bench web: wrk said\n{text}"))
}

fn read(text: &str) -> Option<(f64, f64)> {
    let after = |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
    let latency = after("99%")?;
    let unit = latency.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number: f64 = latency.strip_suffix(unit)?.parse().ok()?;
    let factor = match unit {
        "us" => 0.001,
        "ms" => 1.0,
        "s" => 1000.0,
        _ => return None,
    };
    Some((after("Requests/sec:")?.parse().ok()?, number * factor))
}

fn installed(program: &str) -> bool {
    let there =
        || Command::new("sh").args(["-c", &format!("command -v {program}")]).output().is_ok_and(|o| o.status.success());
    if there() {
        return true;
    }
    for arguments in [vec!["-q", "update"], vec!["-q", "-y", "install", "--no-install-recommends", program]] {
        let _ = Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").output();
    }
    there()
}

/// A web server for files; stopped when dropped.
struct Nginx {
    child: Child,
    address: String,
}

impl Nginx {
    fn start(files: &Path) -> Result<Nginx, String> {
        let told = |e: std::io::Error| format!("bench web: nginx: {e}");
        std::fs::create_dir_all(files).map_err(told)?;
        let address =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(told)?.to_string();
        let path: PathBuf = files.join("nginx.conf");
        std::fs::write(&path, configuration(files, &address)).map_err(told)?;
        let child = Command::new("nginx").arg("-c").arg(&path).stderr(Stdio::null()).spawn().map_err(told)?;
        for _ in 0..200 {
            if std::net::TcpStream::connect(&address).is_ok() {
                return Ok(Nginx { child, address });
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Err("bench web: nginx did not start".to_owned())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn configuration(files: &Path, address: &str) -> String {
    let folder = files.display();
    let user = if std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0) {
        "user root;"
    } else {
        ""
    };
    format!(
        "daemon off; worker_processes 2; {user} pid {folder}/pid; error_log /dev/null;\n\
         events {{ worker_connections 512; }}\n\
         http {{ access_log off; keepalive_requests 1000000; types {{ text/html html; }}\n\
         server {{ listen {address}; root {folder}; }} }}\n"
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_report_of_wrk_is_read() {
        let text = "  Latency Distribution\n     50%    1.20ms\n     99%  950.00us\nRequests/sec:  12345.67\n";
        assert_eq!(super::read(text), Some((12345.67, 0.95)));
        assert_eq!(super::read("nothing"), None);
    }
}
