//! Missing, moved or changed records are reported, and nothing is answered that is not on the disk.

use super::*;

/// A folder whose emulator was stopped, with what it has.
fn stopped() -> (Temporary, Value) {
    let folder = Temporary::new();
    let shared = open(&folder);
    create(&shared, "g", "");
    presence(&shared, Presence::Join, "g", &["u1"]);
    presence(&shared, Presence::Join, "g", &["u2"]);
    let state = lasting(&shared);
    drop(shared);
    (folder, state)
}

/// The records of the journal.
fn records(folder: &Temporary) -> Vec<Vec<u8>> {
    let journal = fs::read(folder.0.join("journal-1")).unwrap();
    journal.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn write(folder: &Temporary, records: &[Vec<u8>]) {
    fs::write(folder.0.join("journal-1"), records.concat()).unwrap();
}

fn repaired(folder: &Temporary) -> Value {
    lasting(&Emulator::new(Settings { data_repair: true, ..settings(Some(folder)) }).unwrap().shared)
}

#[test]
fn a_record_missing_after_a_stop_is_told() {
    let (folder, state) = stopped();
    let all = records(&folder);
    assert_eq!(all.len(), 4);
    for kept in 1..all.len() {
        write(&folder, &all[..kept]);
        let error = refused(settings(Some(&folder)));
        assert!(matches!(error, DataError::Changed { .. }), "{kept}: {error}");
    }
    // Half a record.
    write(&folder, &[all[..3].concat(), all[3][..20].to_vec()]);
    let error = refused(settings(Some(&folder)));
    assert!(matches!(error, DataError::Changed { .. }), "{error}");
    assert!(error.to_string().contains("bytes when the emulator stopped"), "{error}");
    let rest = repaired(&folder);
    assert_eq!(rest["app"]["groups"][0]["members"].as_array().map(Vec::len), Some(1), "{rest}");
    // With all of them, nothing is told.
    let (folder, _) = stopped();
    assert_eq!(lasting(&open(&folder)), state);
}

#[test]
fn a_record_out_of_its_place_is_told() {
    let (folder, _) = stopped();
    let all = records(&folder);
    for order in [&[0, 2, 3][..], &[0, 1, 3], &[1, 2, 3], &[0, 2, 1, 3], &[0, 1, 1, 2, 3], &[0, 1, 2, 3, 3]] {
        write(&folder, &order.iter().map(|at| all[*at].clone()).collect::<Vec<_>>());
        let error = refused(settings(Some(&folder)));
        assert!(matches!(error, DataError::Broken { .. }), "{order:?}: {error}");
    }
}

#[test]
fn a_journal_without_its_beginning_is_told() {
    // No mark of a stop: as if the process had been killed.
    let (folder, _) = stopped();
    fs::write(folder.0.join("lock"), "").unwrap();
    write(&folder, &[]);
    assert!(matches!(refused(settings(Some(&folder))), DataError::Broken { at: 0, .. }));
    fs::remove_file(folder.0.join("journal-1")).unwrap();
    let error = refused(settings(Some(&folder)));
    assert!(matches!(error, DataError::NoState { .. }) && error.to_string().contains("`journal-1`"), "{error}");
    let state = repaired(&folder);
    assert_eq!(state["app"]["groups"], serde_json::json!([]));
}

#[test]
fn the_last_generation_is_refused_with_its_name() {
    let folder = Temporary::new();
    drop(open(&folder));
    let last = u64::MAX;
    for (kind, line) in [("state", None), ("journal", Some(r#"{"do":"begin"}"#))] {
        let state = fs::read_to_string(folder.0.join("state-1")).unwrap();
        let line = line.unwrap_or_else(|| state.trim_end().splitn(3, ' ').nth(2).unwrap());
        let mut record = Vec::new();
        record::Chain::of(&format!("{kind}-{last}")).write(&mut record, line.as_bytes());
        fs::write(folder.0.join(format!("{kind}-{last}")), record).unwrap();
    }
    let error = refused(settings(Some(&folder)));
    assert!(matches!(&error, DataError::LastGeneration { .. }), "{error}");
    assert!(
        error.to_string().contains("`state-18446744073709551615`")
            || error.to_string().contains("/state-18446744073709551615"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _) = stopped();
    let shared = open(&folder);
    change(&shared, |world| world.reset(&shared.settings));
    for entry in fs::read_dir(&folder.0).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
    }
}

#[cfg(unix)]
#[test]
fn a_removed_file_stops_the_answers() {
    type Take = fn(&Path);
    let takes: [(&str, Take); 4] = [
        ("journal-1", |folder| fs::remove_file(folder.join("journal-1")).unwrap()),
        ("lock", |folder| fs::remove_file(folder.join("lock")).unwrap()),
        ("journal-1", |folder| {
            fs::copy(folder.join("journal-1"), folder.join("copy")).unwrap();
            fs::rename(folder.join("copy"), folder.join("journal-1")).unwrap();
        }),
        ("lock", |folder| {
            fs::remove_dir_all(folder).unwrap();
            fs::create_dir(folder).unwrap();
        }),
    ];
    for (name, take) in takes {
        let folder = Temporary::new();
        let shared = open(&folder);
        create(&shared, "g", "");
        take(&folder.0);
        let error = wait(shared.change(|world| world.destroy_group(group("g")))).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("was removed"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_without_its_lock_is_still_taken() {
    let folder = Temporary::new();
    let first = open(&folder);
    fs::remove_file(folder.0.join("lock")).unwrap();
    let error = refused(settings(Some(&folder)));
    assert!(matches!(error, DataError::InUse { .. }), "{error}");
    drop(first);
}

#[test]
fn unreplayable_inputs_are_stored_as_state() {
    let folder = Temporary::new();
    let shared = open(&folder);
    create(&shared, "g", "");
    change(&shared, |world| world.persist(|| br#"{"at":9007199254740992,"do":"tick"}"#.to_vec()));
    presence(&shared, Presence::Join, "g", &["u1"]);
    let state = lasting(&shared);
    drop(shared);
    assert!(folder.files().iter().any(|(name, _)| name == "state-2"));
    assert_eq!(lasting(&open(&folder)), state);
}
