//! `get_online_member_num`: the count.

use avmarks_spec::Gap;
use avmarks_spec::readings::{CountTypes, RefreshCount};
use serde_json::json;

use super::World;
use super::body::read_group;
use super::gates::{check_operator, find_group};
use super::policy::Policy;
use super::refusal::{Accepted, Refusal};

/// Answers a pull of the count, from step 6 on. Neither the plan nor the switch matters.
pub(super) fn get_online_member_num(world: &mut World, caller: &str, body: &str) -> Result<Accepted, Refusal> {
    let World { app, policy, groups, now, .. } = world;
    let id = read_group(body, policy)?;
    let group = find_group(groups, &id)?;
    // GROUP-TYPE: gap:count-types, reading `avchatroom-only`; under the default every type has a count. The code is 10007
    // whatever gap:wrong-type-code says.
    if policy.reading(Gap::CountTypes, CountTypes::from_name) == CountTypes::AvChatRoomOnly && !group.kind.has_marks() {
        return Err(Refusal::new(10007, "GROUP-TYPE"));
    }
    check_operator(app, group, caller)?;

    // All that are online count, hidden ones and robots too.
    let count_now = group.online().len();
    let count = match (view_age_max(policy), group.count_view) {
        // gap:refresh-count: the state of this moment.
        (None, _) => count_now,
        // gap:refresh-count, other reading: the last view, until it is 10 s old.
        (Some(age_max), Some((taken, count))) if *now - taken < age_max => count,
        (Some(_), _) => {
            group.count_view = Some((*now, count_now));
            count_now
        }
    };
    let answer = json!({ "ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "OnlineMemberNum": count });
    Ok(Accepted { answer, omitted: Vec::new() })
}

/// How old a view of the count must be to be shown no more, in milliseconds; `None` if each pull shows its moment.
fn view_age_max(policy: &Policy) -> Option<u64> {
    match policy.reading(Gap::RefreshCount, RefreshCount::from_name) {
        RefreshCount::TenSeconds => Some(10_000),
        _ => None,
    }
}
