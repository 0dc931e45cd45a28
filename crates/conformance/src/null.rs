//! Trivial harnesses, with whose scores other scores are compared.

use serde_json::{Map, Value, json};

use crate::case::{Case, Question};
use crate::reply::{Observation, Reply};
use crate::verb::{Verb, items};

avmarks_spec::named_enum! {
    /// A harness that has the same reply to every question. None of them sends a request.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub(crate) enum NullHarness {
        /// Everything went well.
        Accept = "accept",
        /// Everything is refused.
        Refuse = "refuse",
        /// Nothing is replied.
        Silent = "silent",
    }
}

impl NullHarness {
    /// The observation of a run with this harness.
    pub(crate) fn observation(self, case: &Case) -> Observation {
        let replies = match self {
            Self::Accept => vec![accepted(&case.question)],
            Self::Refuse => {
                vec![Reply::Raised { kind: "Refused".to_owned(), message: "refused".to_owned(), code: None }]
            }
            Self::Silent => Vec::new(),
        };
        Observation { replies, requests: Vec::new() }
    }
}

fn accepted(question: &Question) -> Reply {
    match question {
        Question::Call { verb: Some(Verb::SetMarks | Verb::DeleteMarks), args, .. } => {
            let told = items(args, "members")
                .iter()
                .filter_map(|member| Some((member.get("account")?.as_str()?.to_owned(), member.get("marks")?.clone())));
            Reply::Accounts(told.collect::<Map<_, _>>())
        }
        Question::Call { .. } => Reply::Returned(Value::Null),
        Question::Check { .. } | Question::UserSigRead { .. } => Reply::Value(json!({"accepted": true})),
        Question::Webhook { .. } => Reply::Value(json!({})),
        Question::Classify { .. } => Reply::Value(json!("retry")),
        Question::UserSigMake { .. } => Reply::Value(json!("")),
    }
}
