//! `avmarks usersig`: makes, checks and explains signatures. Neither key nor signature is
//! ever shown, except the signature that was asked for.

mod span;

use std::fmt;
use std::time::Duration;

use avmarks_embed::usersig::{Explained, FindingLine, Signed, TokenFields, UserBuf, Verified};
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::UserSig;
use avmarks_spec::{Clause, UserId};

use crate::args::{ExplainSigArgs, KeyArgs, SigArgs, SignArgs, UserSigCommand, VerifyArgs};
use crate::error::Error;
use crate::input::{Source, not_both_stdin};
use crate::output::{BAD, Commas, FAINT, Foreign, Format, GOOD, HEAD, ID, Text, Verdict, remark};
use crate::secret;
use span::{Span, Utc};

pub(crate) fn run(command: &UserSigCommand, format: Format) -> Result<Verdict, Error> {
    match command {
        UserSigCommand::Sign(args) => sign(args, format),
        UserSigCommand::Verify(args) => check(args, format),
        UserSigCommand::Explain(args) => explain_sig(args, format),
    }
}

fn sign(args: &SignArgs, format: Format) -> Result<Verdict, Error> {
    let key = args.key.require()?;
    let userbuf = args.userbuf.as_deref().map(str::as_bytes);
    let valid_for = Duration::from_secs(args.expire);
    let sig = UserSig::sign(&key, args.sdkappid, &args.identifier, args.clock.now(), valid_for, userbuf);
    format.print(&Text(&Signed { usersig: sig.as_str() }))?;
    if let Err(error) = UserId::parse(&args.identifier) {
        let clause = Clause::AccountId.id();
        remark(format_args!("the identifier is not a user id ({clause}): {error}; it was signed all the same"));
    }
    Ok(Verdict::Accepted)
}

impl fmt::Display for Text<'_, Signed<'_>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.0.usersig)
    }
}

fn check(args: &VerifyArgs, format: Format) -> Result<Verdict, Error> {
    not_both_stdin(args.key.key_file.as_ref(), args.sig.source().as_ref())?;
    let key = args.key.require()?;
    let verified = Verified::new(&args.sig.read()?, &key, args.sdkappid, &args.identifier, args.clock.now());
    format.print(&Text(&verified))?;
    Ok(Verdict::of(verified.accepted))
}

impl fmt::Display for Text<'_, Verified> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verified { accepted, code, message, token } = self.0;
        writeln!(f, "{}", Verdict::of(*accepted))?;
        match (message, token) {
            (Some(message), _) => {
                writeln!(f, "  {ID}{code}{ID:#}  {}", Foreign(message))?;
                writeln!(f, "  {FAINT}`avmarks usersig explain` lists everything that is wrong with it{FAINT:#}")
            }
            (None, Some(token)) => writeln!(f, "  valid until {}", Utc(token.expires_at.0)),
            (None, None) => Ok(()),
        }
    }
}

fn explain_sig(args: &ExplainSigArgs, format: Format) -> Result<Verdict, Error> {
    not_both_stdin(args.key.key_file.as_ref(), args.sig.source().as_ref())?;
    let key = args.key.find()?;
    let text = args.sig.read()?;
    let identifier = args.identifier.as_deref();
    let explained = Explained::new(&text, key.as_ref(), args.sdkappid, identifier, args.clock.now());
    format.print(&Text(&explained))?;
    Ok(Verdict::of(explained.accepted != Some(false)))
}

/// Each value that a signature may be checked against, its meaning, and its option.
const UNCHECKED: [(&str, &str, &str); 3] = [
    ("key", "key", "--key-file or AVMARKS_KEY"),
    ("sdkappid", "app", "--sdkappid"),
    ("identifier", "user", "--identifier"),
];

impl fmt::Display for Text<'_, Explained> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explained { accepted, findings, token, unchecked, .. } = self.0;
        let unchecked: Vec<_> = UNCHECKED.iter().filter(|(field, ..)| unchecked.contains(field)).collect();
        let nouns: Vec<_> = unchecked.iter().map(|(_, noun, _)| *noun).collect();
        match (*accepted, nouns.as_slice()) {
            (Some(accepted), _) => writeln!(f, "{}", Verdict::of(accepted))?,
            (None, [others @ .., last]) if !others.is_empty() => {
                writeln!(f, "{GOOD}nothing wrong found{GOOD:#} ({} and {last} not checked)", Commas(others))?;
            }
            (None, nouns) => writeln!(f, "{GOOD}nothing wrong found{GOOD:#} ({} not checked)", Commas(nouns))?,
        }
        for FindingLine { code, message } in findings {
            match code {
                Some(code) => writeln!(f, "  {BAD}{code}{BAD:#}  {}", Foreign(message))?,
                None => writeln!(f, "  {FAINT}note{FAINT:#}   {}", Foreign(message))?,
            }
        }
        if let Some(token) = token {
            Text(token).fmt(f)?;
        }
        if unchecked.is_empty() {
            return Ok(());
        }
        let each: Vec<_> = unchecked.iter().map(|(_, noun, option)| format!("{noun} ({option})")).collect();
        writeln!(f, "{HEAD}not checked{HEAD:#}: {}", Commas(&each))
    }
}

/// The content of a signature, without its MAC.
impl fmt::Display for Text<'_, TokenFields> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TokenFields { version, identifier, sdkappid, time, expire, expires_at, userbuf } = self.0;
        writeln!(f, "{HEAD}fields{HEAD:#}")?;
        writeln!(f, "  TLS.ver         {version}")?;
        writeln!(f, "  TLS.identifier  {}", Foreign(identifier))?;
        writeln!(f, "  TLS.sdkappid    {}", sdkappid.0)?;
        writeln!(f, "  TLS.time        {}  {FAINT}made {}{FAINT:#}", time.0, Utc(time.0))?;
        let (expire, until) = (expire.0, Utc(expires_at.0));
        writeln!(f, "  TLS.expire      {expire}  {FAINT}{}, until {until}{FAINT:#}", Span(expire))?;
        match userbuf {
            Some(UserBuf::Text(text)) => writeln!(f, "  TLS.userbuf     {}", Foreign(text)),
            Some(UserBuf::Bytes(bytes)) => writeln!(f, "  TLS.userbuf     {} bytes that are not text", bytes.len()),
            None => Ok(()),
        }
    }
}

impl KeyArgs {
    /// The key, which must be there.
    fn require(&self) -> Result<SecretKey, Error> {
        self.find()?.ok_or(Error::NoKey)
    }

    /// The key of the file or the environment, if there is one.
    pub(crate) fn find(&self) -> Result<Option<SecretKey>, Error> {
        const ORIGIN: &str = "the file of --key-file";
        let Some(source) = &self.key_file else { return secret::key_of_environment() };
        secret::key(ORIGIN, &secret::read(source, ORIGIN, "a key")?).map(Some)
    }
}

/// A signature has a few hundred characters, with a long `userbuf` some thousand.
const SIG_BYTES_MAX: u64 = 1_024 * 1_024;

impl SigArgs {
    /// Where it is read from; none if it is the argument itself.
    fn source(&self) -> Option<Source> {
        let stdin = || self.sig.as_deref().filter(|sig| *sig == "-").map(|_| Source::Stdin);
        self.sig_file.clone().or_else(stdin)
    }

    /// The text of the signature.
    fn read(&self) -> Result<String, Error> {
        match self.source() {
            // The name is not shown: by a slip it may be the signature itself.
            Some(source) => {
                let name = if source == Source::Stdin { "standard input" } else { "the file of --sig-file" };
                source.read_text(SIG_BYTES_MAX, "a signature").map_err(|error| error.about(name))
            }
            None => Ok(self.sig.clone().unwrap_or_default()),
        }
    }
}
