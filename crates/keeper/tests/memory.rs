//! What a wanted account costs, and that a webhook about somebody unwanted leaves nothing.
#![cfg(test)]

use avmarks_keeper::{Keeper, PresenceChange, Settings, Step, Want};
use avmarks_spec::{GroupId, Mark, Timestamp, UserId};

const WANTS: usize = 100_000;
const GROUPS: usize = 100;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(1_795_412_030_000 + millis)
}

fn filled() -> Keeper {
    let mut keeper = Keeper::new(Settings { sweep_every: None, ..Settings::default() });
    for number in 0..WANTS {
        let group = GroupId::parse(&format!("@TGS#group{}", number % GROUPS)).unwrap();
        let account = UserId::parse(&format!("account-number-{number:07}")).unwrap();
        let mark = Mark::new(1_000 + (number % 10) as i64).unwrap();
        keeper.load(at(0), group, account, Some(Want::marks([mark]).unwrap()), &[]);
    }
    keeper
}

#[test]
fn a_wanted_account_costs_at_most_120_bytes() {
    let mut kept = None;
    let counted = allocation_counter::measure(|| kept = Some(filled()));
    assert_eq!(kept.unwrap().groups().map(|view| view.wanted).sum::<usize>(), WANTS);
    let each = counted.bytes_current / WANTS as i64;
    println!("{each} bytes for each wanted account");
    assert!((50..=120).contains(&each), "{each}");
}

#[test]
fn a_sign_of_somebody_unwanted_allocates_nothing() {
    let mut keeper = filled();
    assert_eq!(keeper.poll(at(1)), Step::Idle);
    let group = GroupId::parse("@TGS#group7").unwrap();
    let stranger = UserId::parse("stranger").unwrap();
    let counted = allocation_counter::measure(|| {
        for change in
            [PresenceChange::Online(stranger), PresenceChange::Offline(stranger), PresenceChange::Left(stranger)]
        {
            keeper.on_presence(at(2), group, change, Some(at(2)));
        }
    });
    assert_eq!((counted.count_total, keeper.poll(at(3))), (0, Step::Idle));
}
