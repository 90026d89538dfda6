//! Receivers of webhooks on loopback, good ones and others.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Call {
    pub head: String,
    pub body: String,
}

impl Call {
    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
        line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
    }
}

/// How a receiver behaves, by the number of the call.
pub type Manner = fn(usize) -> Behaviour;

#[derive(Clone, Copy)]
pub enum Behaviour {
    /// Answers with a status.
    Status(u16),
    /// Takes the call and says nothing.
    Hang,
    /// Answers 200 and never stops sending.
    Endless,
    /// Leads to another address.
    Redirect(&'static str),
    /// Sends what is no HTTP.
    Noise,
}

/// A receiver and what it was called with.
pub struct Receiver {
    pub url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    pub sent: Arc<Mutex<usize>>,
}

impl Receiver {
    pub async fn start(manner: Manner) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook?from=yilang", listener.local_addr().expect("an address"));
        let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
        let sent: Arc<Mutex<usize>> = Arc::default();
        let (kept, counted) = (Arc::clone(&calls), Arc::clone(&sent));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, counted) = (Arc::clone(&kept), Arc::clone(&counted));
                tokio::spawn(serve(stream, manner, kept, counted));
            }
        });
        Receiver { url, calls, sent }
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no panic").clone()
    }
}

async fn serve(mut stream: TcpStream, manner: Manner, kept: Arc<Mutex<Vec<Call>>>, counted: Arc<Mutex<usize>>) {
    let Some(call) = read(&mut stream).await else { return };
    let number = {
        let mut calls = kept.lock().expect("no panic");
        calls.push(call);
        calls.len()
    };
    match manner(number) {
        Behaviour::Status(code) => {
            let answer = format!("HTTP/1.1 {code} X\r\nContent-Length: 2\r\n\r\nok");
            _ = stream.write_all(answer.as_bytes()).await;
        }
        Behaviour::Hang => tokio::time::sleep(std::time::Duration::from_secs(600)).await,
        Behaviour::Redirect(to) => {
            let answer = format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
            _ = stream.write_all(answer.as_bytes()).await;
        }
        Behaviour::Noise => _ = stream.write_all(b"\x00\x01\x02 this is not HTTP\r\n\r\n").await,
        Behaviour::Endless => {
            _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n").await;
            let chunk = vec![b'x'; 16 * 1024];
            while stream.write_all(&chunk).await.is_ok() {
                *counted.lock().expect("no panic") += chunk.len();
            }
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Call> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let call = Call { head: head.to_owned(), body: body.to_owned() };
            let length: usize = call.header("content-length").parse().unwrap_or(0);
            if call.body.len() >= length {
                return Some(call);
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}
