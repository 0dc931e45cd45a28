//! How a world is loaded from its folder, and how it persists each input.

use std::sync::Arc;

use avmarks_service::App;
use avmarks_spec::Excerpt;

use super::World;
use crate::authorized_call::AuthorizedCall;
use crate::calls::{self, Terms};
use crate::capacity::Capacity;
use crate::journal::{self, Commit, DataError, Journal, KeptJournal, Loaded, NotPersisted, OwnLine, Record};
use crate::log::Log;
use crate::settings::Settings;
use crate::state::State;
use crate::stubs::Stubs;
use crate::webhooks::Outbox;

impl World {
    /// A world as `settings` say; with [`Settings::data`], as it was when it ended. What the folder says of the app goes before
    /// what the settings say, because it was answered; the signing key alone is never persisted.
    pub(crate) fn open(settings: &Settings, outbox: Arc<Outbox>) -> Result<Self, DataError> {
        let mut world = Self {
            state: State::new(App::new(settings.app.clone()), settings.clock.clone()),
            log: Log::new(settings.log_entries_max),
            faults: Arc::default(),
            stubs: Stubs::of(settings),
            capacity: Capacity { groups_max: settings.groups_max, members_max: settings.members_max },
            resumed: false,
            strict: settings.strict,
            outbox,
            journal: None,
            start: None,
        };
        let Some(path) = &settings.data else { return Ok(world) };
        let Loaded { folder, state, journals } = journal::load(path, settings.data_repair)?;
        if let Some(state) = state {
            world.restore(state);
            world.resumed = true;
            world.take_in(journals, settings.data_repair)?;
            // A clock that was moved on is never behind what has happened.
            world.state.clock.set(world.state.app.now());
            world.stay_strict();
            world.warn_of_other_settings(&settings.app);
        }
        world.journal = Some(Journal::start(folder, &world.state, settings.journal_bytes_max)?);
        Ok(world)
    }

    /// Takes in one line after the other. With `repair`, the first that cannot be taken in ends it.
    fn take_in(&mut self, journals: Vec<KeptJournal>, repair: bool) -> Result<(), DataError> {
        for KeptJournal { path, lines } in journals {
            for (at, line) in lines.iter().enumerate() {
                let Err(what) = self.replay(line) else { continue };
                // The first line of the file is its head.
                let error = DataError::Input { path, line: at + 2, what };
                if !repair {
                    return Err(error);
                }
                tracing::warn!(%error, "that line and all behind it are given up as asked for; answered inputs are lost");
                return Ok(());
            }
        }
        Ok(())
    }

    /// Takes a line in that was taken in once before, and was let through then: how many groups and members there may be now
    /// does not matter. Where it cannot be taken in, nothing is changed.
    fn replay(&mut self, text: &str) -> Result<(), String> {
        match Record::parse(text, &self.state.app.settings().terms.policy)? {
            Record::Own(OwnLine::Clock(clock)) => self.state.clock = clock,
            Record::Own(OwnLine::Name { group, name }) => self.state.groups.entry(group).or_default().name = name,
            Record::Own(OwnLine::GroupCall { at, identifier, path, body, strict }) => {
                let asked = AuthorizedCall { identifier: &identifier, path: &path, body: body.as_bytes() };
                let terms = Terms { capacity: Capacity::UNLIMITED, strict, discards: false };
                let is_change =
                    calls::of(&path).is_some_and(|call| calls::answer(&mut self.state, terms, call, &asked, at).1);
                if !is_change {
                    return Err(format!("`{}` does not change anything", Excerpt(&path)));
                }
            }
            Record::Scenario(line) => {
                self.state.run(line, 0);
            }
        }
        Ok(())
    }

    fn warn_of_other_settings(&self, given: &avmarks_service::Settings) {
        let kept = self.state.app.settings();
        let differs = [
            ("sdkappid", kept.sdkappid != given.sdkappid),
            ("admins", kept.admins != given.admins),
            ("policy", kept.terms.policy != given.terms.policy),
            ("limits", kept.terms.limits != given.terms.limits),
            (
                "plan and switch",
                (kept.terms.marks_supported, kept.terms.online_list_enabled)
                    != (given.terms.marks_supported, given.terms.online_list_enabled),
            ),
        ];
        let names: Vec<_> = differs.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect();
        if !names.is_empty() {
            tracing::warn!(
                settings = names.join(", "),
                "the folder holds other settings than those given, and its own are in force; change them with \
                 `PATCH /_avmarks/settings`, or take those given with `POST /_avmarks/reset`"
            );
        }
    }

    /// Persists an input as a line, once it is taken in: a new generation that begins here begins with all that it brought.
    pub(crate) fn persist(&mut self, line: impl FnOnce() -> Vec<u8>) {
        let Some(journal) = &mut self.journal else { return };
        let line = line();
        // What the next start could not take in is persisted as a part of the whole state.
        let policy = self.state.app.settings().terms.policy;
        let readable = std::str::from_utf8(&line).map_err(|error| error.to_string());
        match readable.and_then(|text| Record::parse(text, &policy).map(drop)) {
            Ok(()) => journal.append(&line),
            Err(error) => {
                tracing::error!(%error, "an input cannot be written as a line; the whole state is written instead");
                return self.persist_all();
            }
        }
        if journal.is_full() {
            self.persist_all();
        }
    }

    /// Persists inputs that were taken in one after the other. No generation begins between them: it would have what the
    /// later ones brought, and they would be taken in again.
    pub(super) fn persist_lines(&mut self, lines: &[&str]) {
        let Some(journal) = &mut self.journal else { return };
        lines.iter().for_each(|line| journal.append(line.as_bytes()));
        if journal.is_full() {
            self.persist_all();
        }
    }

    /// Persists the whole state, after a change that no line describes.
    pub(super) fn persist_all(&mut self) {
        if let Some(journal) = &mut self.journal {
            journal.begin(self.state.clone());
        }
    }

    /// What waits until everything so far is persisted.
    pub(crate) fn commit(&self) -> Commit {
        self.journal.as_ref().map_or(Commit::NONE, Journal::commit)
    }

    /// Whether anything is accepted.
    pub(crate) fn accepts(&self) -> Result<(), NotPersisted> {
        self.journal.as_ref().and_then(Journal::failed).map_or(Ok(()), Err)
    }
}
