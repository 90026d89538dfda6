//! A TCP listener whose connections shorten endless request lines, so that they get an answer.
//!
//! hyper answers a request line beyond 64 KiB with a bare status, or closes while the browser is still sending. Here the part
//! of the address beyond [`LINE_BYTES_KEPT`] is read and dropped; what is left is still far above the house's limit, so the
//! visitor gets the ordinary page or problem for 414. Nothing else is touched: the first request with a body, an upgrade or
//! HTTP/2 on a connection makes the rest of that connection opaque.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Sleep;

/// Bytes of a request line that are kept; below hyper's limit of 65,534 for an address.
pub const LINE_BYTES_KEPT: usize = 60_000;
/// A connection whose other end takes nothing for this long is closed: who opens a stream and does not read it holds a place
/// that others want.
pub const STALLED_MAX: Duration = Duration::from_secs(60);
/// Bytes of a header line that are looked at: enough for the names that matter.
const HEADER_BYTES_SEEN: usize = 32;

/// Accepts connections; use with `axum::serve` and `into_make_service_with_connect_info::<Peer>()`.
#[derive(Debug)]
pub struct Doorway {
    /// Where it listens.
    pub listener: TcpListener,
    /// A connection whose other end takes nothing for this long is closed.
    pub stalled_max: Duration,
}

/// The address at the other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

impl Listener for Doorway {
    type Io = Shortened;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Shortened, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Answers are written whole; waiting to fill a packet would only delay them. A failure costs speed, nothing else.
        let _ = stream.set_nodelay(true);
        (Shortened { stream, line: Lines::default(), stalled_max: self.stalled_max, stalled: None }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Doorway>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Doorway>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A connection as [`Doorway`] accepts it.
#[derive(Debug)]
pub struct Shortened {
    stream: TcpStream,
    line: Lines,
    stalled_max: Duration,
    /// Runs while the other end takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Shortened {
    /// Lets a write that waits wait no longer than is allowed.
    fn patiently<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(self.stalled_max)));
        stalled.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

/// Where in the stream of requests the next byte belongs.
#[derive(Debug, Default)]
enum Place {
    /// In a request line; so many bytes of it were kept.
    #[default]
    Request,
    /// In a request line beyond what is kept.
    Dropping,
    /// In the headers.
    Headers,
    /// Somewhere we do not look.
    Opaque,
}

#[derive(Debug, Default)]
struct Lines {
    place: Place,
    /// Bytes of this line so far.
    length: usize,
    /// Its beginning, in lower case.
    start: Vec<u8>,
}

impl Lines {
    /// Takes one byte; true if it is kept.
    fn keep(&mut self, byte: u8) -> bool {
        match self.place {
            Place::Opaque => return true,
            // A blank ends the address; the rest of the line follows.
            Place::Dropping if byte != b' ' && byte != b'\n' => return false,
            Place::Dropping => {
                self.place = Place::Request;
                self.length = 0;
            }
            Place::Request if self.length >= LINE_BYTES_KEPT && byte != b' ' && byte != b'\n' => {
                self.place = Place::Dropping;
                return false;
            }
            Place::Request | Place::Headers => {}
        }
        self.length += 1;
        if byte == b'\n' {
            self.line_ended();
        } else if self.start.len() < HEADER_BYTES_SEEN && byte != b'\r' {
            self.start.push(byte.to_ascii_lowercase());
        }
        true
    }

    fn line_ended(&mut self) {
        let opaque: &[&[u8]] = match self.place {
            Place::Request => &[b"pri "],
            _ => &[b"content-length:", b"transfer-encoding:", b"upgrade:"],
        };
        let blank = self.start.is_empty();
        self.place = match self.place {
            _ if opaque.iter().any(|name| self.start.starts_with(name)) => Place::Opaque,
            Place::Headers if blank => Place::Request,
            Place::Request if blank => Place::Request,
            _ => Place::Headers,
        };
        self.length = 0;
        self.start.clear();
    }

    /// Removes what is not kept from the front part of `bytes`; the number of bytes left.
    fn shorten(&mut self, bytes: &mut [u8]) -> usize {
        if matches!(self.place, Place::Opaque) {
            return bytes.len();
        }
        let mut kept = 0;
        for index in 0..bytes.len() {
            if self.keep(bytes[index]) {
                bytes[kept] = bytes[index];
                kept += 1;
            }
        }
        kept
    }
}

impl AsyncRead for Shortened {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            let before = buf.filled().len();
            match Pin::new(&mut this.stream).poll_read(cx, buf) {
                Poll::Ready(Ok(())) => {}
                other => return other,
            }
            let fresh = &mut buf.filled_mut()[before..];
            if fresh.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let kept = this.line.shorten(fresh);
            buf.set_filled(before + kept);
            // Nothing kept would read as the end of the stream: go on reading.
            if kept > 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl AsyncWrite for Shortened {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.patiently(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.patiently(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out when the bytes arrive in pieces of this size.
    fn through(input: &[u8], piece: usize) -> Vec<u8> {
        let mut lines = Lines::default();
        let mut out = Vec::new();
        for chunk in input.chunks(piece) {
            let mut chunk = chunk.to_vec();
            let kept = lines.shorten(&mut chunk);
            out.extend_from_slice(&chunk[..kept]);
        }
        out
    }

    #[test]
    fn ordinary_requests_pass_untouched_whatever_the_pieces() {
        let two = b"GET /a HTTP/1.1\r\nhost: a\r\n\r\nGET /b HTTP/1.1\r\nhost: a\r\n\r\n";
        for piece in [1, 3, 7, 1000] {
            assert_eq!(through(two, piece), two);
        }
    }

    #[test]
    fn an_endless_address_is_shortened_on_every_request_of_a_connection() {
        let long = format!("GET /?q={} HTTP/1.1\r\nhost: a\r\n\r\n", "x".repeat(1_000_000));
        for piece in [1, 4096, 2_000_000] {
            let out = String::from_utf8(through(format!("{long}{long}").as_bytes(), piece)).unwrap();
            let requests: Vec<&str> = out.split_inclusive("\r\n\r\n").collect();
            assert_eq!(requests.len(), 2);
            for request in requests {
                assert!(request.len() > 59_000 && request.len() < 61_000);
                assert!(request.ends_with("x HTTP/1.1\r\nhost: a\r\n\r\n"));
            }
        }
    }

    #[test]
    fn bodies_upgrades_and_http2_are_never_touched() {
        let body = "y".repeat(200_000);
        for head in [
            "POST / HTTP/1.1\r\nContent-Length: 200000\r\n\r\n",
            "POST / HTTP/1.1\r\nTRANSFER-ENCODING: chunked\r\n\r\n",
            "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ] {
            let input = format!("{head}{body}");
            assert!(through(input.as_bytes(), 1000) == input.as_bytes(), "{head}");
        }
    }

    #[tokio::test]
    async fn who_takes_nothing_of_an_endless_answer_is_cut_off() {
        use tokio::io::AsyncWriteExt;
        struct Held(tokio::sync::mpsc::UnboundedSender<()>);
        impl Drop for Held {
            fn drop(&mut self) {
                let _ = self.0.send(());
            }
        }
        let (ended, mut has_ended) = tokio::sync::mpsc::unbounded_channel();
        let endless = move || {
            let held = Held(ended.clone());
            let body = futures_util::stream::repeat_with(move || {
                let _ = &held;
                Ok::<_, std::convert::Infallible>(vec![b'x'; 65_536])
            });
            std::future::ready(axum::body::Body::from_stream(body))
        };
        let app = axum::Router::new().route("/", axum::routing::get(endless));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let doorway = Doorway { listener, stalled_max: Duration::from_millis(50) };
        let address = Listener::local_addr(&doorway).unwrap();
        let serving = tokio::spawn(async { axum::serve(doorway, app).await });
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        tokio::time::timeout(STALLED_MAX, has_ended.recv()).await.expect("the answer ends").unwrap();
        serving.abort();
    }

    #[tokio::test]
    async fn a_megabyte_of_query_gets_an_answer() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let site = std::sync::Arc::new(crate::web::Site::new(
            crate::web::Texts::leaked(Vec::new()).unwrap(),
            Vec::new(),
            false,
        ));
        let app = crate::web::guard::guarded(axum::Router::new(), site, || 0);
        let doorway = Doorway { listener: TcpListener::bind("127.0.0.1:0").await.unwrap(), stalled_max: STALLED_MAX };
        let address = Listener::local_addr(&doorway).unwrap();
        tokio::spawn(async { axum::serve(doorway, app.into_make_service_with_connect_info::<Peer>()).await });
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET /?q={} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "x".repeat(1 << 20));
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 414 "), "{}", &answer[..100.min(answer.len())]);
        assert!(answer.contains("uri-too-long") && answer.contains("地址太长"));
    }
}
