//! Outgoing webhooks: events are sent to a URL of the app's own server, as the vendor's service does (1047/34354 and the page
//! of each webhook), by a task of its own that no call waits for.
//!
//! What happens becomes webhooks in `notification.rs`, which has our readings of what the pages leave open. They wait in `outbox.rs`,
//! if some are sent twice or change places when that is asked for; `post.rs` sends them, and `delivery.rs` keeps what came
//! of it. One that is not answered within 2 seconds, with HTTP 200 and JSON, has failed. It is sent again only where the
//! app's switch says so ([`WebhookSettings::retries`]), and, as the page has it, only when no answer came in time.
//!
//! Which webhooks there are says `event.rs`; those about calls are built by the calls themselves (`call_webhook.rs`). Those that a call
//! waits for pass by the queue: they are posted at once, on a connection of their own, and `ruling.rs` reads the answer.
//!
//! A URL over `https` needs the certificates to trust ([`WebhookSettings::trusted`]): no roots are built in.

mod call_webhook;
mod delivery;
mod event;
mod initiator;
mod notification;
mod outbox;
mod post;
mod ruling;
mod settings;

pub(crate) use call_webhook::CallWebhook;
pub(crate) use delivery::Delivery;
pub use event::WebhookEvent;
pub(crate) use initiator::Initiator;
pub(crate) use outbox::{Deliveries, Outbox};
pub(crate) use ruling::Ruling;
pub use settings::{WebhookSettings, WebhookSettingsError};
