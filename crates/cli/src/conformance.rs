//! `avmarks generate` and `avmarks conformance`: the cases, and who is held to them.

use std::fmt;
use std::time::Duration;

use avmarks_conformance::{
    Case, Difference, EmulateError, EmulateSettings, ExpectedFailures, Report, RunError, RunSettings, cases, emulate,
    generated, junit, lines, run,
};
use avmarks_protocol::usersig::UserSig;
use serde::Serialize;

use crate::args::{ConformanceCommand, ConformanceRunArgs, EmulateArgs, GenerateArgs, MoreArgs, ResultArgs};
use crate::clock::time_of_day;
use crate::error::Error;
use crate::output::{self, Format, HEAD, Verdict};
use crate::progress::Bar;
use crate::save::Save;

impl MoreArgs {
    fn count(&self) -> usize {
        usize::try_from(self.count).unwrap_or(usize::MAX)
    }
}

/// Prints the cases: JSON Lines, with `--json` and without it.
pub(crate) fn generate(args: &GenerateArgs) -> Result<Verdict, Error> {
    let mut all = cases();
    all.extend(generated(args.more.seed, args.more.count()));
    let is_wanted = |case: &Case| {
        (args.categories.is_empty() || args.categories.contains(&case.category()))
            && (args.levels.is_empty() || args.levels.contains(&case.level()))
    };
    all.retain(is_wanted);
    let text = lines(&all).map_err(|error| Error::Conformance(error.to_string()))?;
    output::print_raw(text.as_bytes())?;
    Ok(Verdict::Accepted)
}

pub(crate) fn conformance(command: &ConformanceCommand, format: Format) -> Result<Verdict, Error> {
    match command {
        ConformanceCommand::Run(args) => run_harness(args, format),
        ConformanceCommand::Emulate(args) => ask_emulator(args, format),
    }
}

fn run_harness(args: &ConformanceRunArgs, format: Format) -> Result<Verdict, Error> {
    let ending = Ending::prepare(&args.results)?;
    let mut settings = RunSettings::new(&args.harness);
    settings.categories.clone_from(&args.categories);
    (settings.seed, settings.count) = (args.more.seed, args.more.count());
    let mut bar = Bar::new("cases asked");
    let report = run(&settings, |at, count| bar.show(at, count));
    bar.finish();
    let report = report.map_err(|error| match error {
        RunError::Command(error) => Error::Conformance(format!("--harness: {error}")),
        error => Error::Harness(error.to_string()),
    })?;
    ending.end(report, format)
}

fn ask_emulator(args: &EmulateArgs, format: Format) -> Result<Verdict, Error> {
    let ending = Ending::prepare(&args.results)?;
    let mut settings = EmulateSettings::new(&args.url);
    settings.sdkappid = args.sdkappid.number();
    settings.identifier.clone_from(&args.identifier);
    (settings.seed, settings.count) = (args.more.seed, args.more.count());
    settings.usersig = args.key.find()?.map(|key| {
        const DAY: Duration = Duration::from_secs(86_400);
        let sig = UserSig::sign(&key, args.sdkappid, &args.identifier, time_of_day(), DAY, None);
        sig.as_str().to_owned()
    });
    let mut bar = Bar::new("cases asked");
    let report = emulate(&settings, |at, count| bar.show(at, count));
    bar.finish();
    let report = report.map_err(|error| match error {
        EmulateError::Unreachable { .. } => Error::Harness(error.to_string()),
        EmulateError::Url(error) => Error::Conformance(format!("--url: {error}")),
        error => Error::Conformance(error.to_string()),
    })?;
    ending.end(report, format)
}

/// The end of a run: the report is compared with the expected failures, saved, and printed.
struct Ending {
    expected: ExpectedFailures,
    junit: Option<Save>,
}

impl Ending {
    /// Reads and checks the files before the run.
    fn prepare(args: &ResultArgs) -> Result<Self, Error> {
        const BYTES_MAX: u64 = 16 * 1_024 * 1_024;
        let expected = args.expected_failures.as_ref();
        let junit = args.junit.as_deref().map(|path| Save::to("report", path, expected)).transpose()?;
        let expected = match expected {
            None => ExpectedFailures::default(),
            Some(source) => {
                let text = source.read_text(BYTES_MAX, "a list of expected failures")?;
                let parsed = ExpectedFailures::parse(&text);
                parsed.map_err(|errors| Error::Expected {
                    errors: errors.iter().map(|error| format!("{source} {error}")).collect(),
                })?
            }
        };
        Ok(Self { expected, junit })
    }

    fn end(self, report: Report, format: Format) -> Result<Verdict, Error> {
        let differences = self.expected.compare(&report);
        if let Some(save) = &self.junit {
            save.write(junit(&report).as_bytes())?;
        }
        let passed = differences.is_empty();
        format.print(&Ran { passed, report, differences, is_listed: !self.expected.is_empty() })?;
        Ok(Verdict::of(passed))
    }
}

/// The report, and where it is not as expected.
#[derive(Serialize)]
struct Ran {
    /// Whether there is nothing to report about it.
    passed: bool,
    #[serde(flatten)]
    report: Report,
    #[serde(serialize_with = "texts")]
    differences: Vec<Difference>,
    /// Whether any failures are expected; if not, those of the report are not named again.
    #[serde(skip)]
    is_listed: bool,
}

fn texts<S: serde::Serializer>(differences: &[Difference], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(differences.iter().map(Difference::to_string))
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report.fmt(f)?;
        if self.is_listed && !self.differences.is_empty() {
            writeln!(f, "\n{HEAD}not as expected{HEAD:#}")?;
            for difference in &self.differences {
                writeln!(f, "  {difference}")?;
            }
        }
        let failures = self.report.failures().count();
        match (failures, self.passed) {
            (0, true) => f.write_str("\nNo failure.\n"),
            (1, true) => f.write_str("\n1 failure, as expected.\n"),
            (count, true) => writeln!(f, "\n{count} failures, as expected."),
            (1, false) => f.write_str("\n1 failure.\n"),
            (count, false) => writeln!(f, "\n{count} failures."),
        }
    }
}
