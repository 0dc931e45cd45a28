//! Conformance harness around the client of this project: its calls.

mod other;
mod told;

use std::error::Error;

use avmarks_client::{JobSettings, RetrySettings, SignatureSettings, Signer};
use avmarks_protocol::{SdkAppId, region::BaseUrl, secret::SecretKey};
use avmarks_spec::UserId;
use avmarks_transport_ureq::{CallError, Client};
use serde_json::{Value, json};

use told::{outcome, raised, text};

type Reply<T = Value> = Result<T, Box<dyn Error>>;

fn main() -> Reply<()> {
    let (mut start, mut client) = (Value::Null, None);
    for line in std::io::stdin().lines() {
        let asked: Value = serde_json::from_str(&line?)?;
        let reply = match (text(&asked, "do"), &client) {
            ("stop", _) => break,
            ("start", _) => {
                (client, start) = (Some(connect(&asked)?), asked.clone());
                Ok(other::introduction())
            }
            ("call", Some(client)) => call(client, text(&asked, "verb"), &asked["args"]),
            _ => other::answer(&asked, &start),
        };
        let mut reply = reply.unwrap_or_else(|error| match error.downcast_ref() {
            Some(CallError::Unanswered(unanswered)) => raised(&error.to_string(), unanswered.result()),
            _ => raised(&error.to_string(), None),
        });
        reply["id"] = asked["id"].clone();
        println!("{reply}");
    }
    Ok(())
}

fn connect(start: &Value) -> Reply<Client> {
    let (admin, key) = (UserId::parse(text(start, "identifier"))?, SecretKey::new(text(start, "key"))?);
    let app = SdkAppId::parse(&start["sdkappid"].to_string())?;
    let signer = Signer::with_key(app, admin, key, SignatureSettings::default())?;
    let settings = JobSettings { retry: RetrySettings { attempts_max: 2, ..Default::default() }, ..Default::default() };
    Ok(Client::builder(BaseUrl::parse(text(start, "http"))?, signer).without_proxy().settings(settings).build()?)
}

fn call(client: &Client, verb: &str, args: &Value) -> Reply {
    let group = text(args, "group");
    let list = |name: &str| args[name].as_array().into_iter().flatten();
    let names = list("accounts").filter_map(Value::as_str);
    let numbers = |one: &Value| one["marks"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
    let marks: Vec<(_, Vec<_>)> = list("members").map(|one| (text(one, "account"), numbers(one))).collect();
    Ok(match verb {
        "set_marks" => outcome(&client.set_marks(group, marks)?),
        "delete_marks" => outcome(&client.delete_marks(group, marks)?),
        "add_robots" => outcome(&client.add_robots(group, names)?),
        "delete_robots" => outcome(&client.delete_robots(group, names)?),
        "set_admins" => json!({"returned": client.set_admins(group, names)?}),
        "delete_admins" => json!({"returned": client.delete_admins(group, names)?}),
        "count_members" => json!({"returned": client.online_count(group)?}),
        "check_members" => {
            accounts(client.check_members(group, names)?.into_iter().filter(|one| one.is_online), |one| one.account)
        }
        "list_admins" => accounts(client.admins(group)?, |one| one.account),
        _ => {
            let all = client.online_members(group);
            let pages = args["mark"].as_i64().map_or(all, |mark| client.online_members_with_mark(group, mark));
            accounts(pages.collect::<Result<Vec<_>, _>>()?.concat(), |one| one.account)
        }
    })
}

fn accounts<T>(list: impl IntoIterator<Item = T>, name: impl Fn(T) -> String) -> Value {
    json!({"returned": {"accounts": list.into_iter().map(name).collect::<Vec<_>>()}})
}
