//! `avmarks replay`: a conversation with the service, line by line.

use std::io::{self, BufWriter, Write};

use avmarks_service::{App, Settings, scenario::Scenario};

use crate::args::ReplayArgs;
use crate::error::Error;
use crate::input::{Lines, not_both_stdin};
use crate::output::Verdict;
use crate::save::Save;

/// Answers every line, then saves. Of a conversation that ends in an error, all answers before it are printed, and
/// nothing is saved.
pub(crate) fn run(args: &ReplayArgs) -> Result<Verdict, Error> {
    not_both_stdin(Some(&args.file), args.state.as_ref())?;
    let save = args.save.as_deref().map(|path| Save::to("snapshot", path, [&args.file])).transpose()?;
    let mut app = match &args.state {
        Some(snapshot) => snapshot.read_app()?,
        None => App::new(Settings::default()),
    };
    args.policy.configure(&mut app);
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
        // Who reads the output has read enough.
        (Err(error), None) if error.is_closed_pipe() => {}
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
        let answer = scenario.answer(line);
        let mut answer = answer.map_err(|error| Error::Line { place: lines.place(), what: error.message })?;
        answer.push(b'\n');
        out.write_all(&answer).map_err(Error::Output)?;
    }
}
