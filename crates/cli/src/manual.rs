//! `avmarks completions` and `avmarks man`: what shells and manuals need.

use std::fs;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::error::Error;
use crate::input::Shown;
use crate::output::{self, Verdict};

pub(crate) fn completions(args: &CompletionsArgs) -> Result<Verdict, Error> {
    // Into memory first: written straight to an output that is closed, it would panic.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "avmarks", &mut script);
    output::print_raw(&script)?;
    Ok(Verdict::Accepted)
}

pub(crate) fn pages(args: &ManArgs) -> Result<Verdict, Error> {
    let command = Cli::command();
    match &args.out {
        Some(folder) => {
            let written = fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
            written.map_err(|fault| Error::Pages { what: Shown(folder).to_string(), fault })?;
        }
        None => {
            let mut page = Vec::new();
            Man::new(command).render(&mut page).map_err(Error::Output)?;
            output::print_raw(&page)?;
        }
    }
    Ok(Verdict::Accepted)
}
