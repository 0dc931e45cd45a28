//! A whole service against the naive oracle and the rules alone.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::differ::differ;
use crate::op::{Op, Step, small_limits};

/// The most steps of a run.
const STEPS_MAX: usize = 40;

/// All that [`differ`] says, of any run: the service answers as the oracle and the rules alone do, a dry run foresees it,
/// no limit is passed, a refusal changes nothing, and a snapshot and restore before any step is not noticed. The run begins
/// with up to seven readings of gaps.
pub fn operations(bytes: &[u8]) {
    let mut source = Unstructured::new(bytes);
    // Where the bytes end, `Unstructured` gives zeros, and no faults.
    if let Ok((steps, restore_at)) = run(&mut source) {
        let judged = differ(&steps, small_limits(), restore_at);
        assert!(judged.is_ok(), "{}", judged.err().unwrap_or_default());
    }
}

/// Steps as a fuzzer's bytes tell them, and where the service is restored.
pub(super) fn run(source: &mut Unstructured<'_>) -> Result<(Vec<Step>, usize)> {
    let restore_at = usize::from(source.arbitrary::<u8>()?);
    let mut steps = Vec::new();
    for _ in 0..source.arbitrary::<u8>()? % 8 {
        let op = Op::Policy { gap: source.arbitrary()?, reading: source.arbitrary()? };
        steps.push(Step { wait: 0, op });
    }
    // A world that has something in it from the start.
    steps.push(Step { wait: 0, op: Op::Create { group: 0, kind: 0, owner: Some(0) } });
    steps.push(Step { wait: 0, op: Op::Presence { kind: 0, group: 0, accounts: vec![0, 1, 2, 3] } });
    while steps.len() < STEPS_MAX && !source.is_empty() {
        steps.push(source.arbitrary()?);
    }
    let restore_at = restore_at % steps.len();
    Ok((steps, restore_at))
}

impl<'a> Arbitrary<'a> for Step {
    fn arbitrary(source: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { wait: source.arbitrary()?, op: source.arbitrary()? })
    }
}

/// Weighted as the properties' strategies are, and in few bytes, so that a change of one byte is a change of one thing.
impl<'a> Arbitrary<'a> for Op {
    fn arbitrary(source: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match source.arbitrary::<u8>()? % 64 {
            0..=1 => {
                let bits = source.arbitrary::<u8>()?;
                Self::App {
                    marks_supported: bits & 1 == 0,
                    online_list_enabled: bits & 2 == 0,
                    deputy: bits & 4 != 0,
                    other_app: bits & 8 != 0,
                }
            }
            2..=4 => Self::Policy { gap: source.arbitrary()?, reading: source.arbitrary()? },
            5..=6 => Self::Create { group: source.arbitrary()?, kind: source.arbitrary()?, owner: source.arbitrary()? },
            7 => Self::Destroy { group: source.arbitrary()? },
            8..=24 => Self::Presence {
                kind: source.arbitrary()?,
                group: source.arbitrary()?,
                accounts: few(source, |source| source.arbitrary())?,
            },
            25..=50 => Self::Marks {
                caller: source.arbitrary()?,
                group: source.arbitrary()?,
                command: source.arbitrary()?,
                entries: few(source, |source| Ok((source.arbitrary()?, few(source, |source| source.arbitrary())?)))?,
                spoil: source.arbitrary()?,
            },
            51..=56 => Self::List {
                caller: source.arbitrary()?,
                group: source.arbitrary()?,
                cursor: source.arbitrary()?,
                filter: source.arbitrary()?,
            },
            57..=59 => Self::Count { caller: source.arbitrary()?, group: source.arbitrary()? },
            60 => Self::Stray,
            _ => Self::Tick,
        })
    }
}

/// One to three of something; none, or up to six, now and then.
fn few<'a, T>(
    source: &mut Unstructured<'a>,
    mut one: impl FnMut(&mut Unstructured<'a>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = match source.arbitrary::<u8>()? {
        length @ 0..=239 => length % 3 + 1,
        length => length % 7,
    };
    (0..count).map(|_| one(source)).collect()
}
