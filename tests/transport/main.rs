//! The transport against loopback servers that answer as they are told.

mod hard_answers;
mod jobs;
mod online;
mod proxy;
mod requests;
mod secrets;
mod server;
mod settings;
mod tls;

use std::sync::Arc;

use avmarks_client::{SignatureSettings, Signer};
use avmarks_protocol::SdkAppId;
use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::secret::SecretKey;
use avmarks_spec::UserId;
use avmarks_transport_ureq::{Client, ClientBuilder};

const GROUP: &str = "@TGS#a6I4ZUUGO";
const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";

fn signer() -> Arc<Signer> {
    let (admin, key) = (UserId::parse("administrator").unwrap(), SecretKey::new(KEY).unwrap());
    Arc::new(Signer::with_key(SdkAppId::EXAMPLE, admin, key, SignatureSettings::default()).unwrap())
}

/// A client that the environment does not lead elsewhere.
fn builder(base: BaseUrl) -> ClientBuilder {
    Client::builder(base, signer()).without_proxy()
}
