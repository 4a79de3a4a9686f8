//! Just enough HTTP/1.1 to drive a server at little cost: keep-alive, bodies with a declared length, nothing else.

use crate::Outcome;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An acknowledgement or a problem fits many times over.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
const CALL_TIMEOUT: Duration = Duration::from_mins(1);

/// A kept-alive connection for the load.
pub(crate) struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: vec![0; ANSWER_BYTES_MAX] })
    }

    /// Sends a whole request and reads its whole answer. Returns the status.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> std::io::Result<u16> {
        self.stream.write_all(request).await?;
        let mut read = 0;
        loop {
            match self.stream.read(&mut self.answer[read..]).await? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                more => read += more,
            }
            if let Some((status, length)) = head(&self.answer[..read])
                && read >= length
            {
                return Ok(status);
            }
        }
    }
}

/// Status, and the length of the whole answer, once its head is there.
fn head(answer: &[u8]) -> Option<(u16, usize)> {
    let head_length = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = str::from_utf8(&answer[..head_length]).ok()?;
    let status = head.get(9..12)?.parse().ok()?;
    let declared = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Some((status, head_length + declared?))
}

/// One request outside of the load. Returns status and body.
pub(crate) fn call(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: &str,
    body: &str,
) -> Outcome<(u16, String)> {
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_read_timeout(Some(CALL_TIMEOUT))?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let (status, length) = head(&answer).ok_or("the answer is not HTTP with a declared length")?;
    let body_at = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(length, |at| at + 4);
    Ok((status, String::from_utf8_lossy(&answer[body_at..]).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn an_answer_is_whole_when_its_declared_length_is_there() {
        let answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(head(answer), Some((503, answer.len())));
        assert_eq!(head(&answer[..40]), None);
    }
}
