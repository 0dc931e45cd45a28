//! What can be wrong with an answer, one at a time.

use avmarks_protocol::{Endpoint, get_admin_list, get_members, modify_user_info};

use super::typed::Answer;
use crate::body::Body;
use crate::choices::Choices;
use crate::defects::defects;
use crate::json::{Sketch, quoted};

/// How much of an answer can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Readable {
    /// Nothing: whether the call was served is not known.
    Nothing,
    /// Status and code, and not what was done.
    Envelope,
    /// All of it; it is odd, and a reader should take it.
    Whole,
}

defects! {
    /// What is wrong with an [`Invalid`](crate::Invalid) answer, as proxies, gateways and mocks send it. More may be added.
    ///
    /// ```
    /// use avmarks_generators::answer::{Defect, Readable};
    ///
    /// assert_eq!(Defect::MembersObject.readable(), Readable::Envelope);
    /// assert_eq!(Defect::CodeAsText.to_string(), "`ErrorCode` is a string");
    /// ```
    enum Defect;
    /// How much of the answer a strict reader can read.
    fn readable -> Readable;
    Cut Nothing "the body is cut off"
    Empty Nothing "the body is empty"
    Html Nothing "it is the HTML of a proxy"
    Text Nothing "it is a line of plain text"
    NotObject Nothing "it is JSON and no object"
    Behind Nothing "another answer stands behind it"
    ByteOrderMark Nothing "the body begins with a byte order mark"
    NotUtf8 Nothing "a byte is in no UTF-8"
    TrailingComma Nothing "a comma stands before the last `}`"
    StatusMissing Nothing "`ActionStatus` is missing"
    CodeMissing Nothing "`ErrorCode` is missing"
    CodeTwice Nothing "`ErrorCode` is there twice"
    CodeAsText Nothing "`ErrorCode` is a string"
    CodeBeyond Nothing "`ErrorCode` does not fit 64 bits"
    InfoObject Nothing "`ErrorInfo` is an object"
    MembersObject Envelope "the list is an object, as a field table says and no sample shows"
    EntryBare Envelope "an entry of the list is an account alone"
    AccountMissing Envelope "an entry lacks its account"
    AccountAsNumber Envelope "an account is a number"
    NumberAsText Envelope "a number other than the code is a string"
    MembersMissing Whole "the list is missing, though the code is 0"
    MembersNull Whole "the list is null"
    InfoMissing Whole "`ErrorInfo` is missing, as in a sample of the overview"
    StatusContradicts Whole "`ActionStatus` is `FAIL`, and the code is 0"
    StatusUnknown Whole "`ActionStatus` is a word that no document has"
}

impl Defect {
    /// Whether an answer to this call can have it.
    #[must_use]
    pub const fn applies_to(self, endpoint: Endpoint) -> bool {
        match self {
            Self::MembersObject | Self::AccountAsNumber | Self::MembersMissing | Self::MembersNull => {
                list_of(endpoint).is_some()
            }
            Self::EntryBare | Self::AccountMissing => matches!(list_of(endpoint), Some((_, Some(_)))),
            Self::NumberAsText => number_of(endpoint).is_some(),
            _ => true,
        }
    }

    /// At least an account and a mark, if the defect is about one.
    pub(super) fn make_room(self, answer: &mut Answer) {
        if !matches!(self, Self::EntryBare | Self::AccountMissing | Self::AccountAsNumber | Self::NumberAsText) {
            return;
        }
        match answer {
            Answer::ModifyUserInfo(answer) => {
                let members = at_least(&mut answer.member_list, || modify_user_info::Served::new("u1", vec![1_000]));
                members.iter_mut().filter(|member| member.marks.is_empty()).for_each(|member| member.marks.push(1_000));
            }
            Answer::GetMembers(answer) => {
                at_least(&mut answer.member_list, || get_members::Listed::new(0, "u1"));
            }
            Answer::CheckMembers(answer) => {
                at_least(&mut answer.accounts, || "u1".to_owned());
            }
            Answer::GetAdminList(answer) => {
                at_least(&mut answer.admin_list, || get_admin_list::Admin::new("u1"));
            }
            Answer::GetOnlineMemberNum(_)
            | Answer::AddRobots(_)
            | Answer::DelRobots(_)
            | Answer::ModifyAdmin(_)
            | Answer::Envelope(_) => {}
        }
    }

    /// Puts the defect into an answer to this call that was served.
    pub(super) fn put(self, endpoint: Endpoint, mut sketch: Sketch, choices: &mut Choices<'_>) -> Body {
        let (list, account) = list_of(endpoint).unwrap_or_default();
        let first = format!("{list}/0");
        let account = format!("{first}{}", account.unwrap_or_default());
        let json = &mut sketch.json;
        match self {
            Self::Cut => return sketch.cut(choices),
            Self::Empty => return choices.pick(&["", "\n"]).as_bytes().to_vec().into(),
            Self::Html => {
                let page = choices.pick(&[
                    "<html><head><title>502 Bad Gateway</title></head></html>",
                    "<html>",
                    "<html><body>{\"ErrorCode\":0}</body></html>",
                ]);
                return page.as_bytes().to_vec().into();
            }
            Self::Text => {
                return choices
                    .pick(&["Internal Server Error", "OK", "upstream timed out\r\n"])
                    .as_bytes()
                    .to_vec()
                    .into();
            }
            Self::NotObject => return choices.pick(&["null", "0", "\"OK\"", "[]", "true"]).as_bytes().to_vec().into(),
            Self::Behind => {
                let again = String::from_utf8_lossy(&sketch.body()).into_owned();
                return sketch.between("", &again);
            }
            Self::ByteOrderMark => return sketch.between("\u{feff}", ""),
            Self::NotUtf8 => return sketch.not_utf8(choices),
            Self::TrailingComma => json.comma_at_end(""),
            Self::StatusMissing => json.remove("/ActionStatus"),
            Self::CodeMissing => json.remove("/ErrorCode"),
            Self::CodeTwice => json.repeat("/ErrorCode"),
            Self::CodeAsText => json.set("/ErrorCode", choices.pick(&["\"0\"", "\"10004\"", "\"\""])),
            Self::CodeBeyond => {
                json.set(
                    "/ErrorCode",
                    choices.pick(&["9223372036854775808", "18446744073709551616", "-9223372036854775809"]),
                );
            }
            Self::InfoObject => json.set("/ErrorInfo", choices.pick(&["{}", "[]", "0", "false"])),
            Self::MembersObject => {
                json.set(list, choices.pick(&["{}", "{\"Member_Account\":\"u1\",\"Marks\":[1000]}", "\"\""]));
            }
            Self::EntryBare => json.set(&first, choices.pick(&["\"u1\"", "null", "[]"])),
            Self::AccountMissing => json.remove(&account),
            Self::AccountAsNumber => json.set(&account, choices.pick(&["1000", "0", "1.0"])),
            Self::NumberAsText => json.set(number_of(endpoint).unwrap_or_default(), "\"1000\""),
            Self::MembersMissing => json.remove(list),
            Self::MembersNull => json.set(list, "null"),
            Self::InfoMissing => json.remove("/ErrorInfo"),
            Self::StatusContradicts => json.set("/ActionStatus", quoted("FAIL")),
            Self::StatusUnknown => json.set("/ActionStatus", quoted(choices.pick(&["ok", "SUCCESS", ""]))),
        }
        sketch.body()
    }
}

/// Where the list of an answer to this call stands, and where in an entry its account does; none where an entry is an account
/// alone, and none of a call whose answer has no list.
const fn list_of(endpoint: Endpoint) -> Option<(&'static str, Option<&'static str>)> {
    match endpoint {
        Endpoint::ModifyUserInfo | Endpoint::GetMembers => Some(("/MemberList", Some("/Member_Account"))),
        Endpoint::CheckMembers => Some(("/Member_Account", None)),
        Endpoint::GetAdminList => Some(("/Admin_List", Some("/Admin_Account"))),
        Endpoint::GetOnlineMemberNum | Endpoint::AddRobots | Endpoint::DelRobots | Endpoint::ModifyAdmin => None,
    }
}

/// A number other than the code that an answer to this call has.
const fn number_of(endpoint: Endpoint) -> Option<&'static str> {
    match endpoint {
        Endpoint::ModifyUserInfo => Some("/MemberList/0/Marks/0"),
        Endpoint::GetMembers => Some("/MemberList/0/JoinTime"),
        Endpoint::GetOnlineMemberNum => Some("/OnlineMemberNum"),
        _ => None,
    }
}

/// The list with one item at least.
fn at_least<T>(list: &mut Option<Vec<T>>, one: impl FnOnce() -> T) -> &mut Vec<T> {
    let list = list.get_or_insert_default();
    if list.is_empty() {
        list.push(one());
    }
    list
}
