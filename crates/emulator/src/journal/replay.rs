//! Taking in again what a folder holds.

use std::path::Path;

use avmarks_service::{App, Call, LineError, Scenario, Settings};
use avmarks_spec::{Excerpt, GroupId, Timestamp};

use super::folder::{Kept, KeptJournal};
use super::line::{CallLine, ClockLine, Head, NameLine};
use super::{DataError, Folder, Journal, State};
use crate::calls;
use crate::world::World;

impl World {
    /// Takes in what the folder holds, and keeps there what comes. What the folder says of the app goes before what this world
    /// was set up with, for it was answered; the signing key alone is never kept.
    pub(crate) fn keep_in(&mut self, folder: &Path, repair: bool, bytes_max: usize) -> Result<(), DataError> {
        let folder = Folder::open(folder)?;
        if let Some(Kept { state, journals }) = folder.read(repair)? {
            let given = self.app.settings().clone();
            self.restore(state);
            self.goes_on = true;
            self.take_in(journals, repair)?;
            // A clock that was moved on is never behind what has happened.
            self.clock.set(self.app.latest());
            self.stay_strict();
            self.warn_of_other(&given);
        }
        self.journal = Some(Journal::start(folder, &self.state(), bytes_max)?);
        Ok(())
    }

    /// What lasts of it.
    pub(crate) fn state(&self) -> State {
        let (app, clock, groups) = (self.app.clone(), self.clock.clone(), self.groups.clone());
        State { app, clock, groups, calls: self.calls.clone(), assigned: self.assigned }
    }

    fn restore(&mut self, state: State) {
        let State { mut app, clock, groups, calls, assigned } = state;
        self.calls = calls;
        let key = self.app.settings().key.clone();
        let mut settings = app.settings().clone();
        settings.key = key;
        app.configure(settings);
        (self.app, self.clock, self.groups, self.assigned) = (app, clock, groups, assigned);
    }

    /// Takes in one line after the other. With `repair`, the first that cannot be taken in ends it.
    fn take_in(&mut self, journals: Vec<KeptJournal>, repair: bool) -> Result<(), DataError> {
        for KeptJournal { path, lines } in journals {
            for (at, line) in lines.iter().enumerate() {
                let Err(what) = self.replay(line) else { continue };
                let fault = DataError::Input { path, line: at + 1, what };
                if !repair {
                    return Err(fault);
                }
                tracing::warn!(%fault, "that line and all behind it are given up as asked for; answered inputs are lost");
                return Ok(());
            }
        }
        Ok(())
    }

    /// Takes a line in that was taken in once before, and was let through then: how many groups and members there may be now
    /// does not matter. Where it cannot be taken in, nothing is changed.
    fn replay(&mut self, line: &str) -> Result<(), String> {
        let head: Head<'_> = serde_json::from_str(line).map_err(|fault| fault.to_string())?;
        match &*head.r#do {
            "clock" => {
                let line: ClockLine<'_> = serde_json::from_str(line).map_err(|fault| fault.to_string())?;
                self.clock = line.clock.into();
            }
            "name" => {
                let line: NameLine<'_> = serde_json::from_str(line).map_err(|fault| fault.to_string())?;
                let group = GroupId::parse(&line.group).map_err(|fault| fault.to_string())?;
                self.groups.entry(group).or_default().name = line.name;
            }
            "group_call" => {
                let line: CallLine<'_> = serde_json::from_str(line).map_err(|fault| fault.to_string())?;
                let CallLine { at, identifier, path, raw, .. } = &line;
                let call =
                    calls::Call::of(path).ok_or_else(|| format!("`{}` is no call about groups", Excerpt(path)))?;
                let asked = Call { identifier, path, body: raw.as_bytes() };
                let groups_max = std::mem::replace(&mut self.groups_max, usize::MAX);
                calls::answer(self, call, &asked, Timestamp::from_millis(*at));
                self.groups_max = groups_max;
            }
            _ => self.step(line)?,
        }
        Ok(())
    }

    fn step(&mut self, line: &str) -> Result<(), String> {
        let app = std::mem::replace(&mut self.app, App::new(Settings::default()));
        let mut scenario = Scenario::new(app);
        let stepped = scenario.step(line).map_err(|LineError { what, .. }| what);
        self.app = scenario.into_app();
        let at = self.app.latest();
        self.keep_groups(at, &stepped?.happenings);
        Ok(())
    }

    fn warn_of_other(&self, given: &Settings) {
        let kept = self.app.settings();
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
}
