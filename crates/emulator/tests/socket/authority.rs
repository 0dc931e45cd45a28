//! The authority's files.

use std::fs;
use std::path::PathBuf;
use std::sync::Barrier;

use avmarks_emulator::Authority;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("avmarks-authority-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        Self(folder)
    }

    fn key(&self) -> PathBuf {
        self.0.join(Authority::KEY_FILE)
    }

    fn certificate(&self) -> PathBuf {
        self.0.join(Authority::CERTIFICATE_FILE)
    }

    fn error(&self) -> String {
        Authority::load_or_make(&self.0).unwrap_err().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn it_is_made_once_and_found_again() {
    let folder = Folder::new("again");
    let made = Authority::load_or_make(&folder.0).unwrap();
    assert_eq!(fs::read_to_string(folder.certificate()).unwrap(), made.pem());
    assert_eq!(Authority::load_or_make(&folder.0).unwrap().pem(), made.pem());
    // The certificate follows from the other file.
    fs::remove_file(folder.certificate()).unwrap();
    assert_eq!(Authority::load_or_make(&folder.0).unwrap().pem(), made.pem());
    assert_eq!(fs::read_to_string(folder.certificate()).unwrap(), made.pem());
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 2, "nothing unfinished is left");
    assert!(!format!("{made:?}").contains("PRIVATE"));
    assert!(!fs::read_to_string(folder.certificate()).unwrap().contains("PRIVATE"));
}

#[cfg(unix)]
#[test]
fn the_key_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("mode");
    Authority::load_or_make(&folder.0).unwrap();
    assert_eq!(fs::metadata(folder.key()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn many_that_start_at_once_agree() {
    let folder = Folder::new("race");
    let barrier = Barrier::new(8);
    let pems: Vec<String> = std::thread::scope(|scope| {
        let start = || {
            barrier.wait();
            Authority::load_or_make(&folder.0).unwrap().pem().to_owned()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(pems.iter().all(|pem| *pem == pems[0]));
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 2);
}

#[test]
fn foreign_files_are_not_overwritten() {
    let folder = Folder::new("else");
    let other = Folder::new("other");
    Authority::load_or_make(&folder.0).unwrap();
    Authority::load_or_make(&other.0).unwrap();
    let good = fs::read_to_string(folder.key()).unwrap();
    let (key, certificate) = good.split_at(good.find("-----BEGIN CERTIFICATE").unwrap());
    let of_other = fs::read_to_string(other.certificate()).unwrap();
    for (text, wrong) in [
        (String::new(), "holds no certificate"),
        ("not PEM at all".to_owned(), "holds no certificate"),
        (certificate.to_owned(), "holds no key"),
        (key.to_owned(), "holds no certificate"),
        (format!("{key}{of_other}"), "a certificate that is not that of its key"),
        (format!("{key}-----BEGIN CERTIFICATE-----\nAAAA\n"), "holds no certificate"),
    ] {
        fs::write(folder.key(), &text).unwrap();
        let error = folder.error();
        assert!(error.contains(wrong) && error.contains("avmarks-ca.key.pem"), "{text:?}: {error}");
        assert_eq!(fs::read_to_string(folder.key()).unwrap(), text, "nothing is written over");
    }
    fs::write(folder.key(), &good).unwrap();
    fs::write(folder.certificate(), &of_other).unwrap();
    assert!(folder.error().contains("does not hold the certificate of the key beside it"), "{}", folder.error());
    fs::write(folder.key(), [0xff, 0xfe]).unwrap();
    assert!(folder.error().contains("is not UTF-8 text"));
}

#[test]
fn a_folder_that_cannot_be_had_is_named() {
    let folder = Folder::new("file");
    fs::write(&folder.0, "a file").unwrap();
    assert!(folder.error().contains(&folder.0.display().to_string()));
    fs::remove_file(&folder.0).unwrap();
}
