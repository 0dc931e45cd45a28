//! The core in a program without `std`.
#![no_std]

extern crate alloc;

use core::alloc::{GlobalAlloc, Layout};

use avmarks_rules::{Presence, Room};
use avmarks_spec::{GroupType, Timestamp, UserId};

struct NoMemory;

// SAFETY: it never hands out memory, so nothing of it can be misused.
unsafe impl GlobalAlloc for NoMemory {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static MEMORY: NoMemory = NoMemory;

#[panic_handler]
fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// Uses both crates, so that neither is left out.
#[unsafe(no_mangle)]
pub extern "C" fn avmarks_no_std() -> usize {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    if let Ok(user) = UserId::parse("teacher10") {
        room.apply_presence(Presence::Join, &[user], Timestamp::EPOCH);
    }
    room.len()
}
