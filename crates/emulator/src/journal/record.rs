//! Records: numbered lines, each with a checksum over itself and over all before it.
//!
//! `CRC NUMBER JSON`, and a line break. The checksum is the CRC-32 of the checksum before, a space, and the rest of the
//! line; the first of a file follows on the file's name. So a record that is missing, doubled, changed, moved or of another
//! file is found by the one behind it, and the last one by its own checksum.

use std::io::Write;

/// The records of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Records<'a> {
    pub(super) lines: Vec<&'a str>,
    pub(super) end: End,
}

/// How a file ends, as far as its records go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With a whole record.
    Whole,
    /// With bytes from `at` on that are no record: what was being written when the process ended.
    Torn { at: usize },
    /// The bytes at `at` do not continue the records before, and at `next` is something that was a whole record once.
    Broken { at: usize, next: usize },
}

/// The records of a file so far, or as many of them as were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    /// The checksum of the last record.
    checksum: u32,
    /// The number of the last record.
    number: u64,
}

impl Chain {
    /// Before the first record of the file of this name.
    pub(super) fn of(name: &str) -> Self {
        Self { checksum: crc32fast::hash(name.as_bytes()), number: 0 }
    }

    /// The checksum of the last record.
    pub(super) const fn checksum(&self) -> u32 {
        self.checksum
    }

    /// Writes the next record. `line` has no line break.
    pub(super) fn write(&mut self, out: &mut Vec<u8>, line: &[u8]) {
        let start = out.len();
        let before = self.checksum;
        self.number += 1;
        // Writing into memory does not fail.
        let _ = write!(out, "{before:08x} {} ", self.number);
        out.extend_from_slice(line);
        // The checksum before is what this one begins with, and stands where this one is to stand.
        self.checksum = crc32fast::hash(out.get(start..).unwrap_or_default());
        let text = format!("{:08x}", self.checksum);
        if let Some(place) = out.get_mut(start..start + text.len()) {
            place.copy_from_slice(text.as_bytes());
        }
        out.push(b'\n');
    }

    /// The line of the next record, where `piece` is that.
    fn next<'a>(&mut self, piece: &'a [u8]) -> Option<&'a str> {
        let (checksum, rest) = piece.strip_suffix(b"\n")?.split_at_checked(8)?;
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(format!("{:08x}", self.checksum).as_bytes());
        hasher.update(rest);
        let found = hasher.finalize();
        let number = format!(" {} ", self.number + 1);
        let line = rest.strip_prefix(number.as_bytes()).filter(|_| format!("{found:08x}").as_bytes() == checksum)?;
        *self = Self { checksum: found, number: self.number + 1 };
        std::str::from_utf8(line).ok()
    }
}

/// The records of a file, up to the first that does not follow on `chain`, which is at the last of them afterwards.
pub(super) fn read<'a>(bytes: &'a [u8], chain: &mut Chain) -> Records<'a> {
    let mut lines = Vec::new();
    let mut at = 0;
    for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Some(line) = chain.next(piece) else {
            let mut next = at;
            for piece in bytes.get(at..).unwrap_or_default().split_inclusive(|byte| *byte == b'\n') {
                if was_record(piece) {
                    return Records { lines, end: End::Broken { at, next } };
                }
                next += piece.len();
            }
            return Records { lines, end: End::Torn { at } };
        };
        lines.push(line);
        at += piece.len();
    }
    Records { lines, end: End::Whole }
}

/// Whether a whole record was written here, though it is changed or out of its place now. What a write that was cut off
/// leaves is not one: it lacks its end.
fn was_record(piece: &[u8]) -> bool {
    const LEAST: usize = "00000000 1 {}\n".len();
    piece.len() >= LEAST && piece.ends_with(b"}\n") && std::str::from_utf8(piece).is_ok_and(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 3] = [r#"{"at":1}"#, r#"{"at":2,"name":"é"}"#, "{}"];

    fn chain() -> Chain {
        Chain::of("journal-1")
    }

    /// The records of [`LINES`], and the whole.
    fn written() -> (Vec<Vec<u8>>, Vec<u8>) {
        let mut chain = chain();
        let record = |line: &&str| {
            let mut record = Vec::new();
            chain.write(&mut record, line.as_bytes());
            record
        };
        let records: Vec<_> = LINES.iter().map(record).collect();
        let whole = records.concat();
        (records, whole)
    }

    fn read(bytes: &[u8]) -> Records<'_> {
        super::read(bytes, &mut chain())
    }

    #[test]
    fn a_record_has_checksum_number_and_line() {
        let mut bytes = Vec::new();
        Chain { checksum: 0, number: 4 }.write(&mut bytes, b"{}");
        assert_eq!(bytes, format!("{:08x} 5 {{}}\n", crc32fast::hash(b"00000000 5 {}")).into_bytes());
        // The check value of this CRC.
        assert_eq!(crc32fast::hash(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_file_cut_anywhere_gives_the_records_before() {
        let (records, bytes) = written();
        let starts: Vec<_> = (0..=records.len()).map(|at| records[..at].concat().len()).collect();
        for end in 0..=bytes.len() {
            let whole = starts.iter().rposition(|start| *start <= end).unwrap();
            let expected = if starts[whole] == end { End::Whole } else { End::Torn { at: starts[whole] } };
            assert_eq!(read(&bytes[..end]), Records { lines: LINES[..whole].to_vec(), end: expected }, "{end}");
        }
    }

    #[test]
    fn a_flipped_bit_is_found_wherever_it_is() {
        let (records, bytes) = written();
        let starts: Vec<_> = (0..records.len()).map(|at| records[..at].concat().len()).collect();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bent = bytes.clone();
                bent[at] ^= 1 << bit;
                let hit = starts.iter().rposition(|start| *start <= at).unwrap();
                let Records { lines, end } = read(&bent);
                assert_eq!(lines, LINES[..hit], "byte {at}, bit {bit}");
                match end {
                    // Of the last one, or of the last two where the break between them is gone, the end is gone or it is not
                    // text any more: so a write ends that was cut off.
                    End::Torn { at: torn } => {
                        let last_two = bytes[at] == b'\n' && hit + 2 == LINES.len();
                        assert!(torn == starts[hit] && (hit + 1 == LINES.len() || last_two), "byte {at}, bit {bit}");
                        assert!(at + 2 >= bytes.len() || bit == 7 || bent.contains(&0), "byte {at}, bit {bit}");
                    }
                    End::Broken { at: broken, next } => {
                        assert!(broken == starts[hit] && next >= broken, "byte {at}, bit {bit}");
                    }
                    End::Whole => panic!("byte {at}, bit {bit} was not missed"),
                }
            }
        }
    }

    #[test]
    fn a_missing_doubled_or_swapped_record_is_found() {
        let (records, _) = written();
        let file = |order: &[usize]| order.iter().flat_map(|at| records[*at].clone()).collect::<Vec<_>>();
        for (order, whole) in
            [(&[1, 2][..], 0), (&[0, 2], 1), (&[0, 0, 1, 2], 1), (&[0, 2, 1], 1), (&[0, 1, 1], 2), (&[0, 1, 2, 2], 3)]
        {
            let file = file(order);
            let Records { lines, end } = read(&file);
            assert_eq!(lines, LINES[..whole], "{order:?}");
            assert!(matches!(end, End::Broken { at, next } if at == next), "{order:?}: {end:?}");
        }
        // A record of another file.
        let (_, bytes) = written();
        assert_eq!(super::read(&bytes, &mut Chain::of("journal-2")).end, End::Broken { at: 0, next: 0 });
    }

    #[test]
    fn noise_behind_the_records_is_a_torn_tail() {
        let (_, bytes) = written();
        for noise in [&[0; 5_000][..], b"\n\n}\n", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff{}\n"] {
            let file = [&bytes, noise].concat();
            assert_eq!(read(&file), Records { lines: LINES.to_vec(), end: End::Torn { at: bytes.len() } });
        }
    }
}
