//! Records: lines with their checksum.

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
    /// There are bytes from `at` on that are no record, and one follows at `next`.
    Broken { at: usize, next: usize },
}

/// Writes a record; how many bytes it has. `line` has no line break.
pub(super) fn write(out: &mut Vec<u8>, line: &[u8]) -> usize {
    let before = out.len();
    // Writing into memory does not fail.
    let _ = write!(out, "{:08x} ", crc32fast::hash(line));
    out.extend_from_slice(line);
    out.push(b'\n');
    out.len() - before
}

/// The records of a file, up to the first that is none.
pub(super) fn read(bytes: &[u8]) -> Records<'_> {
    let mut lines = Vec::new();
    let mut at = 0;
    let mut pieces = bytes.split_inclusive(|byte| *byte == b'\n');
    while let Some(piece) = pieces.next() {
        let Some(line) = line(piece) else {
            let mut next = at + piece.len();
            for piece in pieces {
                if self::line(piece).is_some() {
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

/// The line of a record that is whole.
fn line(piece: &[u8]) -> Option<&str> {
    let (checksum, line) = piece.strip_suffix(b"\n")?.split_at_checked(9)?;
    let whole = format!("{:08x} ", crc32fast::hash(line)).as_bytes() == checksum;
    std::str::from_utf8(line).ok().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 3] = ["{\"at\":1}", "{\"at\":2,\"name\":\"é\"}", ""];

    fn written() -> (Vec<u8>, Vec<usize>) {
        let mut bytes = Vec::new();
        let starts =
            LINES.iter().map(|line| bytes.len() + write(&mut bytes, line.as_bytes()) - line.len() - 10).collect();
        (bytes, starts)
    }

    #[test]
    fn a_record_is_a_checksum_and_a_line() {
        let mut bytes = Vec::new();
        // The check value of this CRC.
        assert_eq!(write(&mut bytes, b"123456789"), 19);
        assert_eq!(bytes, b"cbf43926 123456789\n");
    }

    #[test]
    fn a_file_that_ends_at_any_byte_gives_the_whole_records_before_it() {
        let (bytes, starts) = written();
        for end in 0..=bytes.len() {
            let whole = starts.iter().skip(1).chain([&bytes.len()]).filter(|start| **start <= end).count();
            let at = starts.iter().copied().chain([bytes.len()]).nth(whole).unwrap();
            let expected = if at == end { End::Whole } else { End::Torn { at } };
            assert_eq!(read(&bytes[..end]), Records { lines: LINES[..whole].to_vec(), end: expected }, "{end}");
        }
    }

    #[test]
    fn a_bit_that_is_flipped_is_found_and_told_apart_from_a_torn_tail() {
        let (bytes, starts) = written();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bent = bytes.clone();
                bent[at] ^= 1 << bit;
                let hit = starts.iter().rposition(|start| *start <= at).unwrap();
                let Records { lines, end } = read(&bent);
                assert_eq!(lines, LINES[..hit], "byte {at}, bit {bit}");
                match end {
                    // A line break that is gone takes the next record along.
                    End::Torn { at: torn } => assert!(torn == starts[hit] && hit + 2 >= LINES.len(), "byte {at}"),
                    End::Broken { at: broken, next } => {
                        assert!(broken == starts[hit] && starts.contains(&next) && next > at, "byte {at}");
                    }
                    End::Whole => panic!("byte {at}, bit {bit} was not missed"),
                }
            }
        }
    }
}
