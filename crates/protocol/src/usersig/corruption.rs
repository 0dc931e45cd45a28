//! What becomes of signatures on their way, and how it is undone.

use percent_encoding::percent_decode_str;

use super::encoding::PADDING;
use super::token::Token;
use super::token_error::TokenError;

/// Something that was done to a signature on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub(super) enum Corruption {
    /// Quotation marks around it.
    #[error("quotation marks stand around the signature; remove them")]
    Quoted,
    /// Blanks, line breaks or characters that do not show (zero-width ones, a byte order mark) around it or inside.
    #[error("blanks, line breaks or invisible characters stand in or around the signature; remove them")]
    WhiteSpace,
    /// `usersig=` in front of it, as in a URL.
    #[error("`usersig=` stands in front of the signature; give what follows it alone")]
    ParameterName,
    /// It is part of a whole URL or query: something precedes `usersig=`, and anything may follow.
    #[error("the signature stands in a URL; give what follows `usersig=`, up to the next `&`")]
    InUrl,
    /// The rest of a query follows it: `&` and more.
    #[error("more stands there than the signature, which ends before `&` at byte {at}; give it alone")]
    RestOfQuery {
        /// Where it ends: bytes before the `&`.
        at: usize,
    },
    /// Other text surrounds it, such as JSON, a line of a log, or a comma at its end.
    #[error("other text stands around the signature, which goes from byte {from} to byte {to}; give it alone")]
    Surrounded {
        /// Bytes before it.
        from: usize,
        /// Bytes before its end.
        to: usize,
    },
    /// It is duplicated.
    #[error("the signature stands there twice; give it once")]
    Doubled,
    /// `Bearer ` in front of it, as in a header.
    #[error("`Bearer` stands in front of the signature, which is not a bearer token; remove it")]
    Bearer,
    /// Percent-encoded, as in a URL.
    #[error("the signature is percent-encoded{}", percent_encoded(*.times))]
    PercentEncoded {
        /// How many times over.
        times: u8,
    },
    /// Blanks where a `+` was: standard base64 that was read as form data.
    #[error(
        "blanks stand where `+` was: standard base64 read as form data; write `*` for `+`, `-` for `/`, `_` for `=`"
    )]
    BlankForPlus,
    /// Standard base64, with `+`, `/` and `=`.
    #[error("the signature is in standard base64; write `*` for `+`, `-` for `/`, `_` for `=`")]
    StandardAlphabet,
    /// The URL-safe base64 of RFC 4648, with `-` and `_` for `+` and `/`.
    #[error(
        "the signature is in the URL-safe base64 of RFC 4648, which is another alphabet; encode in standard base64, then write `*` for `+`, `-` for `/`, `_` for `=`"
    )]
    UrlSafeAlphabet,
    /// The padding at the end is lost.
    #[error("the `_` at the end of the signature are lost; send all of it")]
    PaddingLost,
}

fn percent_encoded(times: u8) -> String {
    match times {
        1 => "; decode it once, or do not encode it: it needs none".to_owned(),
        _ => format!(" {times} times over; do not encode it: it needs none"),
    }
}

/// A guess at the corruption, and the content of the repaired signature.
pub(super) struct Repaired {
    pub(super) corruptions: Vec<Corruption>,
    pub(super) token: Result<Token, TokenError>,
}

/// What the text holds, once that is undone which seems to have been done to it: the guess that reads furthest, and of
/// these the plainest.
pub(super) fn repair(text: &str) -> Repaired {
    let as_it_is = Token::read(text);
    if as_it_is.is_ok() {
        return Repaired { corruptions: Vec::new(), token: as_it_is };
    }
    let mut best: Option<Repaired> = None;
    for (corruptions, text) in guesses(text) {
        let guess = Repaired { token: Token::read(&text), corruptions };
        // A signature that was cut off misses its padding, too; only one that is whole has lost nothing else.
        if guess.corruptions.contains(&Corruption::PaddingLost) && depth(&guess.token) < INFLATED {
            continue;
        }
        if best.as_ref().is_none_or(|best| depth(&best.token) < depth(&guess.token)) {
            best = Some(guess);
        }
    }
    let best = best.unwrap_or(Repaired { corruptions: Vec::new(), token: as_it_is });
    match longest_run(text).filter(|_| depth(&best.token) < INFLATED) {
        Some((from, run)) => {
            let guess = Repaired {
                token: Token::read(run),
                corruptions: vec![Corruption::Surrounded { from, to: from + run.len() }],
            };
            if depth(&guess.token) == INFLATED { guess } else { best }
        }
        None => best,
    }
}

/// The longest part that has the characters of a signature alone, and where it begins; none if that is all of the text.
fn longest_run(text: &str) -> Option<(usize, &str)> {
    let is_other = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '*' | '-' | PADDING));
    let mut from = 0;
    let mut longest = (0, "");
    for run in text.split_inclusive(is_other) {
        let bare = run.trim_end_matches(is_other);
        if bare.len() > longest.1.len() {
            longest = (from, bare);
        }
        from += run.len();
    }
    (longest.1.len() < text.len()).then_some(longest)
}

/// From here on the outer layers were whole.
const INFLATED: u8 = 4;

/// How far reading got.
fn depth(token: &Result<Token, TokenError>) -> u8 {
    match token {
        Err(TokenError::Empty | TokenError::Alphabet { .. }) => 0,
        Err(TokenError::Length { .. } | TokenError::LastCharacter) => 1,
        Err(TokenError::NotZlib | TokenError::NotCompressed | TokenError::Gzip) => 2,
        Err(TokenError::ZlibCutOff | TokenError::ZlibDamaged | TokenError::BehindZlib | TokenError::TooLarge) => 3,
        // zlib's checksum was right: no other guess gets here with other bytes.
        Err(_) | Ok(_) => INFLATED,
    }
}

/// Every guess, the plainest first. What is around the signature is undone in all of them.
fn guesses(text: &str) -> Vec<(Vec<Corruption>, String)> {
    let mut around = Vec::new();
    let bare = unwrapped(text, &mut around);
    let mut guesses = Vec::new();
    for (blanks, text) in without_blanks(&once(&bare, &mut around)) {
        for (alphabet, text) in in_alphabets(&text) {
            for (padding, text) in padded(&text) {
                let mut corruptions = around.clone();
                for corruption in [blanks, alphabet, padding].into_iter().flatten() {
                    // A blank for a plus says already which alphabet it is.
                    let said =
                        corruption == Corruption::StandardAlphabet && corruptions.contains(&Corruption::BlankForPlus);
                    if !said && !corruptions.contains(&corruption) {
                        corruptions.push(corruption);
                    }
                }
                guesses.push((corruptions, text));
            }
        }
    }
    guesses
}

/// Undoes quotes, white space around, words in front, and percent-encoding, in whatever order they were done.
fn unwrapped(text: &str, corruptions: &mut Vec<Corruption>) -> String {
    const LAYERS_MAX: u8 = 8;
    let given = text;
    let mut text = text.to_owned();
    let mut times = 0;
    for _ in 0..LAYERS_MAX {
        let trimmed = text.trim_matches(is_blank);
        let unquoted = trimmed.trim_matches(['"', '\'', '`', '“', '”']);
        if trimmed.len() < text.len() {
            note(corruptions, Corruption::WhiteSpace);
        }
        if unquoted.len() < trimmed.len() {
            note(corruptions, Corruption::Quoted);
        }
        let mut bare = unquoted;
        if let Some(value) = after_usersig(bare) {
            note(corruptions, Corruption::InUrl);
            bare = value;
        }
        for (word, corruption) in [("Bearer ", Corruption::Bearer), ("usersig=", Corruption::ParameterName)] {
            if let Some(rest) = without_word(bare, word) {
                note(corruptions, corruption);
                bare = rest;
            }
        }
        if let Some((value, _)) = bare.split_once(['&', '#']).filter(|(value, _)| !value.is_empty()) {
            if !corruptions.contains(&Corruption::InUrl) {
                note(corruptions, Corruption::RestOfQuery { at: given.find(value).unwrap_or_default() + value.len() });
            }
            bare = value;
        }
        let decoded = percent_decode_str(bare).decode_utf8().map_or_else(|_| bare.to_owned(), |text| text.into_owned());
        times += u8::from(decoded != bare);
        if decoded == text {
            break;
        }
        text = decoded;
    }
    if times > 0 {
        note(corruptions, Corruption::PercentEncoded { times });
    }
    text
}

fn note(corruptions: &mut Vec<Corruption>, found: Corruption) {
    if !corruptions.contains(&found) {
        corruptions.push(found);
    }
}

/// What follows `usersig=` in a query that has something before it.
fn after_usersig(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let at = ["?usersig=", "&usersig="].iter().filter_map(|name| lower.find(name)).min()?;
    text.get(at + "?usersig=".len()..)
}

/// The first of two equal copies, with nothing or blanks, a comma or a semicolon between them.
fn once(text: &str, corruptions: &mut Vec<Corruption>) -> String {
    let middle = text.len() / 2;
    for start in (middle.saturating_sub(2)..=middle).filter(|at| *at > 0) {
        let Some(first) = text.get(..start) else { continue };
        let Some(between) = text.get(start..).and_then(|rest| rest.strip_suffix(first)) else { continue };
        if between.chars().all(|c| is_blank(c) || matches!(c, ',' | ';')) {
            corruptions.push(Corruption::Doubled);
            return first.to_owned();
        }
    }
    text.to_owned()
}

/// What follows `word`, in any case, if `text` begins with it.
fn without_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then(|| rest.trim_start_matches(is_blank))
}

/// White space, and what takes no room at all but comes along in copying.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Undoes blanks inside: they were put in, or each was a `+`.
fn without_blanks(text: &str) -> Vec<(Option<Corruption>, String)> {
    if !text.contains(is_blank) {
        return vec![(None, text.to_owned())];
    }
    let without = text.chars().filter(|c| !is_blank(*c)).collect();
    vec![(Some(Corruption::WhiteSpace), without), (Some(Corruption::BlankForPlus), text.replace(' ', "*"))]
}

/// The text in the vendor's alphabet, were it in this or that one.
fn in_alphabets(text: &str) -> Vec<(Option<Corruption>, String)> {
    let mut texts = vec![(None, text.to_owned())];
    if text.contains(['+', '/', '=']) {
        let standard = text.replace('+', "*").replace('/', "-").replace('=', "_");
        texts.push((Some(Corruption::StandardAlphabet), standard));
    }
    if text.contains(['-', '_']) {
        let url_safe = text.replace('-', "*").replace('_', "-").replace('=', "_");
        texts.push((Some(Corruption::UrlSafeAlphabet), url_safe));
    }
    texts
}

/// The text, and with as much padding as its digits need.
fn padded(text: &str) -> [(Option<Corruption>, String); 2] {
    let digits = text.trim_end_matches(PADDING);
    let whole = digits.len().next_multiple_of(4);
    [(None, text.to_owned()), (Some(Corruption::PaddingLost), format!("{digits:_<whole$}"))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_run_is_a_part() {
        assert_eq!(longest_run("<eJw*->"), Some((1, "eJw*-")));
        assert_eq!(longest_run("a bcd, ef"), Some((2, "bcd")));
        // The first of two that are equally long.
        assert_eq!(longest_run("ab cd"), Some((0, "ab")));
        assert_eq!(longest_run("abcd"), None);
        assert_eq!(longest_run("<>"), Some((0, "")));
    }

    #[test]
    fn layers_of_percent_encoding_are_counted() {
        let text = |times| Corruption::PercentEncoded { times }.to_string();
        assert!(text(1).contains("percent-encoded; decode it once"), "{}", text(1));
        assert!(text(2).contains("percent-encoded 2 times over"), "{}", text(2));
    }

    #[test]
    fn two_copies_are_at_most_five_characters_apart() {
        for (between, expected) in [("", "eJw"), (",    ", "eJw"), ("      ", "eJw      eJw"), (".", "eJw.eJw")] {
            let mut corruptions = Vec::new();
            assert_eq!(once(&format!("eJw{between}eJw"), &mut corruptions), expected, "{between:?}");
            assert_eq!(corruptions.is_empty(), expected != "eJw", "{between:?}");
        }
        // One character is copied; no character is not.
        assert_eq!(once("aa", &mut Vec::new()), "a");
        assert_eq!(once(",", &mut Vec::new()), ",");
    }

    #[test]
    fn the_first_signature_of_a_query_is_taken() {
        assert_eq!(after_usersig("https://a/?usersig=b&usersig=c"), Some("b&usersig=c"));
        assert_eq!(after_usersig("a=1&UserSig=b?usersig=c"), Some("b?usersig=c"));
        assert_eq!(after_usersig("usersig=b"), None);
    }
}
