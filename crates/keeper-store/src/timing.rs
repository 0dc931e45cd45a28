//! The spans of time of the protocol between nodes, each with its reason.

use std::time::Duration;

use avmarks_spec::Limits;

/// A node expires this long after its last heartbeat: 3 s. A dead node's slots are claimed in at most this, one
/// [`CLAIM_EVERY`] and one transaction, below the 5 s that a hand-over may take; three heartbeats fit in.
pub const NODE_TTL: Duration = Duration::from_millis(3_000);

/// A node trusts its heartbeat until this long after it *began* to send it: 2.5 s. It ends before [`NODE_TTL`] by half a second,
/// for clocks that run at different speeds and for the timer of the caller.
pub const TRUST: Duration = Duration::from_millis(2_500);

/// How often a node sends a heartbeat: each second, so that one may be lost before trust ends.
pub const RENEW_EVERY: Duration = Duration::from_millis(1_000);

/// How often a node looks for slots without a node: each 300 ms, a tenth of [`NODE_TTL`].
pub const CLAIM_EVERY: Duration = Duration::from_millis(300);

/// How long a call may be sent after the attempt to record it *began*: 100 ms (W). Longer, and permits stay taken for longer
/// (the rate that is usable is 1,000 / ([`PERMIT_SPAN`])); shorter, and permits lapse while a commit waits for the disk.
pub const SEND_WITHIN: Duration = Duration::from_millis(100);

/// Added to the window of the rate, 20 ms (J): calls are counted when they arrive, and two may come closer together by the
/// difference of their latencies, and by 2 ms as moments are rounded to milliseconds.
pub const ARRIVAL_MARGIN: Duration = Duration::from_millis(20);

/// How long a permit stays taken: [`SEND_WITHIN`], the window of the rate (`RATE`), and [`ARRIVAL_MARGIN`]; 1,120 ms. The
/// call of a permit is sent at the latest [`SEND_WITHIN`] after the permit was taken, so the next call of the same permit arrives more than a
/// window later.
pub const PERMIT_SPAN: Duration = {
    let window = Limits::DOCUMENTED.rate_window.as_millis();
    Duration::from_millis((SEND_WITHIN.as_millis() + window + ARRIVAL_MARGIN.as_millis()) as u64)
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_ends_before_the_slots_pass_on() {
        assert!(TRUST + SEND_WITHIN < NODE_TTL && RENEW_EVERY * 2 < TRUST);
        assert!(NODE_TTL + CLAIM_EVERY < Duration::from_secs(5));
        assert_eq!(PERMIT_SPAN, Duration::from_millis(1_120));
    }
}
