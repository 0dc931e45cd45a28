//! Bytes and allocations, counted: these figures are exact, and the same each time.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that cannot run ends")]

use allocation_counter::{AllocationInfo, measure};
use avmarks_benches::world::{Numbers, id, request, user, write_served};
use avmarks_benches::{asked, naive};
use avmarks_protocol::modify_user_info;
use avmarks_rules::{Presence, Room};
use avmarks_spec::{GroupType, Timestamp, UserId};

fn main() {
    let Some(arguments) = asked(&["memory"]) else { return };
    let members = if arguments.is_quick { 100_000 } else { 1_000_000 };
    println!("Memory, members of 32-byte ids, everything that the room allocates counted\n");
    println!("| work | naive | ours | target |");
    println!("|---|---|---|---|");

    let ids: Vec<_> = (0..members).map(id).collect();
    let users: Vec<UserId> = ids.iter().map(|id| user(id)).collect();
    let mut theirs = naive::Room::default();
    let naive = Growth::of(members, |number| theirs.join(&ids[number], 1));
    let mut room = Room::new(GroupType::AvChatRoom, None);
    let ours = Growth::of(members, |number| {
        room.apply_presence(Presence::Join, &[users[number]], Timestamp::from_millis(1));
    });
    assert_eq!(room.len(), members);
    println!("| bytes per member at {members} | {:.1} | {:.1} | at most 64 |", naive.bytes(), ours.bytes());
    println!("| bytes per member, maximum from a tenth of that | {:.1} | {:.1} | |", naive.worst, ours.worst);
    println!("| peak over what is held, while growing | {:.2}x | {:.2}x | at most 1.3x |", naive.peak, ours.peak);

    let mut numbers = Numbers(7);
    let body = serde_json::to_vec(&request(&mut numbers, members, 500, 3)).unwrap();
    let owned = measure(|| drop(serde_json::from_slice::<naive::Request>(&body).unwrap()));
    let borrowed = measure(|| drop(modify_user_info::Request::parse(&body).unwrap()));
    println!("| allocations, parsing 500 accounts | {} | {} | at most 10 |", owned.count_total, borrowed.count_total);
    let request: naive::Request = serde_json::from_slice(&body).unwrap();
    let fresh = measure(|| drop(serde_json::to_vec(&request.member_list).unwrap()));
    let mut kept = Vec::new();
    write_served(&request, &mut kept);
    let ours = measure(|| write_served(&request, &mut kept));
    println!("| allocations, writing the answer for 500 | {} | {} | 0 |", fresh.count_total, ours.count_total);
}

/// What a room holds as it grows.
struct Growth {
    held: i64,
    members: usize,
    /// The most bytes per member at any of the steps from a tenth of the members on.
    worst: f64,
    /// The most that was allocated at any moment over what was held after that step.
    peak: f64,
}

impl Growth {
    fn of(members: usize, mut join: impl FnMut(usize)) -> Self {
        let mut growth = Self { held: 0, members, worst: 0.0, peak: 0.0 };
        let step = members / 200;
        for start in (0..members).step_by(step) {
            let AllocationInfo { bytes_current, bytes_max, .. } = measure(|| (start..start + step).for_each(&mut join));
            let peak = growth.held as f64 + bytes_max as f64;
            growth.held += bytes_current;
            if start + step >= members / 10 {
                growth.worst = growth.worst.max(growth.held as f64 / (start + step) as f64);
                growth.peak = growth.peak.max(peak / growth.held as f64);
            }
        }
        growth
    }

    fn bytes(&self) -> f64 {
        self.held as f64 / self.members as f64
    }
}
