//! A real process of the program on a port of its own, and the little HTTP that these tests speak.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Longest wait for something that must happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program with none of this machine's settings.
pub fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yilang"));
    command.arg("--data").arg(data);
    clean(&mut command);
    command
}

fn clean(command: &mut Command) {
    for key in yilang::config::keys::KEYS {
        command.env_remove(key.variable);
    }
    command.env_remove(yilang::config::FILE_VARIABLE);
}

/// Runs the program to its end.
pub fn run(data: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = program(data);
    command.args(arguments).envs(variables.iter().copied()).output().expect("the binary runs")
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Waits until something holds.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A serving node; gone when the test ends.
pub struct Node {
    child: Child,
    pub address: String,
    pub greeting: String,
    logged: Arc<Mutex<String>>,
    log: Option<JoinHandle<()>>,
}

impl Node {
    /// Starts it and waits for its greeting.
    pub fn start(data: &Path, arguments: &[&str]) -> Node {
        Node::spawn(program(data), arguments, "/first/")
    }

    /// Starts it again on a folder that has its first administrator.
    pub fn start_again(data: &Path) -> Node {
        Node::spawn(program(data), &[], "http://")
    }

    /// Starts it with the demo.
    pub fn start_demo(data: &Path, arguments: &[&str]) -> Node {
        Node::spawn(program(data), &[&["--demo"], arguments].concat(), "joint-office")
    }

    /// As [`Node::start`], in a shell that ignores the signal by which the system tells of a file that is too large, so
    /// that a write beyond the limit fails as on a full disk.
    pub fn start_limited(data: &Path) -> Node {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_yilang"), "--data"]).arg(data);
        clean(&mut command);
        Node::spawn(command, &[], "/first/")
    }

    /// `last` is in the last line of its greeting.
    fn spawn(mut command: Command, arguments: &[&str], last: &str) -> Node {
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the node starts");
        let logged = Arc::new(Mutex::new(String::new()));
        let (mut errors, kept) = (child.stderr.take().expect("its log is ours"), logged.clone());
        let log = std::thread::spawn(move || {
            let mut piece = [0; 4_096];
            while let Ok(size) = errors.read(&mut piece) {
                if size == 0 {
                    break;
                }
                kept.lock().expect("nobody panics with it").push_str(&String::from_utf8_lossy(&piece[..size]));
            }
        });
        // From here on its end is certain, whatever this test meets.
        let mut node = Node { child, address: String::new(), greeting: String::new(), logged, log: Some(log) };
        let reader = BufReader::new(node.child.stdout.take().expect("its output is ours"));
        for line in reader.lines() {
            let line = line.expect("its greeting is text");
            node.greeting.push_str(&line);
            node.greeting.push('\n');
            if line.contains(last) {
                break;
            }
        }
        let address = node.greeting.split("http://127.0.0.1:").nth(1).and_then(|rest| rest.split(['/', '\n']).next());
        let port = address.unwrap_or_else(|| panic!("no address in {:?}, log {}", node.greeting, node.logged()));
        node.address = format!("127.0.0.1:{port}");
        node
    }

    /// The path of the one-time link in the greeting.
    pub fn first_link(&self) -> String {
        let secret = self.greeting.split("/first/").nth(1).expect("a link in the greeting");
        format!("/first/{}", secret.trim())
    }

    /// What it has logged until now.
    pub fn logged(&self) -> String {
        self.logged.lock().expect("nobody panics with it").clone()
    }

    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Asks it to stop, as systemd does.
    pub fn ask_to_stop(&self) {
        assert!(Command::new("kill").args(["-TERM", &self.pid()]).status().expect("kill runs").success());
    }

    /// Its exit code, once it has ended by itself.
    pub fn ended(&mut self) -> Option<i32> {
        let mut status = None;
        until("the node ends", || {
            status = self.child.try_wait().expect("it is our child");
            status.is_some()
        });
        // What it said last is read too.
        self.log.take().map(JoinHandle::join).transpose().expect("the log is text");
        status.and_then(|status| status.code())
    }

    /// Kills it, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is our child");
    }

    pub fn get(&self, path: &str) -> Answer {
        ask(&self.address, "GET", path, &[], "").expect("the node answers")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing of it stays.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &&str| line.split(':').next().is_some_and(|found| found.eq_ignore_ascii_case(name));
        self.head.lines().find(named).and_then(|line| line.split_once(": ")).map(|(_, value)| value)
    }
}

/// One request on a connection of its own.
pub fn ask(address: &str, method: &str, path: &str, headers: &[&str], body: &str) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request(method, path, headers, body.len()).as_bytes())?;
    stream.write_all(body.as_bytes())?;
    answer(&mut stream)
}

/// The head of a request.
pub fn request(method: &str, path: &str, headers: &[&str], length: usize) -> String {
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nsec-fetch-site: same-origin\r\n");
    for header in headers {
        head.push_str(&format!("{header}\r\n"));
    }
    if method != "GET" {
        head.push_str(&format!("content-length: {length}\r\n"));
    }
    head.push_str("\r\n");
    head
}

/// Reads an answer to the end of its connection.
pub fn answer(stream: &mut TcpStream) -> std::io::Result<Answer> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let status =
        head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(std::io::ErrorKind::InvalidData)?;
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

/// A form as a browser sends it.
pub fn form(fields: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", testkit::encode(value));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

pub const FORM: &str = "content-type: application/x-www-form-urlencoded";
pub const JSON: &str = "content-type: application/json";
