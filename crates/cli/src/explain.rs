//! `avmarks explain`: a clause, a gap, an error code, a mark or a call in words, with its sources; and the order of refusals.

mod text;

use avmarks_embed::explain::{Index, Subject};
use avmarks_spec::Excerpt;

use crate::args::ExplainArgs;
use crate::error::Error;
use crate::names;
use crate::output::{Format, Text, Verdict};

pub(crate) fn run(args: &ExplainArgs, format: Format) -> Result<Verdict, Error> {
    match &args.subject {
        None => format.print(&Text(&Index::new()))?,
        Some(name) => format.print(&Text(&Subject::parse(name).ok_or_else(|| unknown(name))?))?,
    }
    Ok(Verdict::Accepted)
}

fn unknown(name: &str) -> Error {
    let near = match name {
        "0" => " (it says that there was no error)".to_owned(),
        // The closest number is the code of something else.
        number if !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()) => String::new(),
        _ => names::near(name, names::all()),
    };
    Error::Unknown { subject: Excerpt(name).to_string(), near }
}
