//! `avmarks replay`: a conversation with the service, line by line.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use avmarks_service::{App, Scenario, Settings};

use crate::args::ReplayArgs;
use crate::error::Error;
use crate::input::{Lines, Shown, not_both_stdin};
use crate::output::Verdict;

/// Answers every line, then saves. Of a conversation that ends in an error, all answers before it are printed, and
/// nothing is saved.
pub(crate) fn run(args: &ReplayArgs) -> Result<Verdict, Error> {
    not_both_stdin(Some(&args.file), args.state.as_ref())?;
    let mut app = match &args.state {
        Some(snapshot) => snapshot.read_app()?,
        None => App::new(Settings::default()),
    };
    args.policy.configure(&mut app);
    let save = args.save.as_deref().map(Save::to).transpose()?;
    let mut lines = args.file.lines()?;
    let mut scenario = Scenario::new(app);
    let ended = {
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let ended = answer(&mut scenario, &mut lines, &mut out);
        ended.and(out.flush().map_err(Error::Output))
    };
    match (ended, save) {
        (Ok(()), Some(save)) => save.write(&scenario.app().snapshot())?,
        (Err(error), Some(_)) if error.is_closed_pipe() => return Err(Error::NotSaved),
        (ended, _) => ended?,
    }
    Ok(Verdict::Accepted)
}

/// Answers line by line. Nothing waits in `out` while a line is waited for.
fn answer(scenario: &mut Scenario, lines: &mut Lines, out: &mut impl Write) -> Result<(), Error> {
    loop {
        if !lines.has_next() {
            out.flush().map_err(Error::Output)?;
        }
        let Some(line) = lines.next_line()? else { return Ok(()) };
        let mut answer = scenario.answer(line).map_err(Error::Line)?;
        answer.push(b'\n');
        out.write_all(&answer).map_err(Error::Output)?;
    }
}

/// Where the snapshot goes: written beside its place, then moved there, so that no half of one is ever seen.
struct Save {
    target: PathBuf,
    beside: PathBuf,
}

impl Save {
    /// Looks before the work is done whether its result will find a place.
    fn to(target: &Path) -> Result<Self, Error> {
        let fault = |why| Error::SaveTarget { what: Shown(target).to_string(), why };
        if target == Path::new("-") {
            return Err(fault("standard output is for the answers; name a file"));
        }
        if target.is_dir() {
            return Err(fault("it is a directory; name a file in it"));
        }
        let Some(name) = target.file_name() else { return Err(fault("it is no name of a file; give one")) };
        let folder = target.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(fault("its directory does not exist; make it first"));
        }
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.tmp", std::process::id()));
        Ok(Self { target: target.to_owned(), beside: folder.join(hidden) })
    }

    fn write(&self, snapshot: &[u8]) -> Result<(), Error> {
        let written = self.write_beside(snapshot).and_then(|()| fs::rename(&self.beside, &self.target));
        written.map_err(|fault| {
            // It may not be there at all.
            let _ = fs::remove_file(&self.beside);
            Error::Save { what: Shown(&self.target).to_string(), fault }
        })
    }

    fn write_beside(&self, snapshot: &[u8]) -> io::Result<()> {
        let mut file = File::create(&self.beside)?;
        file.write_all(snapshot)?;
        file.sync_all()
    }
}
