//! Robots, `check_members` and administrators over a socket: the exact bytes, lost answers, refusals, and what comes of them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use avmarks_client::{
    JobSettings, PaceSettings, Plan, PlanError, PlanSettings, Progress, Signer, State, UnansweredError,
};
use avmarks_protocol::SdkAppId;
use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::{ErrorCode, add_robots, check_members, get_admin_list, modify_admin};
use avmarks_spec::{GroupId, UserId};
use avmarks_transport_ureq::{CallError, Client};

const GROUP: &str = "@TGS#a6I4ZUUGO";

/// A server that answers each request with the body that `answer` gives, or closes the connection if that is none.
struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A request that came in.
#[derive(Clone)]
struct Seen {
    /// With the query.
    target: String,
    body: String,
}

impl Seen {
    fn command(&self) -> &str {
        self.target.split('?').next().unwrap().rsplit('/').next().unwrap()
    }

    fn accounts(&self) -> usize {
        check_members::Request::parse(self.body.as_bytes()).unwrap().accounts.len()
    }
}

impl Server {
    /// `answer` gets the number of the request, from 0, and its body.
    fn start(answer: impl Fn(usize, &str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (answer, kept) = (Arc::new(answer), Arc::clone(&seen));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, kept) = (Arc::clone(&answer), Arc::clone(&kept));
                thread::spawn(move || serve(stream, &*answer, &kept));
            }
        });
        Self { port, seen }
    }

    /// One that accepts everything, and names nobody.
    fn accepting() -> Self {
        Self::start(|_, _| Some(accepted()))
    }

    fn client(&self) -> Client {
        self.client_with(PaceSettings::default())
    }

    fn client_with(&self, pace: PaceSettings) -> Client {
        let base = BaseUrl::parse(&format!("http://127.0.0.1:{}", self.port)).unwrap();
        let signer = Signer::fixed(SdkAppId::EXAMPLE, UserId::parse("administrator").unwrap(), UserSig::new("eJy"));
        Client::builder(base, signer).without_proxy().pace(pace).seed(7).build().unwrap()
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, answer: &dyn Fn(usize, &str) -> Option<Vec<u8>>, seen: &Mutex<Vec<Seen>>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = request(&mut stream) {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.push(request.clone());
            seen.len() - 1
        };
        let Some(body) = answer(number, &request.body) else { return };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        if stream.get_mut().write_all(&[head.as_bytes(), &body].concat()).is_err() {
            return;
        }
    }
}

/// The next request of a connection, if there is one.
fn request(stream: &mut impl BufRead) -> Option<Seen> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    assert!(head.starts_with("POST /"), "{head}");
    let target = head.split(' ').nth(1).unwrap().to_owned();
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap();
    let mut body = vec![0; length.trim().parse().unwrap()];
    stream.read_exact(&mut body).ok()?;
    Some(Seen { target, body: String::from_utf8(body).unwrap() })
}

fn accepted() -> Vec<u8> {
    add_robots::Answer::ok().to_json()
}

fn refused(code: i64) -> Vec<u8> {
    add_robots::Answer::refused(ErrorCode::new(code), "no").to_json()
}

fn robots(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("robot{number}")).collect()
}

fn code_of(unanswered: &UnansweredError) -> i64 {
    let Some(avmarks_client::AttemptResult::Refused { code, .. }) = unanswered.result() else { panic!("{unanswered}") };
    code.number()
}

#[test]
fn each_command_has_its_path_and_bytes() {
    let server = Server::start(|_, body| {
        let is_list = !body.contains("Account");
        Some(if is_list { get_admin_list::Answer::admins(vec![]).to_json() } else { accepted() })
    });
    let client = server.client();
    client.add_robots(GROUP, ["robot1", "robot2"]).unwrap().into_result().unwrap();
    client.delete_robots(GROUP, ["robot1"]).unwrap().into_result().unwrap();
    client.check_members(GROUP, ["teacher10", "robot1"]).unwrap();
    client.set_admins(GROUP, ["teacher10"]).unwrap();
    client.delete_admins(GROUP, ["teacher10"]).unwrap();
    client.admins(GROUP).unwrap();
    let paths: Vec<_> = server.seen().iter().map(|seen| seen.target.split('?').next().unwrap().to_owned()).collect();
    let commands = ["add_robots", "del_robots", "check_members", "modify_admin", "modify_admin", "get_admin_list"];
    assert_eq!(paths, commands.map(|command| format!("/v4/group_open_avchatroom_http_svc/{command}")));
    let bodies: Vec<_> = server.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(
        bodies,
        [
            r#"{"GroupId":"@TGS#a6I4ZUUGO","Member_Account":["robot1","robot2"]}"#,
            r#"{"GroupId":"@TGS#a6I4ZUUGO","Member_Account":["robot1"]}"#,
            r#"{"GroupId":"@TGS#a6I4ZUUGO","Member_Account":["teacher10","robot1"]}"#,
            r#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":1,"Admin_Account":["teacher10"]}"#,
            r#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":2,"Admin_Account":["teacher10"]}"#,
            r#"{"GroupId":"@TGS#a6I4ZUUGO"}"#,
        ]
    );
    let start = "?sdkappid=1400000000&identifier=administrator&usersig=eJy&random=";
    for seen in server.seen() {
        let query = &seen.target[seen.target.find('?').unwrap()..];
        assert!(query.starts_with(start) && query.ends_with("&contenttype=json"), "{query}");
    }
}

#[test]
fn every_call_takes_texts_and_ids() {
    let server = Server::start(|_, body| {
        Some(match body.contains("Timestamp") {
            true => br#"{"ActionStatus":"OK","ErrorCode":0}"#.to_vec(),
            false => br#"{"ActionStatus":"OK","ErrorCode":0,"OnlineMemberNum":3}"#.to_vec(),
        })
    });
    let client = server.client();
    let (group, user) = (GroupId::parse(GROUP).unwrap(), UserId::parse("a").unwrap());
    let text = GROUP.to_owned();
    for robots in [client.add_robots(group, [user]), client.add_robots(&text, ["a"]), client.add_robots(text, [&user])]
    {
        assert_eq!(robots.unwrap().report().count(State::Accepted), 1);
    }
    assert_eq!(client.set_marks(group, [(user, [1000])]).unwrap().report().count(State::Omitted), 1);
    assert_eq!(client.check_members(group, [user]).unwrap().len(), 1);
    assert_eq!((client.online_count(GROUP), client.online_count(group)), (Ok(3), Ok(3)));
    assert_eq!(client.online_members(GROUP).collect::<Vec<_>>(), [Ok(vec![])]);
    assert_eq!(client.set_admins(group, [user]), Ok(()));
    assert_eq!(client.admins(group), Ok(vec![]));
    assert!(server.seen().iter().all(|seen| seen.body.starts_with(r#"{"GroupId":"@TGS#a6I4ZUUGO""#)));
}

#[test]
fn invalid_groups_are_refused_before_sending() {
    let server = Server::accepting();
    let client = server.client();
    let told = "group `` is not a group id: it is empty; expected 1 to 48 bytes of printable ASCII";
    for said in [
        client.add_robots("", ["a"]).unwrap_err().to_string(),
        client.delete_robots("", ["a"]).unwrap_err().to_string(),
        client.set_marks("", [("a", [1000])]).unwrap_err().to_string(),
        client.check_members("", ["a"]).unwrap_err().to_string(),
        client.set_admins("", ["a"]).unwrap_err().to_string(),
        client.delete_admins("", ["a"]).unwrap_err().to_string(),
        client.admins("").unwrap_err().to_string(),
        client.online_count("").unwrap_err().to_string(),
        client.online_members("").next().unwrap().unwrap_err().to_string(),
    ] {
        assert_eq!(said, told);
    }
    assert!(matches!(client.online_count(""), Err(CallError::Input(_))));
    let list: Vec<_> = client.online_members("").collect();
    assert!(matches!(&list[..], [Err(CallError::Input(_))]), "{list:?}");
    let Err(CallError::Input(errors)) = client.set_admins(GROUP, robots(6)) else { panic!() };
    assert_eq!(errors.as_slice(), [PlanError::Accounts { found: 6, max: 5 }]);
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn more_than_500_robots_take_several_calls() {
    for (count, sizes) in [(500, vec![500]), (501, vec![500, 1]), (1_200, vec![500, 500, 200])] {
        let server = Server::accepting();
        let job = server.client().add_robots(GROUP, robots(count)).unwrap();
        assert_eq!(server.seen().iter().map(Seen::accounts).collect::<Vec<_>>(), sizes);
        let report = job.report();
        assert_eq!((report.count(State::Accepted), report.total()), (count, count));
    }
}

#[test]
fn of_robots_that_nobody_served_all_are_refused() {
    let server = Server::start(|number, _| Some(if number == 0 { refused(10004) } else { accepted() }));
    let job = server.client().delete_robots(GROUP, robots(501)).unwrap();
    let report = job.report();
    assert_eq!((report.count(State::Refused), report.count(State::Accepted)), (500, 1));
}

#[test]
fn temporary_failures_are_retried() {
    let server = Server::start(|number, _| match number {
        0 => None,
        1 => Some(refused(10002)),
        2 => Some(refused(60007)),
        _ => Some(accepted()),
    });
    let job = server.client().add_robots(GROUP, robots(3)).unwrap();
    assert_eq!(job.report().count(State::Accepted), 3);
    let seen = server.seen();
    assert_eq!(seen.len(), 4);
    assert!(seen.iter().all(|one| one.command() == "add_robots" && one.body == seen[0].body));
    let attempts = job.calls()[0].attempts();
    let waited = attempts[3].sent_at().saturating_duration_since(attempts[2].ended_at());
    assert!(waited >= Duration::from_secs(1), "after 60007 nothing is sent for a second: {waited:?}");

    // A single call by the same rules.
    let server = Server::start(|number, _| match number {
        0 => None,
        1 => Some(refused(10002)),
        _ => Some(check_members::Answer::online(vec!["robot2".to_owned()]).to_json()),
    });
    let checked = server.client().check_members(GROUP, robots(2)).unwrap();
    assert_eq!(checked.iter().map(|one| one.is_online).collect::<Vec<_>>(), [false, true]);
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn each_command_has_a_pace_of_its_own() {
    // The time that passes is that of the machine: one call of a command in ten minutes, and no wait between commands.
    let pace = PaceSettings { calls_max: 1, window: Duration::from_secs(600), margin: Duration::ZERO };
    let server = Server::accepting();
    let client = server.client_with(pace);
    client.add_robots(GROUP, ["a"]).unwrap().into_result().unwrap();
    client.delete_robots(GROUP, ["a"]).unwrap().into_result().unwrap();
    client.check_members(GROUP, ["a"]).unwrap();
    client.set_admins(GROUP, ["a"]).unwrap();
    client.admins(GROUP).unwrap();
    assert_eq!(client.set_marks(GROUP, [("a", [1000])]).unwrap().report().count(State::Omitted), 1);
    assert_eq!(server.seen().len(), 6);

    // A second call of one of them finds no time before the job's end.
    let deadline = Some(client.now().saturating_add(Duration::from_secs(30)));
    let plan = Plan::add_robots(GROUP, ["b"], &PlanSettings::default()).unwrap();
    let job = client.job(vec![plan], JobSettings { deadline, ..JobSettings::default() }).unwrap();
    let job = client.run(job, &AtomicBool::new(false), |_| ());
    assert_eq!(job.report().count(State::NotSent), 1);
    assert_eq!(server.seen().len(), 6);
}

#[test]
fn a_resumed_job_skips_accepted_robots() {
    let server = Server::accepting();
    let client = server.client();
    let plan = || Plan::add_robots(GROUP, robots(1_200), &PlanSettings::default()).unwrap();
    let stop = AtomicBool::new(false);
    let job = client.job(vec![plan()], JobSettings::default()).unwrap();
    let job = client.run(job, &stop, |_| stop.store(true, Ordering::Relaxed));
    assert_eq!((job.answered(), job.report().count(State::NotSent)), (500, 700));

    let progress = Progress::parse(&job.progress().to_json()).unwrap();
    let job = client.resume(vec![plan()], &progress, JobSettings::default()).unwrap();
    let job = client.run(job, &AtomicBool::new(false), |_| ());
    assert_eq!(job.report().count(State::Accepted), 1_200);
    assert_eq!(server.seen().iter().map(Seen::accounts).collect::<Vec<_>>(), [500, 500, 200]);
}

#[test]
fn more_than_500_members_take_several_checks() {
    for (count, sizes) in [(500, vec![500]), (501, vec![500, 1])] {
        // The last of each call is online.
        let server = Server::start(|_, body| {
            let request = check_members::Request::parse(body.as_bytes()).unwrap();
            Some(check_members::Answer::online(vec![request.accounts.last().unwrap().to_string()]).to_json())
        });
        let checked = server.client().check_members(GROUP, robots(count)).unwrap();
        assert_eq!(server.seen().iter().map(Seen::accounts).collect::<Vec<_>>(), sizes);
        assert_eq!(checked.iter().map(|one| one.account.to_string()).collect::<Vec<_>>(), robots(count));
        let online = checked.iter().filter(|one| one.is_online).map(|one| one.account.to_string());
        assert_eq!(online.collect::<Vec<_>>(), [&robots(501)[499..500], &robots(count)[500..]].concat());
    }
}

#[test]
fn a_refusal_for_size_halves_a_check() {
    let server = Server::start(|_, body| {
        let accounts = check_members::Request::parse(body.as_bytes()).unwrap().accounts.len();
        Some(if accounts > 2 { refused(10005) } else { accepted() })
    });
    let checked = server.client().check_members(GROUP, robots(4)).unwrap();
    assert_eq!((checked.len(), server.seen().iter().map(Seen::accounts).collect::<Vec<_>>()), (4, vec![4, 2, 2]));
}

#[test]
fn refused_and_unreadable_calls_say_so() {
    let server = Server::start(|_, _| Some(refused(10007)));
    let client = server.client();
    for unanswered in [
        client.check_members(GROUP, ["a"]).map(|_| ()),
        client.set_admins(GROUP, ["a"]),
        client.delete_admins(GROUP, ["a"]),
        client.admins(GROUP).map(|_| ()),
    ] {
        let Err(CallError::Unanswered(unanswered)) = unanswered else { panic!("{unanswered:?}") };
        assert_eq!((code_of(&unanswered), unanswered.attempts().len()), (10007, 1));
    }
    let odd = r#"{"ActionStatus":"OK","ErrorCode":0,"Member_Account":7,"Admin_List":"x"}"#;
    let server = Server::start(|_, _| Some(odd.as_bytes().to_vec()));
    let client = server.client();
    let said = client.check_members(GROUP, ["a"]).unwrap_err().to_string();
    assert!(said.starts_with("`check_members` with `random` "), "{said}");
    assert!(said.ends_with(": `Member_Account` must be an array, and is an integer: `7`"), "{said}");
    let said = client.admins(GROUP).unwrap_err().to_string();
    assert!(said.ends_with(": `Admin_List` must be an array, and is a string: `\"x\"`"), "{said}");
    // What an answer has that its page does not name is no reason to refuse it.
    assert_eq!(client.set_admins(GROUP, ["a"]), Ok(()));
}

#[test]
fn administrators_keep_the_order_of_the_answer() {
    let admins = ["b", "a"].map(get_admin_list::Admin::new);
    let body = get_admin_list::Answer::admins(admins.to_vec()).to_json();
    let server = Server::start(move |_, _| Some(body.clone()));
    assert_eq!(server.client().admins(GROUP).unwrap(), admins);
    let answer = modify_admin::Answer::ok().to_json();
    let server = Server::start(move |_, _| Some(answer.clone()));
    assert_eq!(server.client().admins(GROUP), Ok(vec![]), "an answer without the list stands for none");
}
