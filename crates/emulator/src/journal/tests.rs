mod answered;
mod durability;
mod property;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use avmarks_protocol::url::RawQuery;
use avmarks_rules::Presence;
use avmarks_service::{Caller, Request};
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};
use serde_json::Value;

use super::*;
use crate::shared::Shared;
use crate::webhooks::Initiator;
use crate::world::World;
use crate::{Authority, Clock, Emulator, Settings, SetupError};

static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::make().unwrap());

/// A folder that is removed at the end.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let name = format!("avmarks-journal-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }

    /// With these files in it.
    fn with(files: &[(String, Vec<u8>)]) -> Self {
        let folder = Self::new();
        fs::create_dir_all(&folder.0).unwrap();
        for (name, bytes) in files {
            fs::write(folder.0.join(name), bytes).unwrap();
        }
        folder
    }

    /// What is in it, except for the lock.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path());
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut files: Vec<_> = entries.map(|path| (name(&path), fs::read(&path).unwrap())).collect();
        files.retain(|(name, _)| name != "lock");
        files.sort();
        files
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn settings(folder: Option<&Temporary>) -> Settings {
    Settings {
        data: folder.map(|folder| folder.0.clone()),
        clock: Clock::standing_at(Timestamp::from_millis(1_000)),
        authority: Some(AUTHORITY.clone()),
        ..Settings::default()
    }
}

fn open(folder: &Temporary) -> Arc<Shared> {
    Emulator::new(settings(Some(folder))).unwrap().shared
}

fn refused(settings: Settings) -> DataError {
    match Emulator::new(settings).map(|_| ()) {
        Err(SetupError::Data(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn change<T>(shared: &Shared, change: impl FnOnce(&mut World) -> T) -> T {
    wait(shared.change(change)).unwrap()
}

/// The body of an answer.
fn answer(shared: &Shared, request: &Request<'_>) -> Vec<u8> {
    let Caller::Signed(query) = request.caller else { panic!("{request:?}") };
    wait(shared.answer(request, &RawQuery::new(query), None)).unwrap().body
}

fn call(shared: &Shared, path: &str, body: &str) -> i64 {
    let query = "sdkappid=1400000000&identifier=administrator&usersig=x&random=1&contenttype=json";
    let request = Request::signed("POST", path, query, body.as_bytes());
    serde_json::from_slice::<Value>(&answer(shared, &request)).unwrap()["ErrorCode"].as_i64().unwrap()
}

fn marks(shared: &Shared, group: &str, command: u8, account: &str, mark: u32) -> i64 {
    let body = format!(
        r#"{{"GroupId":"{group}","CommandType":{command},"MemberList":[{{"Member_Account":"{account}","Marks":[{mark}]}}]}}"#
    );
    call(shared, "/v4/group_open_avchatroom_http_svc/modify_user_info", &body)
}

fn group(name: &str) -> GroupId {
    GroupId::parse(name).unwrap()
}

fn user(name: &str) -> UserId {
    UserId::parse(name).unwrap()
}

fn create(shared: &Shared, id: &str, name: &str) {
    change(shared, |world| world.create_group(group(id), GroupType::AvChatRoom, None, name.to_owned()).unwrap());
}

fn presence(shared: &Shared, presence: Presence, id: &str, accounts: &[&str]) {
    let accounts: Vec<_> = accounts.iter().map(|name| user(name)).collect();
    change(shared, |world| world.apply_presence(group(id), presence, &accounts, Initiator::Member).unwrap());
}

/// What lasts, as of now, without the system's time of day.
fn lasting(shared: &Shared) -> Value {
    let state = change(shared, |world| {
        world.tick();
        world.state.clone()
    });
    let mut state: Value = serde_json::from_slice(&wire::to_json(&state)).unwrap();
    state["clock"].as_object_mut().unwrap().remove("time_of_day");
    state
}

/// A folder with a state and some inputs behind it, and what lasts before and after the last of them.
fn some_inputs() -> (Vec<(String, Vec<u8>)>, Value, Value) {
    let folder = Temporary::new();
    let shared = open(&folder);
    create(&shared, "g", "a \"room\"\n");
    presence(&shared, Presence::Join, "g", &["u1", "u2"]);
    let before = lasting(&shared);
    assert_eq!(marks(&shared, "g", 1, "u1", 1000), 0);
    let after = lasting(&shared);
    assert_ne!(before, after);
    drop(shared);
    (folder.files(), before, after)
}

#[test]
fn a_new_folder_has_state_and_journal() {
    let folder = Temporary::new();
    let shared = open(&folder);
    assert_eq!(folder.files().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["journal-1", "state-1"]);
    create(&shared, "g", "room");
    presence(&shared, Presence::Join, "g", &["u1"]);
    assert_eq!(marks(&shared, "g", 1, "u1", 1000), 0);
    change(&shared, |world| world.advance_clock(Duration::from_millis(5)));
    // What changes nothing, and what step 5 did not let through, is not kept.
    assert_eq!(call(&shared, "/v4/group_open_http_svc/get_group_info", r#"{"GroupIdList":["g"]}"#), 0);
    assert_eq!(call(&shared, "/v4/nothing", "{}"), 60_009);
    let lines = String::from_utf8(fs::read(folder.0.join("journal-1")).unwrap()).unwrap();
    let lines: Vec<_> = lines.lines().map(|line| line.splitn(3, ' ').nth(2).unwrap()).collect();
    assert_eq!(
        lines[..5],
        [
            r#"{"do":"begin"}"#,
            r#"{"at":1000,"do":"create_group","group":"g","type":"AVChatRoom"}"#,
            r#"{"at":1000,"do":"name","group":"g","name":"room"}"#,
            r#"{"at":1000,"do":"join","group":"g","accounts":["u1"]}"#,
            r#"{"at":1000,"do":"call","as":"administrator","path":"/v4/group_open_avchatroom_http_svc/modify_user_info","raw":"{\"GroupId\":\"g\",\"CommandType\":1,\"MemberList\":[{\"Member_Account\":\"u1\",\"Marks\":[1000]}]}"}"#,
        ]
    );
    assert!(lines[5].starts_with(r#"{"at":1005,"do":"clock","clock":{"now":1005,"running":false,"#), "{}", lines[5]);
    assert_eq!(lines.len(), 6);
}

#[test]
fn a_torn_tail_costs_one_input() {
    let (files, before, after) = some_inputs();
    let (name, journal) = files.iter().find(|(name, _)| name == "journal-1").unwrap();
    let last = journal[..journal.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for end in last..=journal.len() {
        let folder = Temporary::with(&files);
        fs::write(folder.0.join(name), &journal[..end]).unwrap();
        let expected = if end == journal.len() { &after } else { &before };
        assert_eq!(&lasting(&open(&folder)), expected, "cut at {end} of {}", journal.len());
    }
    // What was cut is gone for good.
    let folder = Temporary::with(&files);
    fs::write(folder.0.join(name), &journal[..journal.len() - 1]).unwrap();
    drop(open(&folder));
    assert_eq!(lasting(&open(&folder)), before);
}

#[test]
fn a_broken_journal_is_refused_or_cut() {
    let (files, ..) = some_inputs();
    let folder = Temporary::with(&files);
    let path = folder.0.join("journal-1");
    let mut journal = fs::read(&path).unwrap();
    // Behind the head and the first input.
    let mut breaks = journal.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let second = breaks.nth(1).unwrap();
    journal[second + 30] ^= 1;
    fs::write(&path, &journal).unwrap();
    let error = refused(settings(Some(&folder)));
    assert!(matches!(&error, DataError::Broken { at, .. } if *at == second), "{error}");
    assert!(error.to_string().contains("journal-1` is broken at byte"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), journal, "nothing is touched");

    let repaired = Emulator::new(Settings { data_repair: true, ..settings(Some(&folder)) }).unwrap().shared;
    let state = lasting(&repaired);
    assert_eq!(state["app"]["groups"][0]["members"].as_array().map(Vec::len), Some(0), "{state}");
    drop(repaired);
    assert_eq!(lasting(&open(&folder)), state);
}

#[test]
fn a_new_generation_survives_any_interruption() {
    let (old, _, state) = some_inputs();
    let folder = Temporary::with(&old);
    drop(open(&folder));
    let new = folder.files();
    assert_eq!(new.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["journal-2", "state-2"]);
    let [journal_1, state_1] = [&old[0], &old[1]].map(Clone::clone);
    let [journal_2, state_2] = [&new[0], &new[1]].map(Clone::clone);
    let torn_1 = ("journal-1".to_owned(), [&journal_1.1[..], b"00000000 7 {\"at\""].concat());
    let half = ("state.new".to_owned(), state_2.1[..state_2.1.len() / 2].to_vec());
    let whole = ("state.new".to_owned(), state_2.1.clone());
    for files in [
        vec![journal_1.clone(), state_1.clone(), half],
        vec![journal_1.clone(), state_1.clone(), whole.clone()],
        vec![journal_1.clone(), state_1.clone(), whole.clone(), ("journal-2".to_owned(), Vec::new())],
        vec![journal_1.clone(), state_1.clone(), whole, journal_2.clone()],
        vec![torn_1.clone(), state_1.clone(), journal_2.clone()],
        vec![journal_1.clone(), state_1.clone(), state_2.clone(), journal_2.clone()],
        vec![state_1.clone(), state_2.clone(), journal_2.clone()],
        vec![state_2.clone(), journal_2.clone()],
    ] {
        let names: Vec<_> = files.iter().map(|(name, _)| name.clone()).collect();
        let folder = Temporary::with(&files);
        assert_eq!(lasting(&open(&folder)), state, "{names:?}");
        let left = folder.files();
        assert_eq!(left.iter().filter(|(name, _)| name != "state.new").count(), 2, "{names:?}");
    }
}

#[test]
fn the_previous_state_replaces_a_broken_one() {
    let (old, _, state) = some_inputs();
    let folder = Temporary::with(&old);
    drop(open(&folder));
    let new = folder.files();
    let mut bent = new[1].clone();
    bent.1[100] ^= 1;
    let all = [old.clone(), vec![new[0].clone(), bent.clone()]].concat();
    assert_eq!(lasting(&open(&Temporary::with(&all))), state);

    for files in [vec![new[0].clone(), bent.clone()], vec![new[0].clone()], vec![old[1].clone(), new[0].clone(), bent]]
    {
        let folder = Temporary::with(&files);
        let error = refused(settings(Some(&folder)));
        assert!(matches!(error, DataError::NoState { .. }), "{error}");
        assert_eq!(folder.files().len(), files.len(), "nothing is touched");
    }
}

#[test]
fn unreplayable_lines_are_refused_with_position() {
    let (files, ..) = some_inputs();
    let folder = Temporary::with(&files);
    let path = folder.0.join("journal-1");
    let mut journal = fs::read(&path).unwrap();
    let mut chain = record::Chain::of("journal-1");
    record::read(&journal.clone(), &mut chain);
    chain.write(&mut journal, br#"{"at":1,"do":"jion"}"#);
    fs::write(&path, &journal).unwrap();
    let error = refused(settings(Some(&folder)));
    assert!(error.to_string().contains("line 6 of") && error.to_string().contains("`do` is `jion`"), "{error}");
}

#[test]
fn a_folder_has_one_emulator() {
    let folder = Temporary::new();
    let first = open(&folder);
    let error = refused(settings(Some(&folder)));
    assert!(matches!(error, DataError::InUse { .. }), "{error}");
    drop(first);
    open(&folder);
}

#[test]
fn where_nothing_can_be_kept_nothing_is_accepted() {
    let folder = Temporary::new();
    let shared = open(&folder);
    create(&shared, "g", "");
    fs::remove_dir_all(&folder.0).unwrap();
    // A new generation cannot be begun in a folder that is gone.
    let error = wait(shared.change(|world| world.reset(&shared.settings))).unwrap_err().to_string();
    assert!(error.contains("can no longer be kept") && error.contains("state.new"), "{error}");
    let request = Request::signed("POST", "/v4/x", "", b"");
    let query = RawQuery::new("");
    assert!(wait(shared.answer(&request, &query, None)).is_err());
    assert!(wait(shared.change(|_| ())).is_err());
}

#[test]
fn a_clock_goes_on_from_where_it_was() {
    let folder = Temporary::new();
    let with = |clock: Clock| Settings { clock, ..settings(Some(&folder)) };
    let shared = Emulator::new(with(Clock::system())).unwrap().shared;
    change(&shared, |world| world.advance_clock(Duration::from_secs(259_200)));
    let before = shared.lock().now();
    drop(shared);
    let shared = Emulator::new(with(Clock::system())).unwrap().shared;
    let clock = shared.lock().state.clock.clone();
    assert!(clock.now() >= before && clock.is_running());
    change(&shared, |world| world.run_clock(false));
    let stood = shared.lock().now();
    drop(shared);
    let shared = Emulator::new(with(Clock::system())).unwrap().shared;
    let clock = shared.lock().state.clock.clone();
    assert_eq!((clock.now(), clock.is_running()), (stood, false));
}

#[test]
fn stored_settings_override_given_ones() {
    let folder = Temporary::new();
    let mut given = settings(Some(&folder));
    given.app.key = Some(avmarks_protocol::secret::SecretKey::new("topsecret").unwrap());
    let shared = Emulator::new(given).unwrap().shared;
    change(&shared, |world| {
        let mut settings = world.state.app.settings().clone();
        settings.admins = ["boss".to_owned()].into();
        settings.terms.limits.marks_per_group_max = 3;
        world.configure(settings);
    });
    drop(shared);
    assert!(folder.files().iter().all(|(_, bytes)| !String::from_utf8_lossy(bytes).contains("topsecret")));
    let shared = open(&folder);
    let kept = shared.lock().state.app.settings().clone();
    assert_eq!(
        (kept.terms.limits.marks_per_group_max, kept.admins.contains("boss"), kept.key.is_none()),
        (3, true, true)
    );
    change(&shared, |world| world.reset(&shared.settings));
    drop(shared);
    assert_eq!(open(&folder).lock().state.app.settings().terms.limits.marks_per_group_max, 10);
}

#[test]
fn a_lowered_group_limit_allows_starting() {
    let folder = Temporary::new();
    let shared = open(&folder);
    create(&shared, "a", "");
    let body = r#"{"Type":"AVChatRoom","Name":"b"}"#;
    assert_eq!(call(&shared, "v4/group_open_http_svc/create_group", body), 0);
    drop(shared);
    let shared = Emulator::new(Settings { groups_max: 1, ..settings(Some(&folder)) }).unwrap().shared;
    assert_eq!(shared.lock().state.app.groups().len(), 2);
    assert_eq!(call(&shared, "v4/group_open_http_svc/create_group", body), 10_036);
}
