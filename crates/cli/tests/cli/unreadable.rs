//! Input that cannot be read: one line of error, status 2, nothing half done.

use crate::run::{avmarks, avmarks_with, data, file, folder, gibibyte};

#[test]
fn a_missing_file_is_named() {
    let folder = folder("unreadable");
    let (there, missing) = (folder.to_str().unwrap().to_owned(), folder.join("no\nsuch").to_str().unwrap().to_owned());
    let body = data("vendor_set.json");
    for (name, part) in [(&there, "is a directory"), (&missing, "does not exist")] {
        for arguments in [
            &["check", name][..],
            &["check", "--json", name],
            &["replay", name],
            &["check", &body, "--state", name],
            &["replay", "-", "--state", name],
        ] {
            let run = avmarks(arguments);
            assert!(run.error().contains(part) && run.error().contains("unreadable"), "{arguments:?}: {run:?}");
        }
    }
}

#[test]
fn an_empty_file_name_is_reported() {
    let who = ["--sdkappid", "1", "--identifier", "a"];
    for arguments in [
        &["check", ""][..],
        &["replay", ""],
        &["check", "-", "--state", ""],
        &["usersig", "explain", "--sig-file", ""],
        &[&["usersig", "sign", "--key-file", ""], &who[..]].concat(),
    ] {
        assert_eq!(avmarks(arguments).error(), "the name of the file is empty; give one", "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let locked = file(&folder("locked"), "locked.json", "{}");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&locked).is_ok() {
        // Who runs this may read everything.
        return;
    }
    for arguments in [["check", &locked], ["replay", &locked]] {
        assert!(avmarks(&arguments).error().contains("cannot be read: permission denied"));
    }
}

#[test]
fn too_large_a_body_is_not_read() {
    let folder = folder("huge");
    let huge = gibibyte(&folder);
    let run = avmarks(&["check", &huge]);
    assert_eq!((run.status, run.out.lines().next(), run.err.as_str()), (1, Some("refused"), ""));
    assert!(
        run.out.contains("the body has more than the 1048576 bytes that are read") && run.out.contains("60002"),
        "{run:?}"
    );
    let found = avmarks(&["check", "--json", &huge]).json();
    assert_eq!((&found["answer"]["ErrorCode"], found["violations"].as_array().unwrap().len()), (&60002.into(), 1));
    assert_eq!(found["because"][0], "gap:http-codes");

    let state = folder.join("app.json").to_str().unwrap().to_owned();
    assert_eq!(avmarks(&["replay", "-", "--save", &state]).status, 0);
    assert_eq!(avmarks(&["check", "--json", "--state", &state, &huge]).json()["violations"], found["violations"]);
}

#[test]
fn the_limit_itself_is_no_matter() {
    let good = r#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#;
    let padded = |bytes: usize| format!("{good}{}", " ".repeat(bytes - good.len()));
    assert_eq!(avmarks_with(&["check", "-"], padded(1 << 20).as_bytes()).status, 0);
    let over = avmarks_with(&["check", "-"], padded((1 << 20) + 1).as_bytes());
    assert_eq!(over.status, 1);
    assert!(over.out.contains("the body has more than the 1048576 bytes that are read"), "{over:?}");
}

#[test]
fn other_files_of_a_gibibyte_are_refused() {
    let folder = folder("gibibyte");
    let huge = gibibyte(&folder);
    assert!(avmarks(&["check", "-", "--state", &huge]).error().contains("not a snapshot"));
    assert!(avmarks(&["replay", &huge]).error().contains("` line 1: it has more than 16777216 bytes"));
    let who = ["--sdkappid", "1", "--identifier", "a"];
    assert!(avmarks(&[&["usersig", "sign", "--key-file", &huge], &who[..]].concat()).error().contains("65536 bytes"));
    assert!(avmarks(&["usersig", "explain", "--sig-file", &huge]).error().contains("1048576 bytes"));
}

#[test]
fn standard_input_serves_one_purpose_at_a_time() {
    for arguments in [["check", "-", "--state", "-"], ["replay", "-", "--state", "-"]] {
        assert!(avmarks(&arguments).error().contains("two inputs are standard input"));
    }
}
