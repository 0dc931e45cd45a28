//! Stubs: answers that a user has set for a path, instead of rules. A stub is answered behind steps 1 to 4 of the
//! precedence, changes nothing, and is named a stub in the log.

use std::collections::BTreeMap;

use avmarks_protocol::internal::envelope_json;
use avmarks_protocol::{Envelope, ErrorCode};

use crate::calls::is_emulated;
use crate::settings::Settings;

/// An answer for a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stub {
    /// The answer, as it is sent.
    pub(crate) body: Vec<u8>,
    /// How many calls it still answers; all, without a number.
    pub(crate) times: Option<u64>,
}

/// The stubs of an emulator.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stubs {
    /// By path, without a slash in front.
    by_path: BTreeMap<String, Stub>,
    /// Whether a path that nothing answers is answered `OK` with the bare envelope.
    pub(crate) unknown_ok: bool,
}

impl Stub {
    /// The bare envelope with this code.
    pub(crate) fn of_code(code: i64) -> Vec<u8> {
        match code {
            0 => envelope_json(&Envelope::ok()),
            code => envelope_json(&Envelope::fail(ErrorCode::new(code), "answered by a stub")),
        }
    }
}

impl Stubs {
    /// Those that an emulator is set up with.
    pub(crate) fn of(settings: &Settings) -> Self {
        let mut stubs = Self { unknown_ok: settings.stub_unknown_ok, ..Self::default() };
        for (path, body) in &settings.stubs {
            stubs.put(path, Stub { body: body.clone(), times: None });
        }
        stubs
    }

    /// How many there may be at once.
    pub(crate) const MAX: usize = 1_000;

    /// Puts a stub in the place of the one for this path; whether there was room for it.
    pub(crate) fn put(&mut self, path: &str, stub: Stub) -> bool {
        let path = plain(path);
        let fits = self.by_path.len() < Self::MAX || self.by_path.contains_key(path);
        if fits {
            self.by_path.insert(path.to_owned(), stub);
        }
        fits
    }

    pub(crate) fn clear(&mut self) {
        self.by_path.clear();
    }

    /// By path, without a slash in front.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Stub)> {
        self.by_path.iter().map(|(path, stub)| (path.as_str(), stub))
    }

    /// Whether there is a stub for this path, or it is one that nothing answers and that is acknowledged then.
    pub(crate) fn answers(&self, path: &str) -> bool {
        self.by_path.contains_key(plain(path)) || (self.unknown_ok && !is_emulated(path))
    }

    /// The answer of the stub for this path, once less from now on.
    pub(crate) fn take(&mut self, path: &str) -> Option<Vec<u8>> {
        let path = plain(path);
        let Some(stub) = self.by_path.get_mut(path) else {
            return (self.unknown_ok && !is_emulated(path)).then(|| Stub::of_code(0));
        };
        let body = stub.body.clone();
        if let Some(times) = &mut stub.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.by_path.remove(path);
            }
        }
        Some(body)
    }
}

/// Without the slash in front, as the API takes paths with and without one.
fn plain(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}
