//! A way to PostgreSQL that can fall silent: connections stay open and nothing comes through any more.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Passes bytes on; ends with everything it holds when dropped.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    /// Cancelled to silence the connections that were made under it.
    era: Arc<Mutex<CancellationToken>>,
    _end: DropGuard,
}

impl Proxy {
    pub(crate) async fn start(to_port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let era = Arc::new(Mutex::new(CancellationToken::new()));
        let end = CancellationToken::new();
        let guard = end.clone().drop_guard();
        tokio::spawn(accept(listener, to_port, Arc::clone(&era), end));
        Self { port, era, _end: guard }
    }

    /// New connections are not concerned.
    pub(crate) fn silence_open_connections(&self) {
        let mut era = self.era.lock().unwrap_or_else(PoisonError::into_inner);
        era.cancel();
        *era = CancellationToken::new();
    }
}

async fn accept(
    listener: TcpListener,
    to_port: u16,
    era: Arc<Mutex<CancellationToken>>,
    end: CancellationToken,
) {
    loop {
        let client = tokio::select! {
            accepted = listener.accept() => accepted.expect("a connection").0,
            () = end.cancelled() => return,
        };
        let silent = era.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let end = end.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = pass_on(client, to_port, silent) => {}
                () = end.cancelled() => {}
            }
        });
    }
}

async fn pass_on(mut client: TcpStream, to_port: u16, silent: CancellationToken) {
    let Ok(mut server) = TcpStream::connect((Ipv4Addr::LOCALHOST, to_port)).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        // Both sockets stay open.
        () = silent.cancelled() => std::future::pending().await,
    }
}
