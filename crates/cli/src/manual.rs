//! `avmarks completions` and `avmarks man`: what shells and manuals need.

use std::path::Path;
use std::{fs, io};

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::error::Error;
use crate::input::ShownPath;
use crate::output::{self, Verdict};

pub(crate) fn completions(args: &CompletionsArgs) -> Result<Verdict, Error> {
    if args.json {
        return Err(Error::NoJson { command: "completions" });
    }
    // Into memory first: written straight to an output that is closed, it would panic.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "avmarks", &mut script);
    output::print_raw(&script)?;
    Ok(Verdict::Accepted)
}

pub(crate) fn pages(args: &ManArgs) -> Result<Verdict, Error> {
    if args.json {
        return Err(Error::NoJson { command: "man" });
    }
    // The help of help has no page.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    match args.out.as_deref() {
        Some(folder) if folder.as_os_str().is_empty() => return Err(Error::NamelessFolder),
        Some(folder) if folder.is_file() => return Err(Error::PagesFile { what: ShownPath(folder).to_string() }),
        Some(folder) => {
            let written = fs::create_dir_all(folder).and_then(|()| write_all(&command, folder));
            written.map_err(|error| Error::Pages { what: ShownPath(folder).to_string(), error })?;
        }
        None => output::print_raw(&page(&command).map_err(Error::Output)?)?,
    }
    Ok(Verdict::Accepted)
}

/// Writes the page of the command and of every command below it.
fn write_all(command: &Command, folder: &Path) -> io::Result<()> {
    for below in command.get_subcommands() {
        write_all(below, folder)?;
    }
    fs::write(folder.join(Man::new(command.clone()).get_filename()), page(command)?)
}

/// The page of a command: as `Man::render` makes it, with a section for each block of the text after the help.
fn page(command: &Command) -> io::Result<Vec<u8>> {
    let man = Man::new(command.clone()).source(concat!("avmarks ", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(after) = command.get_after_long_help() {
        sections(&after.to_string()).to_writer(&mut page)?;
    }
    if command.get_version().is_some() {
        man.render_version_section(&mut page)?;
    }
    Ok(page)
}

/// Blocks with a blank line between them: a heading with a colon, and lines that stay as they are.
fn sections(text: &str) -> Roff {
    let mut roff = Roff::new();
    for block in text.split("\n\n") {
        let (heading, lines) = block.split_once(":\n").unwrap_or(("Notes", block));
        roff.control("SH", [heading.to_uppercase().as_str()]).control("nf", []);
        for line in lines.lines() {
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
        roff.control("fi", []);
    }
    roff
}
