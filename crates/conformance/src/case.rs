//! A case: what is asked, what the listener answers, what is expected, and what that rests on.

use avmarks_protocol::Endpoint;
use avmarks_rules::Refusal;
use avmarks_spec::{Clause, Gap, PAGES};
use serde_json::Value;

use crate::verb::Verb;

macro_rules! names {
    ($(#[$meta:meta])* enum $type:ident; $( $variant:ident $name:literal $description:literal )*) => {
        avmarks_spec::named_enum! {
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $type { $( #[doc = $description] $variant = $name, )* }
        }

        impl $type {
            /// What it is, in a sentence.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $( Self::$variant => $description, )* }
            }

            /// The one of this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

names! {
    /// What a case is about: the first part of its id. The list is closed.
    enum Category;
    Build "build" "Requests are as the documents have them."
    Refuse "refuse" "Invalid input is refused before it is sent, or is sent unaltered."
    Split "split" "More than 500 accounts are sent in several calls."
    Read "read" "Answers are read, with what became of each account."
    Classify "classify" "Failures are told as failures, with their code; codes are told apart."
    UserSig "usersig" "Signatures are made and checked."
    Webhook "webhook" "Webhooks are read and checked."
    Check "check" "The body of a request is judged as the service would judge it."
}

names! {
    /// How binding a case is. The list is closed.
    enum Level;
    Must "must" "The documents say so."
    Should "should" "The documents do not ask it of an SDK; its users are better off with it."
    Gap "gap" "The documents leave it open: the result is told and not counted."
}

/// The source of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Basis {
    /// The clause, if it is one.
    pub(crate) clause: Option<Clause>,
    /// The gap that it depends on.
    pub(crate) gap: Option<Gap>,
    /// The number of the page, and the date of the copy that was read, if no clause or gap names them.
    page: Option<(&'static str, Option<&'static str>)>,
}

impl Basis {
    pub(crate) const fn clause(clause: Clause) -> Self {
        Self { clause: Some(clause), gap: None, page: None }
    }

    pub(crate) const fn gap(gap: Gap) -> Self {
        Self { clause: None, gap: Some(gap), page: None }
    }

    /// What a verdict rests on: the clause that is broken, and the gap that it depends on.
    pub(crate) const fn of_verdict(clause: Option<Clause>, gap: Option<Gap>) -> Self {
        match (clause, gap) {
            (None, None) => Self::clause(Clause::Required),
            (clause, gap) => Self { clause, gap, page: None },
        }
    }

    pub(crate) const fn page(number: &'static str, date: Option<&'static str>) -> Self {
        Self { clause: None, gap: None, page: Some((number, date)) }
    }

    /// The address of the page; none of a gap that no document speaks of.
    pub(crate) fn url(&self) -> Option<String> {
        let sources = self.sources();
        match (sources.first(), self.page) {
            (Some(source), _) => Some(source.page.url.to_owned()),
            (None, Some((number, _))) => {
                let known = PAGES.iter().find(|page| page.number == number).map(|page| page.url.to_owned());
                known.or_else(|| Some(format!("https://www.tencentcloud.com/document/product/{number}")))
            }
            (None, None) => None,
        }
    }

    /// The date of the copy of the page that was read; none for a copy that shows none.
    pub(crate) fn date(&self) -> Option<&'static str> {
        match (self.sources().first(), self.page) {
            (Some(source), _) => source.date,
            (None, Some((_, date))) => date,
            (None, None) => None,
        }
    }

    fn sources(&self) -> &'static [avmarks_spec::Source] {
        match (self.clause, self.gap) {
            (Some(clause), _) => clause.sources(),
            (None, Some(gap)) => gap.sources(),
            (None, None) => &[],
        }
    }
}

/// How the listener answers a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// As the service would if every request is served and no account is online.
    Served,
    /// With this status and body.
    Body { status: u16, body: String },
    /// With the start of a body that is announced as longer.
    Cut { body: String },
    /// Not at all: the connection is closed.
    Closed,
}

impl Answer {
    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self::Body { status: 200, body: body.into() }
    }

    pub(crate) fn refused(code: i64) -> Self {
        Self::json(format!(r#"{{"ActionStatus":"FAIL","ErrorCode":{code},"ErrorInfo":"refused by the case"}}"#))
    }
}

/// What is asked of a harness.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Question {
    /// To call the SDK.
    Call {
        /// The call. `None` if it may be any call of the SDK, with simple arguments.
        verb: Option<Verb>,
        args: Value,
        /// The number of requests that the harness must make.
        times: usize,
        /// The answers to the requests in their order; the last one is repeated.
        answers: Vec<Answer>,
    },
    /// To judge the body of a request.
    Check { endpoint: Endpoint, body: Vec<u8> },
    /// To say what a code asks for.
    Classify { code: i64 },
    /// To make a signature.
    UserSigMake { identifier: String, expire_seconds: u64, userbuf: Option<Vec<u8>> },
    /// To check one.
    UserSigRead { signature: Signature, identifier: String },
    /// To read a webhook.
    Webhook { command: &'static str, body: Vec<u8>, sign: Sign, app: u64 },
}

/// How a signature to check was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) identifier: String,
    pub(crate) app: u64,
    pub(crate) key: &'static str,
    /// The age of the signature at the time of the case.
    pub(crate) age_seconds: u64,
    pub(crate) expire_seconds: u64,
    pub(crate) damage: Damage,
}

/// What was done to a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    None,
    /// It ends too early.
    Cut,
    /// Text that is not a signature replaces it.
    Replaced,
    /// It is empty.
    Empty,
}

/// How the URL of a webhook is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Valid,
    OtherToken,
    OtherTime,
    Missing,
}

/// The expected outcome of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AccountOutcome {
    /// These marks of it were applied, and no others.
    Applied(Vec<i64>),
    /// None was; it may be left out.
    NotApplied,
    /// None was, and it is said so.
    Omitted,
}

avmarks_spec::named_enum! {
    /// What the URL of a request must have.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum UrlRule {
        Post = "method",
        Path = "path",
        SdkAppId = "sdkappid",
        Identifier = "identifier",
        UserSig = "usersig",
        ContentType = "contenttype",
        Random = "random",
        RandomDiffers = "random-differs",
    }
}

/// The expected result of a case.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expect {
    /// One request, whose body has these fields and breaks no rule.
    Body(Value),
    /// Requests with such a URL.
    Url(UrlRule),
    /// An error, and no request.
    Refused,
    /// An error and no request, or this body.
    Unaltered(Value),
    /// No request with more than 500 accounts, and not nothing at all without an error.
    WithinLimit,
    /// An error and no request, or all of these accounts.
    Whole(Vec<String>),
    /// These accounts in their order, in this many requests.
    Split { accounts: Vec<String>, calls: usize },
    /// What is told of these accounts; nothing is told to be applied of any other.
    Accounts(Vec<(String, AccountOutcome)>),
    /// What is returned has these fields.
    Returned(Value),
    /// A failure, with this code if there is one.
    Failure(Option<i64>),
    /// A failure after a single request.
    Once,
    /// Success, after more than one request.
    Again,
    /// The class of the action that a code asks for.
    Class(&'static str),
    /// A signature that the service would take.
    Token,
    /// Whether a signature is accepted.
    Accepted(bool),
    /// The contents of a webhook. `None` if it must not be taken.
    Webhook(Option<Value>),
    /// Whether a body is accepted.
    Judged(Judged),
}

/// The verdict on a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    /// What answers. `None` if the body is accepted.
    pub(crate) refusal: Option<Refusal>,
    /// The code of the answer, if no gap leaves it open.
    pub(crate) code: Option<i64>,
    /// The position in the body as a JSON pointer.
    pub(crate) pointer: Option<String>,
}

/// A case. [`cases`](crate::cases()) has all of them, and [`generated`](crate::generated()) makes more.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub(crate) id: String,
    pub(crate) level: Level,
    pub(crate) basis: Basis,
    pub(crate) description: String,
    pub(crate) question: Question,
    pub(crate) expect: Expect,
}

impl Case {
    /// The id: the category, and what it is about. Ids are stable and never used again.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The category, which the id begins with.
    #[must_use]
    pub fn category(&self) -> Category {
        let first = self.id.split('/').next().unwrap_or_default();
        Category::from_name(first).unwrap_or(Category::Check)
    }

    /// How binding the case is.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// The address of the page that the case is based on; none for a gap that no document mentions.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        self.basis.url()
    }

    /// The expectation, in one sentence.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }
}
