//! Accepting connections, and stopping.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::{Emulator, connection};

/// Serves `emulator` on `listener` until `stop` is over; then takes no new connection, finishes what is being answered, and
/// returns. HTTP, HTTPS and proxy requests are told apart by their first bytes.
pub async fn serve(listener: TcpListener, emulator: Emulator, stop: impl Future<Output = ()>) {
    let shared = emulator.shared;
    let tls = match shared.certificates.server() {
        Ok(config) => TlsAcceptor::from(Arc::new(config)),
        Err(fault) => return tracing::error!(%fault, "TLS cannot be spoken"),
    };
    let places = Arc::new(Semaphore::new(shared.settings.connections_max));
    let (stopping, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let pins = tokio::spawn(Arc::clone(&shared).expire_pins());
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // Whatever has ended is forgotten.
            Some(_) = connections.join_next() => continue,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(fault) => {
                // Out of file descriptors, mostly: it may pass.
                tracing::warn!(%fault, "a connection could not be accepted");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            connections.spawn(connection::turn_away(stream));
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (shared, tls, stopped) = (Arc::clone(&shared), tls.clone(), stopped.clone());
        connections.spawn(async move {
            connection::serve(stream, shared, tls, stopped).await;
            drop(place);
        });
    }
    drop(listener);
    let _ = stopping.send(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(shared.settings.stop_timeout, all).await.is_err() {
        tracing::warn!("some requests were not answered in time, and are cut off");
    }
    pins.abort();
}
