//! `avmarks keep`: keeps marks set, until it is stopped.

#![expect(clippy::result_large_err, reason = "the error is the answer that refuses a request: there is one for each")]

mod api;
mod bulk;
mod calls;
mod connections;
mod demo;
mod events;
mod http;
mod listener;
mod lookup;
mod message;
mod metrics;
mod node;
mod overview;
mod pause;
mod server;
mod settings;
mod shared;
mod webhook;
mod writer;

use std::fmt;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use avmarks_rules::Policy;
use serde::Serialize;

use crate::args::KeepArgs;
use crate::error::Error;
use crate::output::{Format, GOOD, HEAD, Verdict};
use crate::serve::logs;
use crate::settings::Settings;
use lookup::Lookup;
use message::Message;
use node::Node;
use server::Server;
use settings::{KeepSettings, NEEDED};
use shared::Shared;
use writer::Writer;

pub(crate) fn run(args: &KeepArgs, format: Format) -> Result<Verdict, Error> {
    if args.demo {
        return demo::run();
    }
    let settings = Settings::find(&args.settings, Policy::default());
    settings.check(&NEEDED)?;
    let settings = KeepSettings::of(&settings)?;
    let _log = logs::begin(settings.log)?;
    let stop = crate::serve::signals()?;
    let running = Running::start(settings)?;
    format.print(&Banner { url: running.url(), webhooks: format!("{}/webhook", running.url()) })?;
    let _ = stop.recv();
    tracing::info!("stopping: calls that were sent are waited for");
    running.stop();
    Ok(Verdict::Accepted)
}

/// A keeper that runs: its server, its node, and the threads that write and call.
pub(crate) struct Running {
    server: Server,
    node: std::thread::JoinHandle<()>,
    to_node: mpsc::Sender<Message>,
    address: std::net::SocketAddr,
}

impl Running {
    /// Starts all threads, and listens.
    fn start(settings: KeepSettings) -> Result<Self, Error> {
        let KeepSettings { listen, server, store: place, client, keeper, .. } = settings;
        let store = place.open(keeper.limits)?;
        let another = |what: &str| store.another().map_err(|error| Error::Store { what: what.to_owned(), error });
        let (to_node, of_node) = mpsc::channel();
        let metrics = Arc::new(metrics::Metrics::default());
        let overview = Arc::default();
        let reader = Mutex::new(another("the store")?);
        let lookup = Lookup::start(another("the store")?).map_err(Error::Threads)?;
        let writers = (0..place.writers()).map(|_| another("the store")).collect::<Result<_, _>>()?;
        let notifier = place.listener().map(|_| another("the store")).transpose()?;
        let writer = Writer::start(writers, notifier, &to_node, &metrics).map_err(Error::Threads)?;
        if let Some(url) = place.listener() {
            listener::start(url.to_owned(), to_node.clone()).map_err(Error::Threads)?;
        }
        let node = Node::new(store, keeper, client, Arc::clone(&metrics), Arc::clone(&overview));
        let node = node.start(of_node, to_node.clone()).map_err(Error::Threads)?;
        let shared = Shared { settings: server, lookup, writer, reader, to_node: to_node.clone(), metrics, overview };
        let server = Server::start(listen, shared).map_err(|error| Error::Listen { address: listen, error })?;
        let address = server.address();
        Ok(Self { server, node, to_node, address })
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Accepts no more input, waits for the calls that were sent, and ends.
    fn stop(self) {
        self.server.stop();
        // Where the node has ended already, there is nothing to wait for.
        let _ = self.to_node.send(Message::Stop);
        if self.node.join().is_err() {
            tracing::error!("the thread that makes calls has failed");
        }
    }
}

/// The text that is printed at the start.
#[derive(Serialize)]
struct Banner {
    url: String,
    webhooks: String,
}

impl fmt::Display for Banner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{GOOD}listening{GOOD:#} on {HEAD}{}{HEAD:#}", self.url)?;
        writeln!(f, "  webhooks  {}", self.webhooks)
    }
}
