//! Accepting connections, and stopping.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::connection;
use crate::connection::ConnectionContext;
use crate::shared::Shared;
use crate::webhooks::Deliveries;

/// Connections beyond [`Settings::connections_max`](crate::settings::Settings::connections_max) that are served the control
/// plane alone: whoever fills all others must not keep its owner out.
const CONTROL_PLACES: usize = 8;

/// Serves `listeners` until `stop` is over; then takes no new connection, finishes what is being answered, and returns.
pub(crate) async fn run(listeners: Vec<TcpListener>, shared: Arc<Shared>, stop: impl Future<Output = ()>) {
    let settings = &shared.settings;
    shared.lock().starts();
    let places = Arc::new(Semaphore::new(settings.connections_max.min(Semaphore::MAX_PERMITS)));
    let reserved = Arc::new(Semaphore::new(CONTROL_PLACES));
    let (stopping, stopped) = watch::channel(false);
    let context = ConnectionContext { shared: Arc::clone(&shared), stopped, is_reserved: false };
    let mut connections = JoinSet::new();
    let pins = tokio::spawn(Arc::clone(&shared).expire_pins());
    let webhooks = tokio::spawn(Arc::clone(&shared).deliver_webhooks());
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listeners) => accepted,
            // Whatever has ended is forgotten.
            Some(_) = connections.join_next() => continue,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, mostly: it may pass.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let place = Arc::clone(&places).try_acquire_owned();
        let is_reserved = place.is_err();
        let Ok(place) = place.or_else(|_| Arc::clone(&reserved).try_acquire_owned()) else {
            tracing::warn!(connections_max = settings.connections_max, "too many connections; one was turned away");
            connections.spawn(connection::turn_away(stream));
            continue;
        };
        let _ = stream.set_nodelay(true);
        let context = ConnectionContext { is_reserved, ..context.clone() };
        connections.spawn(async move {
            connection::serve(stream, context).await;
            drop(place);
        });
    }
    drop(listeners);
    let _ = stopping.send(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(settings.stop_timeout, all).await.is_err() {
        tracing::warn!("some requests were not answered in time, and are cut off");
    }
    pins.abort();
    webhooks.abort();
    let Deliveries { waiting, dropped, .. } = shared.outbox.deliveries(0, 0);
    if waiting > 0 {
        tracing::warn!(waiting, dropped, "some webhooks were not sent, and are given up");
    }
}

/// The next connection of any of them.
async fn accept(listeners: &[TcpListener]) -> io::Result<(TcpStream, SocketAddr)> {
    poll_fn(|cx| {
        let mut accepted = listeners.iter().map(|listener| listener.poll_accept(cx));
        accepted.find(Poll::is_ready).unwrap_or(Poll::Pending)
    })
    .await
}
