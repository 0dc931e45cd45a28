//! What can be wrong with a request by itself, one at a time.

use avmarks_protocol::{BodyPath, Endpoint};
use avmarks_service::rules::Refusal;

use super::typed::Request;
use crate::body::Body;
use crate::choices::Choices;
use crate::defects::defects;
use crate::json::{Json, Sketch, quoted};
use crate::samples;

defects! {
    /// What is wrong with an [`Invalid`](crate::Invalid) request, by the precedence of the refusal that is due. More may be added.
    ///
    /// ```
    /// use avmarks_generators::request::Defect;
    /// use avmarks_service::rules::Refusal;
    ///
    /// assert_eq!(Defect::TooManyAccounts.refusal(), Refusal::AccountsMax);
    /// assert_eq!(Defect::TooManyAccounts.to_string(), "the list of accounts has more than 500 of them");
    /// ```
    enum Defect;
    /// The refusal that is due.
    fn refusal -> Refusal;
    Cut NotJson "the body is cut off"
    Empty NotJson "the body is empty or white space"
    NotObject NotJson "the body is JSON and no object"
    Behind NotJson "something stands behind the object"
    ByteOrderMark NotJson "the body begins with a byte order mark"
    Comment NotJson "the body begins with a comment"
    NotUtf8 NotJson "a byte is in no UTF-8"
    LoneSurrogate NotJson "`GroupId` has half of a surrogate pair"
    BareControl NotJson "`GroupId` has a control character that is not escaped"
    BadNumber NotJson "a number begins with 0 or with a plus sign, or is `NaN`"
    TrailingComma TrailingComma "a comma stands before `]` or `}`"
    Twice DuplicateField "a field is there twice"
    Missing Required "a field is missing"
    Misnamed Required "a field has its name in other letters"
    Null Required "a field is null"
    Fraction Required "a number has a fraction or an exponent"
    NumberAsText Required "a number is a string"
    Type Required "a field is of another type"
    Timestamp Required "`Timestamp` is below 0 or beyond 64 bits"
    CommandType CommandType "`CommandType` is neither 1 nor 2"
    TooManyAccounts AccountsMax "the list of accounts has more than 500 of them"
    NoAccounts MemberListEmpty "the list of accounts is empty"
    AccountId AccountId "an account is not a user id"
    NoMarks MarksEmpty "a `Marks` is empty"
    MarkRange MarkRange "a mark is neither 500 nor 600 nor from 1,000 to 4,294,967,295"
    TooManyMarks MarksNamed "a set names more than 10 different custom marks"
    GroupId GroupId "the group id is malformed"
}

impl Defect {
    /// Whether a request of this call can have it.
    #[must_use]
    pub const fn applies_to(self, endpoint: Endpoint) -> bool {
        let has_command = matches!(endpoint, Endpoint::ModifyUserInfo | Endpoint::ModifyAdmin);
        match self {
            Self::Timestamp => matches!(endpoint, Endpoint::GetMembers),
            Self::Fraction | Self::NumberAsText | Self::BadNumber => {
                has_command || matches!(endpoint, Endpoint::GetMembers)
            }
            Self::CommandType => has_command,
            Self::TooManyAccounts | Self::NoAccounts | Self::AccountId => list_of(endpoint, 0).is_some(),
            Self::NoMarks | Self::MarkRange | Self::TooManyMarks => matches!(endpoint, Endpoint::ModifyUserInfo),
            _ => true,
        }
    }

    /// Puts the defect into a request, and says where it is.
    pub(super) fn put(self, request: &Request, mut sketch: Sketch, choices: &mut Choices<'_>) -> (BodyPath, Body) {
        let paths = Paths::of(request, choices);
        let json = &mut sketch.json;
        let path = match self {
            Self::Cut => return (BodyPath::Body, sketch.cut(choices)),
            Self::Empty => return (BodyPath::Body, choices.pick(&["", " ", "\r\n\t"]).as_bytes().to_vec().into()),
            Self::NotObject => {
                let (before, behind) = choices.pick(&[("[", "]"), ("[", ",null]")]);
                return (BodyPath::Body, sketch.between(before, behind));
            }
            Self::Behind => return (BodyPath::Body, sketch.between("", choices.pick(&["}", ";", " {}", "\0", ","]))),
            Self::ByteOrderMark => return (BodyPath::Body, sketch.between("\u{feff}", "")),
            Self::Comment => return (BodyPath::Body, sketch.between(choices.pick(&["//\n", "/**/", "#\n"]), "")),
            Self::NotUtf8 => return (BodyPath::Body, sketch.not_utf8(choices)),
            Self::TrailingComma => {
                json.comma_at_end(&paths.container(choices).pointer());
                BodyPath::Body
            }
            Self::LoneSurrogate => {
                json.set("/GroupId", choices.pick(&["\"\\ud800\"", "\"g\\udc00\"", "\"\\ud83d\\ud83d\""]));
                BodyPath::Body
            }
            Self::BareControl => {
                json.set("/GroupId", choices.pick(&["\"g\n\"", "\"\t\"", "\"\0\""]));
                BodyPath::Body
            }
            Self::BadNumber => {
                json.set(
                    &paths.number(choices).pointer(),
                    choices.pick(&["01000", "+1", "NaN", "1_000", "0x3e8", "1."]),
                );
                BodyPath::Body
            }
            Self::Missing => at(paths.required(choices), |pointer| json.remove(pointer)),
            Self::Misnamed => at(paths.required(choices), |pointer| {
                let name = pointer.rsplit('/').next().unwrap_or_default();
                let other = if choices.one_in(2) { name.to_uppercase() } else { name.to_lowercase() };
                json.rename(pointer, &other);
            }),
            Self::Twice => at(paths.field(choices), |pointer| json.repeat(pointer)),
            Self::Null => at(paths.value(choices), |pointer| json.set(pointer, "null")),
            Self::Fraction => {
                at(paths.number(choices), |pointer| json.set(pointer, choices.pick(&["1000.0", "1.0", "1e3", "0.5"])))
            }
            Self::NumberAsText => {
                at(paths.number(choices), |pointer| json.set(pointer, choices.pick(&["\"1000\"", "\"1\"", "\"\""])))
            }
            Self::Type => at(paths.value(choices), |pointer| {
                let other = match json.at(pointer) {
                    Some(Json::Object(_)) => choices.pick(&["[]", "\"u1\"", "1000"]),
                    Some(Json::Array(_)) => choices.pick(&["{}", "\"[1000]\"", "1000"]),
                    _ => choices.pick(&["[]", "{}", "true", "[1000]"]),
                };
                json.set(pointer, other);
            }),
            Self::Timestamp => at(BodyPath::Timestamp, |pointer| {
                json.set(pointer, choices.pick(&["-1", "18446744073709551616", "-9223372036854775809"]));
            }),
            Self::CommandType => at(BodyPath::CommandType, |pointer| {
                json.set(pointer, choices.pick(&["0", "3", "-1", "4294967297", "18446744073709551617"]));
            }),
            Self::TooManyAccounts => at(paths.list(), |pointer| {
                if let Some(Json::Array(entries)) = json.at(pointer)
                    && let Some(last) = entries.last().cloned()
                {
                    entries.resize(choices.pick(&[501, 501, 502, 1_000]), last);
                }
            }),
            Self::NoAccounts => at(paths.list(), |pointer| json.set(pointer, "[]")),
            Self::AccountId => at(paths.account(), |pointer| json.set(pointer, quoted(samples::no_account(choices)))),
            Self::NoMarks => at(BodyPath::Marks(paths.entry), |pointer| json.set(pointer, "[]")),
            Self::MarkRange => {
                at(BodyPath::Mark(paths.entry, paths.mark), |pointer| json.set(pointer, choices.pick(NO_MARKS)))
            }
            Self::TooManyMarks => {
                let many = (0..choices.pick(&[11, 11, 12, 100])).map(|number| Json::Raw((2_000 + number).to_string()));
                if let Some(marks) = json.at(&BodyPath::Marks(paths.entry).pointer()) {
                    *marks = Json::Array(many.collect());
                }
                BodyPath::MemberList
            }
            Self::GroupId => at(BodyPath::GroupId, |pointer| json.set(pointer, quoted(samples::no_group_id(choices)))),
        };
        (path, sketch.body())
    }
}

/// Numbers that are no mark.
const NO_MARKS: &[&str; 14] = &[
    "999",
    "0",
    "1",
    "-1",
    "499",
    "501",
    "599",
    "601",
    "-1000",
    "4294967296",
    "4294968296",
    "9223372036854775808",
    "18446744073709552616",
    "100000000000000000000000000000000000000001000",
];

fn at(path: BodyPath, put: impl FnOnce(&str)) -> BodyPath {
    put(&path.pointer());
    path
}

/// The list of accounts of a call: itself, this item of it, and the account of the item; none of a call without one.
const fn list_of(endpoint: Endpoint, item: usize) -> Option<[BodyPath; 3]> {
    match endpoint {
        Endpoint::ModifyUserInfo => Some([BodyPath::MemberList, BodyPath::Entry(item), BodyPath::Account(item)]),
        Endpoint::AddRobots | Endpoint::DelRobots | Endpoint::CheckMembers => {
            Some([BodyPath::MemberAccounts, BodyPath::MemberAccount(item), BodyPath::MemberAccount(item)])
        }
        Endpoint::ModifyAdmin => {
            Some([BodyPath::AdminAccounts, BodyPath::AdminAccount(item), BodyPath::AdminAccount(item)])
        }
        Endpoint::GetMembers | Endpoint::GetOnlineMemberNum | Endpoint::GetAdminList => None,
    }
}

/// The paths at which a defect can be put.
struct Paths {
    /// The fields that must be there, the outer before the inner.
    required: Vec<BodyPath>,
    /// Whether the list is asked for by mark.
    filtered: bool,
    /// The list of accounts, an item of it, and its account.
    list: Option<[BodyPath; 3]>,
    /// The item, and a mark of it.
    entry: usize,
    mark: usize,
    has_marks: bool,
}

impl Paths {
    fn of(request: &Request, choices: &mut Choices<'_>) -> Self {
        let marks = request.marks();
        let entry = choices.below(marks.len());
        let marks_max = marks.get(entry).copied().unwrap_or_default();
        let mark = choices.below(marks_max);
        let endpoint = request.endpoint();
        let list = list_of(endpoint, entry);
        let command =
            matches!(endpoint, Endpoint::ModifyUserInfo | Endpoint::ModifyAdmin).then_some(BodyPath::CommandType);
        let timestamp = matches!(endpoint, Endpoint::GetMembers).then_some(BodyPath::Timestamp);
        let mut required = vec![BodyPath::GroupId];
        required.extend(command.into_iter().chain(timestamp));
        required.extend(list.map(|[list, ..]| list));
        let has_marks = marks_max > 0;
        if has_marks {
            required.extend([BodyPath::Account(entry), BodyPath::Marks(entry)]);
        }
        let filtered = matches!(request, Request::GetMembers(request) if request.mark.is_some());
        Self { required, filtered, list, entry, mark, has_marks }
    }

    /// The list of accounts.
    fn list(&self) -> BodyPath {
        self.list.map_or(BodyPath::Body, |[list, ..]| list)
    }

    /// An account of it.
    fn account(&self) -> BodyPath {
        self.list.map_or(BodyPath::Body, |[.., account]| account)
    }

    /// A field that must be there.
    fn required(&self, choices: &mut Choices<'_>) -> BodyPath {
        choices.pick_from(&self.required).unwrap_or(BodyPath::GroupId)
    }

    /// A field that is there.
    fn field(&self, choices: &mut Choices<'_>) -> BodyPath {
        if self.filtered && choices.one_in(3) { BodyPath::MarkFilter } else { self.required(choices) }
    }

    /// A field that is there, or an item of a list.
    fn value(&self, choices: &mut Choices<'_>) -> BodyPath {
        match (choices.byte() % 4, self.list) {
            (2, _) if self.has_marks => BodyPath::Mark(self.entry, self.mark),
            (3, Some([_, item, _])) => item,
            _ => self.field(choices),
        }
    }

    /// A number.
    fn number(&self, choices: &mut Choices<'_>) -> BodyPath {
        let is_number = |path: &&BodyPath| matches!(path, BodyPath::CommandType | BodyPath::Timestamp);
        let mut numbers = Vec::new();
        numbers.extend(self.has_marks.then_some(BodyPath::Mark(self.entry, self.mark)));
        numbers.extend(self.required.iter().filter(is_number));
        numbers.extend(self.filtered.then_some(BodyPath::MarkFilter));
        choices.pick_from(&numbers).unwrap_or(BodyPath::CommandType)
    }

    /// An array or an object.
    fn container(&self, choices: &mut Choices<'_>) -> BodyPath {
        let mut containers = vec![BodyPath::Body];
        containers.extend(self.list.map(|[list, ..]| list));
        if self.has_marks {
            containers.extend([BodyPath::Entry(self.entry), BodyPath::Marks(self.entry)]);
        }
        choices.pick_from(&containers).unwrap_or(BodyPath::Body)
    }
}
