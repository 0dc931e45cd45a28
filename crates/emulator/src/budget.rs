//! One budget of memory for everything that may be large: bodies of requests, and states that are sent.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The unit that is counted.
const UNIT: usize = 1_024;

/// So many bytes, of which shares are taken and given back.
#[derive(Clone)]
pub(crate) struct Budget {
    units: Arc<Semaphore>,
    units_max: u32,
}

/// A part of the budget, until it is dropped.
#[derive(Default)]
pub(crate) struct Share(Option<OwnedSemaphorePermit>);

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        let units_max = units(bytes).clamp(1, u32::MAX >> 4);
        Self { units: Arc::new(Semaphore::new(units_max as usize)), units_max }
    }

    /// Waits until this many bytes are free; or all, if it is more than there are.
    pub(crate) async fn take(&self, bytes: usize) -> Share {
        let units = units(bytes).min(self.units_max);
        Share(Arc::clone(&self.units).acquire_many_owned(units).await.ok())
    }

    /// Adds this many bytes to `share`, if they are free now. A holder of bytes must not wait for more.
    pub(crate) fn add(&self, share: &mut Share, bytes: usize) -> bool {
        match Arc::clone(&self.units).try_acquire_many_owned(units(bytes)) {
            Ok(more) => {
                match &mut share.0 {
                    Some(held) => held.merge(more),
                    None => share.0 = Some(more),
                }
                true
            }
            Err(_) => false,
        }
    }
}

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_taken_than_there_is() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let budget = Budget::new(4 * UNIT);
        let mut share = runtime.block_on(budget.take(2 * UNIT));
        assert!(budget.add(&mut share, 2 * UNIT));
        assert!(!budget.add(&mut Share::default(), 1));
        drop(share);
        let all = runtime.block_on(budget.take(usize::MAX));
        assert!(!budget.add(&mut Share::default(), 1));
        drop(all);
        assert!(budget.add(&mut Share::default(), 4 * UNIT));
        assert!(!budget.add(&mut Share::default(), 4 * UNIT + 1));
    }
}
