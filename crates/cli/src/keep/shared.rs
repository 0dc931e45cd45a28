//! What all connections of the server share.

use std::sync::{Arc, Mutex, mpsc};

use avmarks_keeper_store::Store;

use super::lookup::Lookup;
use super::message::Message;
use super::metrics::Metrics;
use super::overview::Overview;
use super::settings::ServerSettings;
use super::writer::Writer;

/// See the module.
pub(super) struct Shared {
    pub(super) settings: ServerSettings,
    pub(super) lookup: Lookup,
    pub(super) writer: Writer,
    pub(super) reader: Mutex<Box<dyn Store>>,
    pub(super) to_node: mpsc::Sender<Message>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) overview: Arc<Mutex<Overview>>,
}
