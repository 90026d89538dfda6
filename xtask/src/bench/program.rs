//! The program as people run it: built for release, started on a free port.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a start may take before the benchmark gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Builds the release program.
///
/// # Errors
/// A sentence when it does not build.
pub fn build(root: &Path) -> Result<PathBuf, String> {
    let status = Command::new("cargo")
        .args(["build", "--release", "-q", "-p", "yilang"])
        .current_dir(root)
        .status()
        .map_err(|e| format!("bench: cargo could not be started: {e}"))?;
    if status.success() {
        Ok(root.join("target/release/yilang"))
    } else {
        Err("bench: yilang does not build".to_owned())
    }
}

/// A running server; stopped when dropped.
pub struct Server {
    child: Child,
    /// Where it listens, such as `127.0.0.1:4711`.
    pub address: String,
    /// Seconds from the start of the process to the first answered page.
    pub first_answer_seconds: f64,
}

impl Server {
    /// Starts the server on a data folder and waits for its first page.
    ///
    /// # Errors
    /// A sentence when it does not answer in time.
    pub fn start(program: &Path, data: &Path, options: &[&str]) -> Result<Server, String> {
        let address = free_address().map_err(|e| format!("bench: no free port: {e}"))?;
        let started = Instant::now();
        // On every processor, whatever this process is bound to.
        let child = Command::new("taskset")
            .args(["-c", "0-4095"])
            .arg(program)
            .args(["serve", "--listen", &address, "--data"])
            .arg(data)
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("bench: {}: {e}", program.display()))?;
        let mut server = Server { child, address, first_answer_seconds: 0.0 };
        while started.elapsed() < PATIENCE {
            if get(&server.address, "/").is_ok_and(|(status, _)| status == 200) {
                server.first_answer_seconds = started.elapsed().as_secs_f64();
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err("bench: the server did not answer within a minute".to_owned())
    }

    /// Resident memory in MiB.
    pub fn resident_mib(&self) -> f64 {
        resident_mib(self.child.id())
    }
}

/// Resident memory of a process in MiB.
pub fn resident_mib(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM first, so that the next start finds everything in order.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(10) {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> std::io::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// What a server has answered.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The cookies it set, without their attributes, as they are sent back.
    pub cookie: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Asks for a page over a connection of its own; status and body.
///
/// # Errors
/// When nobody answers, or not in HTTP.
pub fn get(address: &str, path: &str) -> std::io::Result<(u16, Vec<u8>)> {
    ask(address, &format!("GET {path}"), &[], "").map(|answer| (answer.status, answer.body))
}

/// The same as the holder of an access token.
///
/// # Errors
/// When nobody answers, or not in HTTP.
pub fn get_as(address: &str, path: &str, secret: &str) -> std::io::Result<Answer> {
    ask(address, &format!("GET {path}"), &[&format!("Authorization: Bearer {secret}")], "")
}

/// Sends a body, with these header lines.
///
/// # Errors
/// When nobody answers, or not in HTTP.
pub fn post(address: &str, path: &str, headers: &[&str], body: &str) -> std::io::Result<Answer> {
    ask(address, &format!("POST {path}"), headers, body)
}

fn ask(address: &str, what: &str, headers: &[&str], sent: &str) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let more: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = if what.starts_with("POST") { format!("Content-Length: {}\r\n", sent.len()) } else { String::new() };
    write!(
        stream,
        "{what} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAccept: */*\r\n{more}{length}\r\n{sent}"
    )?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line.split_whitespace().nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let (mut chunked, mut cookie) = (false, None);
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header == "\r\n" {
            break;
        }
        chunked |= header.to_ascii_lowercase().starts_with("transfer-encoding: chunked");
        if header.to_ascii_lowercase().starts_with("set-cookie:") {
            let one = header[11..].split(';').next().unwrap_or_default().trim();
            cookie = Some(cookie.map_or(one.to_owned(), |others: String| format!("{others}; {one}")));
        }
    }
    let mut body = Vec::new();
    reader.read_to_end(&mut body)?;
    Ok(Answer { status, cookie, body: if chunked { joined(&body) } else { body } })
}

/// The body without the lengths of its chunks.
fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let digits = String::from_utf8_lossy(&rest[..end]);
        let length = usize::from_str_radix(digits.trim(), 16).unwrap_or(0);
        let from = end + 2;
        if length == 0 || rest.len() < from + length + 2 {
            break;
        }
        body.extend_from_slice(&rest[from..from + length]);
        rest = &rest[from + length + 2..];
    }
    body
}

#[cfg(test)]
mod tests {
    #[test]
    fn chunks_are_joined() {
        assert_eq!(super::joined(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), b"abcde");
    }
}
