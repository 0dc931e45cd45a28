//! The calls that `avmarks-service` answers: rows for those who read the table. What refuses them is in `docs/precedence.md`.

use super::call::Call;
use super::field::Field;

const ACCOUNTS: &[Field] = &[Field::group(), Field::accounts("Member_Account", 500).required()];
const MARK: Field = Field::count("Mark");
const MARKS: Field = Field::any("Marks");

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_avchatroom_http_svc/modify_user_info",
        "1047/50294",
        "Sets or deletes marks of members.",
        &[
            Field::group(),
            Field::number("CommandType", 1, 2).required(),
            Field::objects("MemberList", 500, &[Field::member(), Field::any("Marks").required()]).required(),
        ],
    )
    .answers(&[Field::number("CommandType", 1, 2), Field::any_objects("MemberList", &[Field::member(), MARKS])])
    .by_service(),
    Call::new(
        "group_open_avchatroom_http_svc/get_members",
        "1047/50293",
        "Lists the members who are online, those with a mark where one is asked for.",
        &[Field::group(), Field::count("Timestamp").required(), MARK],
    )
    .answers(&[Field::any_objects("MemberList", &[Field::member()]), Field::count("NextTimestamp")])
    .by_service(),
    Call::new(
        "group_open_http_svc/get_online_member_num",
        "1047/38521",
        "Counts the members who are online.",
        &[Field::group()],
    )
    .answers(&[Field::count("OnlineMemberNum")])
    .by_service(),
    Call::new("group_open_avchatroom_http_svc/add_robots", "1047/60527", "Puts robots into the online list.", ACCOUNTS)
        .by_service(),
    Call::new(
        "group_open_avchatroom_http_svc/del_robots",
        "1047/60526",
        "Takes robots out of the online list.",
        ACCOUNTS,
    )
    .by_service(),
    Call::new(
        "group_open_avchatroom_http_svc/check_members",
        "1047/60523",
        "Tells which accounts are in the group.",
        ACCOUNTS,
    )
    .answers(&[Field::any("Member_Account")])
    .by_service(),
    Call::new(
        "group_open_avchatroom_http_svc/modify_admin",
        "1047/60525",
        "Sets or deletes administrators.",
        &[
            Field::group(),
            Field::number("CommandType", 1, 2).required(),
            Field::accounts("Admin_Account", 500).required(),
        ],
    )
    .by_service(),
    Call::new(
        "group_open_avchatroom_http_svc/get_admin_list",
        "1047/60524",
        "Lists the administrators.",
        &[Field::group()],
    )
    .answers(&[Field::any("Admin_List")])
    .by_service(),
];
