//! `avmarks keep --demo`: an emulator of the service and a keeper in this process, and members that leave and come back.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use avmarks_client::Signer;
use avmarks_emulator::{Emulator, Settings as EmulatorSettings};
use avmarks_keeper::Settings as KeeperSettings;
use avmarks_protocol::SdkAppId;
use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::webhook::WebhookToken;
use avmarks_spec::UserId;
use avmarks_transport_ureq::Client;

use super::Running;
use super::settings::{KeepSettings, ServerSettings, StorePlace, builder};
use crate::error::Error;
use crate::output::{Verdict, print_raw};
use crate::serve::logs::Log;

const GROUP: &str = "live";
/// The token that the emulator signs webhooks with. It is of this process alone.
const WEBHOOK_TOKEN: &str = "demo-token";
/// How long the marks may take to be there.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn run() -> Result<Verdict, Error> {
    let demo = Demo::start()?;
    let told = demo.tell();
    demo.running.stop();
    match told {
        Ok(()) => {
            print_raw(b"Done: each mark was set again by a call of the keeper.\n")?;
            Ok(Verdict::Accepted)
        }
        Err(Failure::Output(error)) => Err(*error),
        Err(Failure::Late { what, found }) => {
            print_raw(format!("After {} s: {what}, and not as expected: {found}\n", PATIENCE.as_secs()).as_bytes())?;
            Ok(Verdict::Refused)
        }
        Err(Failure::Io(error)) => {
            print_raw(format!("The demo cannot reach itself: {error}\n").as_bytes())?;
            Ok(Verdict::Refused)
        }
    }
}

/// Why the demo does not go on.
enum Failure {
    Output(Box<Error>),
    Io(io::Error),
    /// The marks are not there in time.
    Late {
        what: String,
        found: String,
    },
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

struct Demo {
    emulator: avmarks_emulator::Running,
    /// Asks the emulator for the holders of a mark, without the keeper.
    observer: Client,
    running: Running,
}

impl Demo {
    fn start() -> Result<Self, Error> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listen = |error| Error::Listen { address, error };
        let emulator =
            Emulator::new(EmulatorSettings::default()).map_err(Error::Setup)?.start(address).map_err(listen)?;
        let line = format!(r#"{{"at":0,"do":"create_group","group":"{GROUP}"}}"#);
        let seeded = emulator.emulator().play(&line);
        seeded.map_err(|error| Error::Seed { what: "the room of the demo".to_owned(), error })?;
        let base = || BaseUrl::parse(&emulator.url()).map_err(Error::settings);
        let client = |base| builder(base, signer()?).without_proxy().build().map_err(Error::settings);
        let running = Running::start(KeepSettings {
            listen: address,
            server: ServerSettings {
                app: SdkAppId::EXAMPLE,
                token: None,
                webhook_token: Some(WebhookToken::new(WEBHOOK_TOKEN).map_err(Error::settings)?),
                webhook_age: Duration::from_secs(300),
                body_bytes_max: 65_536,
            },
            store: StorePlace::Memory,
            client: client(base()?)?,
            keeper: KeeperSettings::default(),
            log: Log::of(None, None),
        })?;
        Ok(Self { observer: client(base()?)?, emulator, running })
    }

    fn tell(&self) -> Result<(), Failure> {
        let hook = format!(r#"{{"url":"{}/webhook","token":"{WEBHOOK_TOKEN}"}}"#, self.running.url());
        ask(self.emulator.address(), "PUT", "/_avmarks/webhooks", &hook)?;
        say("An emulator of the service and a keeper run in this process. The emulator sends webhooks to the keeper,")?;
        say("and the keeper makes calls to the emulator. What is shown of marks is what the emulator lists.\n")?;

        say("Wanted: teacher has 500 and 1000, student1 to student3 have 1001, robot1 is a robot.")?;
        self.want("teacher", r#"{"marks":[500,1000]}"#)?;
        for student in ["student1", "student2", "student3"] {
            self.want(student, r#"{"marks":[1001]}"#)?;
        }
        self.want("robot1", r#"{"robot":true}"#)?;
        self.shows(&[(500, &["robot1"])])?;

        say("All join the room.")?;
        self.presence("join", &["teacher", "student1", "student2", "student3"])?;
        let all: [(u32, &[&str]); 3] =
            [(500, &["robot1", "teacher"]), (1_000, &["teacher"]), (1_001, &["student1", "student2", "student3"])];
        self.shows(&all)?;

        say("student1 and student2 lose their connections. The service clears their marks.")?;
        self.presence("disconnect", &["student1", "student2"])?;
        self.shows(&[(1_001, &["student3"])])?;

        say("They are back.")?;
        self.presence("reconnect", &["student1", "student2"])?;
        self.shows(&all[2..])?;

        say("teacher leaves the room. The service clears both marks.")?;
        self.presence("leave", &["teacher"])?;
        self.shows(&[(500, &["robot1"]), (1_000, &[])])?;

        say("teacher joins again.")?;
        self.presence("join", &["teacher"])?;
        self.shows(&all[..2])?;

        say("student3 is not wanted any more.")?;
        let path = format!("/v1/groups/{GROUP}/accounts/student3");
        ask(self.running.address, "DELETE", &path, "")?;
        self.shows(&[(1_001, &["student1", "student2"])])
    }

    fn want(&self, account: &str, body: &str) -> Result<(), Failure> {
        Ok(ask(self.running.address, "PUT", &format!("/v1/groups/{GROUP}/accounts/{account}"), body)?)
    }

    fn presence(&self, verb: &str, accounts: &[&str]) -> Result<(), Failure> {
        let accounts = accounts.iter().map(|account| format!("\"{account}\"")).collect::<Vec<_>>().join(",");
        let line = format!(r#"{{"at":0,"do":"{verb}","group":"{GROUP}","accounts":[{accounts}]}}"#);
        self.emulator.emulator().play(&line).map_err(|error| Failure::Io(io::Error::other(error)))
    }

    /// Waits until these marks have these holders, and says so.
    fn shows(&self, expected: &[(u32, &[&str])]) -> Result<(), Failure> {
        for (mark, holders) in expected {
            let wanted: BTreeSet<String> = holders.iter().map(|holder| (*holder).to_owned()).collect();
            let since = Instant::now();
            let text = loop {
                let found = self.holders(*mark);
                let text = match &found {
                    Ok(found) if found.is_empty() => "nobody".to_owned(),
                    Ok(found) => found.iter().cloned().collect::<Vec<_>>().join(", "),
                    Err(error) => error.clone(),
                };
                if found.is_ok_and(|found| found == wanted) {
                    break text;
                }
                if since.elapsed() > PATIENCE {
                    return Err(Failure::Late {
                        what: format!("mark {mark} is held by {text}"),
                        found: format!("{holders:?}"),
                    });
                }
                std::thread::sleep(Duration::from_millis(20));
            };
            say(&format!("  mark {mark:4}  {text}"))?;
        }
        Ok(())
    }

    fn holders(&self, mark: u32) -> Result<BTreeSet<String>, String> {
        let mut holders = BTreeSet::new();
        for page in self.observer.online_members_with_mark(GROUP, mark) {
            holders.extend(page.map_err(|error| error.to_string())?.into_iter().map(|member| member.account));
        }
        Ok(holders)
    }
}

/// The emulator of the demo checks no signature.
fn signer() -> Result<Signer, Error> {
    let identifier = UserId::parse("administrator").map_err(Error::settings)?;
    Ok(Signer::fixed(SdkAppId::EXAMPLE, identifier, UserSig::new("unchecked")))
}

fn say(line: &str) -> Result<(), Failure> {
    print_raw(format!("{line}\n").as_bytes()).map_err(|error| Failure::Output(Box::new(error)))
}

/// Sends a request to this process, and fails if it is not answered with 200.
fn ask(address: SocketAddr, method: &str, path: &str, body: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split(' ').nth(1) {
        Some("200") => Ok(()),
        _ => Err(io::Error::other(format!(
            "{method} {path} was answered with `{}`",
            answer.lines().next().unwrap_or_default()
        ))),
    }
}
