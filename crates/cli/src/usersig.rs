//! `avmarks usersig`: makes signatures, checks them, and finds out what is wrong with them. Neither key nor signature is
//! ever shown, except the signature that was asked for.

mod span;

use std::fmt;

use avmarks_protocol::ErrorCode;
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::{Finding, Token, UserSig, explain, verify};
use avmarks_spec::{Clause, UserId};
use serde::Serialize;

use crate::args::{ExplainSigArgs, KeyArgs, SigArgs, SignArgs, UserSigArgs, UserSigCommand, VerifyArgs};
use crate::error::Error;
use crate::input::{Source, not_both_stdin};
use crate::output::{BAD, Commas, FAINT, Foreign, Format, GOOD, HEAD, ID, Verdict, remark};
use crate::secret;
use span::{Span, Utc};

pub(crate) fn run(args: &UserSigArgs, format: Format) -> Result<Verdict, Error> {
    match &args.command {
        UserSigCommand::Sign(args) => sign(args, format),
        UserSigCommand::Verify(args) => check(args, format),
        UserSigCommand::Explain(args) => explain_sig(args, format),
    }
}

fn sign(args: &SignArgs, format: Format) -> Result<Verdict, Error> {
    let key = args.key.require()?;
    let userbuf = args.userbuf.as_deref().map(str::as_bytes);
    let now = args.clock.now().as_seconds();
    let sig = UserSig::sign(&key, args.sdkappid, &args.identifier, now, args.expire, userbuf);
    format.print(&Signed { usersig: sig.as_str() })?;
    if let Err(fault) = UserId::parse(&args.identifier) {
        let clause = Clause::AccountId.id();
        remark(format_args!("the identifier is not a user id ({clause}): {fault}; it was signed all the same"));
    }
    Ok(Verdict::Accepted)
}

/// The signature alone.
#[derive(Serialize)]
struct Signed<'a> {
    usersig: &'a str,
}

impl fmt::Display for Signed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.usersig)
    }
}

fn check(args: &VerifyArgs, format: Format) -> Result<Verdict, Error> {
    not_both_stdin(args.key.key_file.as_ref(), args.sig.source().as_ref())?;
    let key = args.key.require()?;
    // In a URL it stands percent-encoded, and the service decodes it.
    let sig = UserSig::from_url(&args.sig.read()?);
    let checked = match verify(&sig, &key, args.sdkappid, &args.identifier, args.clock.now()) {
        Ok(token) => Checked { accepted: true, code: ErrorCode::OK, message: None, token: Some(Fields::of(&token)) },
        Err(fault) => Checked {
            accepted: false,
            code: fault.code(),
            message: Some(fault.to_string()),
            // What it claims is worth no more than a look, but a look helps.
            token: Token::decode(sig.as_str()).ok().map(|token| Fields::of(&token)),
        },
    };
    format.print(&checked)?;
    Ok(Verdict::of(checked.accepted))
}

#[derive(Serialize)]
struct Checked {
    accepted: bool,
    code: ErrorCode,
    message: Option<String>,
    token: Option<Fields>,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", Verdict::of(self.accepted))?;
        match (&self.message, &self.token) {
            (Some(message), _) => {
                writeln!(f, "  {ID}{}{ID:#}  {}", self.code, Foreign(message))?;
                writeln!(f, "  {FAINT}`avmarks usersig explain` lists everything that is wrong with it{FAINT:#}")
            }
            (None, Some(token)) => writeln!(f, "  valid until {}", Utc(token.expires_at)),
            (None, None) => Ok(()),
        }
    }
}

fn explain_sig(args: &ExplainSigArgs, format: Format) -> Result<Verdict, Error> {
    not_both_stdin(args.key.key_file.as_ref(), args.sig.source().as_ref())?;
    let key = args.key.find()?;
    let text = args.sig.read()?;
    // As it stands in a URL: the service decodes it once, and so does `verify`.
    let decoded = UserSig::from_url(&text);
    let is_from_url = decoded.as_str() != text && Token::decode(decoded.as_str()).is_ok();
    let sig = if is_from_url { decoded.as_str() } else { &text };
    let explanation = explain(sig, key.as_ref(), args.sdkappid, args.identifier.as_deref(), args.clock.now());
    let mut findings: Vec<_> = explanation.findings.iter().map(FindingLine::of).collect();
    findings.extend(is_from_url.then(FindingLine::from_url));
    let unchecked: Vec<_> = [
        (key.is_none(), Unchecked::Key),
        (args.sdkappid.is_none(), Unchecked::SdkAppId),
        (args.identifier.is_none(), Unchecked::Identifier),
    ]
    .into_iter()
    .filter_map(|(is_missing, what)| is_missing.then_some(what))
    .collect();
    let code = explanation.code();
    let explained = Explained {
        accepted: match code {
            Some(_) => Some(false),
            None => unchecked.is_empty().then_some(true),
        },
        code: code.unwrap_or(ErrorCode::OK),
        findings,
        token: explanation.token.as_ref().map(Fields::of),
        unchecked,
    };
    format.print(&explained)?;
    Ok(Verdict::of(code.is_none()))
}

#[derive(Serialize)]
struct Explained {
    /// None where nothing is wrong, and not all of it was looked at.
    accepted: Option<bool>,
    code: ErrorCode,
    findings: Vec<FindingLine>,
    token: Option<Fields>,
    unchecked: Vec<Unchecked>,
}

/// What a signature was not held against, because it was not given.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Unchecked {
    Key,
    SdkAppId,
    Identifier,
}

impl Unchecked {
    const fn noun(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::SdkAppId => "app",
            Self::Identifier => "user",
        }
    }

    /// What gives it.
    const fn option(self) -> &'static str {
        match self {
            Self::Key => "--key-file or AVMARKS_KEY",
            Self::SdkAppId => "--sdkappid",
            Self::Identifier => "--identifier",
        }
    }
}

#[derive(Serialize)]
struct FindingLine {
    /// None for a note.
    code: Option<ErrorCode>,
    message: String,
}

impl FindingLine {
    fn of(finding: &Finding) -> Self {
        Self { code: finding.code(), message: finding.to_string() }
    }

    fn from_url() -> Self {
        let message = "the signature is percent-encoded, as in a URL, and was decoded once; if your HTTP client encodes what it \
                       is given, give it the decoded one: encoded twice, it is refused with 70003";
        Self { code: None, message: message.to_owned() }
    }
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nouns: Vec<_> = self.unchecked.iter().map(|what| what.noun()).collect();
        match (self.accepted, nouns.as_slice()) {
            (Some(accepted), _) => writeln!(f, "{}", Verdict::of(accepted))?,
            (None, [others @ .., last]) if !others.is_empty() => {
                writeln!(f, "{GOOD}nothing wrong found{GOOD:#} ({} and {last} not checked)", Commas(others))?;
            }
            (None, nouns) => writeln!(f, "{GOOD}nothing wrong found{GOOD:#} ({} not checked)", Commas(nouns))?,
        }
        for FindingLine { code, message } in &self.findings {
            match code {
                Some(code) => writeln!(f, "  {BAD}{code}{BAD:#}  {}", Foreign(message))?,
                None => writeln!(f, "  {FAINT}note{FAINT:#}   {}", Foreign(message))?,
            }
        }
        if let Some(token) = &self.token {
            write!(f, "{token}")?;
        }
        match self.unchecked.as_slice() {
            [] => Ok(()),
            unchecked => {
                let each: Vec<_> =
                    unchecked.iter().map(|what| format!("{} ({})", what.noun(), what.option())).collect();
                writeln!(f, "{HEAD}not checked{HEAD:#}: {}", Commas(&each))
            }
        }
    }
}

/// What a signature holds, its MAC aside.
#[derive(Serialize)]
struct Fields {
    version: &'static str,
    identifier: String,
    sdkappid: u64,
    time: u64,
    expire: u64,
    expires_at: u64,
    userbuf: Option<UserBuf>,
}

/// As text where it is text.
#[derive(Serialize)]
#[serde(untagged)]
enum UserBuf {
    Text(String),
    Bytes(Vec<u8>),
}

impl Fields {
    fn of(token: &Token) -> Self {
        let userbuf = token.userbuf().map(|bytes| match std::str::from_utf8(bytes) {
            Ok(text) => UserBuf::Text(text.to_owned()),
            Err(_) => UserBuf::Bytes(bytes.to_owned()),
        });
        Self {
            version: token.version(),
            identifier: token.identifier().to_owned(),
            sdkappid: token.sdkappid(),
            time: token.issued_at_seconds(),
            expire: token.valid_for_seconds(),
            expires_at: token.expires_at_seconds(),
            userbuf,
        }
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, identifier, sdkappid, time, expire, expires_at, userbuf } = self;
        writeln!(f, "{HEAD}fields{HEAD:#}")?;
        writeln!(f, "  TLS.ver         {version}")?;
        writeln!(f, "  TLS.identifier  {}", Foreign(identifier))?;
        writeln!(f, "  TLS.sdkappid    {sdkappid}")?;
        writeln!(f, "  TLS.time        {time}  {FAINT}made {}{FAINT:#}", Utc(*time))?;
        writeln!(f, "  TLS.expire      {expire}  {FAINT}{}, until {}{FAINT:#}", Span(*expire), Utc(*expires_at))?;
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

    /// The key of the file or the environment, where there is one.
    pub(crate) fn find(&self) -> Result<Option<SecretKey>, Error> {
        const ORIGIN: &str = "the file of --key-file";
        let Some(source) = &self.key_file else { return secret::key_of_environment() };
        secret::key(ORIGIN, &secret::read(source, ORIGIN, "a key")?).map(Some)
    }
}

/// A signature has a few hundred characters, with a long `userbuf` some thousand.
const SIG_BYTES_MAX: u64 = 1_024 * 1_024;

impl SigArgs {
    /// Where it is read from; none where it is the argument itself.
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
