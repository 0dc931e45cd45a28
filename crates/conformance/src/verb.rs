//! What a harness is asked to call: the calls of the API as an SDK offers them, with their arguments as JSON.

use avmarks_protocol::Endpoint;
use serde_json::{Value, json};

macro_rules! verbs {
    ($( $verb:ident $name:literal $endpoint:ident $description:literal )*) => {
        avmarks_spec::named_enum! {
            /// A call as an SDK offers it, with its name in the protocol. The list is closed: a new one is a new version of the protocol.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub(crate) enum Verb { $( #[doc = $description] $verb = $name, )* }
        }

        impl Verb {
            /// The call of the API that it makes.
            pub(crate) const fn endpoint(self) -> Endpoint {
                match self { $( Self::$verb => Endpoint::$endpoint, )* }
            }
        }
    };
}

verbs! {
    SetMarks "set_marks" ModifyUserInfo "Sets marks: `{group, members: [{account, marks}]}`."
    DeleteMarks "delete_marks" ModifyUserInfo "Deletes marks, with the same arguments."
    ListMembers "list_members" GetMembers "Asks for the whole list of online members: `{group}`, or `{group, mark}`."
    CountMembers "count_members" GetOnlineMemberNum "Asks for their number: `{group}`."
    AddRobots "add_robots" AddRobots "Adds robots: `{group, accounts}`."
    DeleteRobots "delete_robots" DelRobots "Deletes robots: `{group, accounts}`."
    CheckMembers "check_members" CheckMembers "Asks which accounts are online: `{group, accounts}`."
    SetAdmins "set_admins" ModifyAdmin "Sets administrators: `{group, accounts}`."
    DeleteAdmins "delete_admins" ModifyAdmin "Deletes administrators: `{group, accounts}`."
    ListAdmins "list_admins" GetAdminList "Asks for the administrators: `{group}`."
}

impl Verb {
    /// Simple arguments, for a case that any call can show.
    pub(crate) fn simple(self) -> Value {
        match self {
            Self::SetMarks | Self::DeleteMarks => {
                json!({"group": "g", "members": [{"account": "u1", "marks": [1000]}]})
            }
            Self::ListMembers | Self::CountMembers | Self::ListAdmins => json!({"group": "g"}),
            Self::AddRobots | Self::DeleteRobots | Self::CheckMembers | Self::SetAdmins | Self::DeleteAdmins => {
                json!({"group": "g", "accounts": ["u1"]})
            }
        }
    }

    /// The body of the one request that these arguments make, where they fit into one.
    pub(crate) fn body(self, args: &Value) -> Value {
        let group = args.get("group").cloned().unwrap_or_default();
        let accounts = args.get("accounts").cloned().unwrap_or_default();
        match self {
            Self::SetMarks | Self::DeleteMarks => {
                let members = items(args, "members").iter().map(|member| {
                    let field = |name: &str| member.get(name).cloned().unwrap_or_default();
                    json!({"Member_Account": field("account"), "Marks": field("marks")})
                });
                let command = if self == Self::SetMarks { 1 } else { 2 };
                json!({"GroupId": group, "CommandType": command, "MemberList": members.collect::<Vec<_>>()})
            }
            Self::ListMembers => match args.get("mark") {
                Some(mark) => json!({"GroupId": group, "Timestamp": 0, "Mark": mark}),
                None => json!({"GroupId": group, "Timestamp": 0}),
            },
            Self::CountMembers | Self::ListAdmins => json!({"GroupId": group}),
            Self::AddRobots | Self::DeleteRobots | Self::CheckMembers => {
                json!({"GroupId": group, "Member_Account": accounts})
            }
            Self::SetAdmins => json!({"GroupId": group, "CommandType": 1, "Admin_Account": accounts}),
            Self::DeleteAdmins => json!({"GroupId": group, "CommandType": 2, "Admin_Account": accounts}),
        }
    }
}

/// The items of a list of an object. `None` if it has no such list.
pub(crate) fn items<'a>(object: &'a Value, name: &str) -> &'a [Value] {
    object.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The accounts that a body names, of whatever call.
pub(crate) fn accounts(body: &Value) -> Vec<String> {
    let member = |member: &Value| member.get("Member_Account").and_then(Value::as_str).map(str::to_owned);
    let of_members = items(body, "MemberList").iter().filter_map(member);
    let plain = ["Member_Account", "Admin_Account"].into_iter().flat_map(|name| items(body, name));
    of_members.chain(plain.filter_map(Value::as_str).map(str::to_owned)).collect()
}
