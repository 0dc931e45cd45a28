//! Pages: where the documents are, and which copy of them shows a sentence.

use core::fmt;

/// A page of a document on the web.
///
/// The address is that of the page as it is today. A clause or gap is based on a copy of the page with a date
/// ([`Source`]); the page may have changed since.
///
/// ```
/// use avmarks_spec::{PAGES, WebPage};
///
/// let page: &WebPage = PAGES.iter().find(|page| page.number == "1047/50294").unwrap();
/// assert_eq!(page.url, "https://www.tencentcloud.com/document/product/1047/50294");
/// assert_eq!((page.title, page.language), ("Set and delete marks (modify_user_info)", "en"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebPage {
    /// The number of the document at its publisher's, with `(zh)` after it for the Chinese edition of a site in several
    /// languages, and with the site in front where the number has no product in it. Different for each page.
    pub number: &'static str,
    /// The subject of the page, in our words.
    pub title: &'static str,
    /// The language of the page: `en` or `zh`.
    pub language: &'static str,
    /// The address of the page.
    pub url: &'static str,
}

/// A copy of a page that shows what a clause says, or what a gap asks about.
///
/// Shown as the number of the page, the date of the copy, and the part of the page.
///
/// ```
/// use avmarks_spec::Clause;
///
/// let source = Clause::Pin500.sources()[0];
/// assert_eq!((source.page.number, source.section, source.date), ("1047/50294", "special marks", Some("2023-03-10")));
/// assert_eq!(source.to_string(), "1047/50294 2023-03-10 (special marks)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// The page.
    pub page: WebPage,
    /// The part of the page, in our words.
    pub section: &'static str,
    /// The day, month or year in which the copy was last changed (`2023-03-10`, `2017-12`, `2023`), as far as it is known;
    /// none for a copy that shows no date.
    pub date: Option<&'static str>,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.page.number, self.date.unwrap_or("undated"), self.section)
    }
}

impl WebPage {
    /// The copy of this page that was last changed on `date`.
    pub(crate) const fn copy(self, date: &'static str, section: &'static str) -> Source {
        Source { page: self, section, date: Some(date) }
    }

    /// A copy of this page that shows no date.
    pub(crate) const fn undated(self, section: &'static str) -> Source {
        Source { page: self, section, date: None }
    }
}

/// A page of one of the sites. Each site has one form of address, which the number completes.
macro_rules! page {
    (international $number:literal $title:literal) => {
        page!(@ $number, $title, "en", concat!("https://www.tencentcloud.com/document/product/", $number))
    };
    (international_zh $number:literal $title:literal) => {
        page!(@ concat!($number, " (zh)"), $title, "zh", concat!("https://www.tencentcloud.com/zh/document/product/", $number))
    };
    (mainland $number:literal $title:literal) => {
        page!(@ $number, $title, "zh", concat!("https://cloud.tencent.com/document/product/", $number))
    };
    (trtc $number:literal $title:literal) => {
        page!(@ concat!("trtc.io ", $number), $title, "en", concat!("https://trtc.io/document/", $number))
    };
    (trtc_zh $number:literal $title:literal) => {
        page!(@ concat!("trtc.io ", $number, " (zh)"), $title, "zh", concat!("https://trtc.io/zh/document/", $number))
    };
    (rfc $number:literal $title:literal) => {
        page!(@ concat!("RFC ", $number), $title, "en", concat!("https://www.rfc-editor.org/rfc/rfc", $number))
    };
    (@ $number:expr, $title:literal, $language:literal, $url:expr) => {
        WebPage { number: $number, title: $title, language: $language, url: $url }
    };
}

macro_rules! pages {
    ($( $name:ident $site:ident $number:literal $title:literal )*) => {
        $( pub(crate) const $name: WebPage = page!($site $number $title); )*

        /// Every page that a clause or a gap rests on.
        pub const PAGES: &[WebPage] = &[ $( $name, )* ];
    };
}

pages! {
    MARKS international "1047/50294" "Set and delete marks (modify_user_info)"
    MARKS_ZH international_zh "1047/50294" "Set and delete marks (modify_user_info)"
    MARKS_CN mainland "269/79267" "Set and delete marks (modify_user_info)"
    LIST international "1047/50293" "The list of online members (get_members)"
    LIST_ZH international_zh "1047/50293" "The list of online members (get_members)"
    LIST_TRTC trtc "50293" "The list of online members (get_members)"
    LIST_CN mainland "269/77266" "The list of online members (get_members)"
    COUNT international "1047/38521" "The number of online members (get_online_member_num)"
    COUNT_CN mainland "269/49180" "The number of online members (get_online_member_num)"
    ADD_ROBOTS international "1047/60527" "Add robots (add_robots)"
    DELETE_ROBOTS international "1047/60526" "Delete robots (del_robots)"
    DELETE_ROBOTS_CN mainland "269/103785" "Delete robots (del_robots)"
    CHECK international "1047/60523" "Check whether accounts are in the group (check_members)"
    CHECK_CN mainland "269/95618" "Check whether accounts are in the group (check_members)"
    ADMINS international "1047/60525" "Set and delete administrators of a group (modify_admin)"
    ADMINS_CN mainland "269/102857" "Set and delete administrators of a group (modify_admin)"
    ADMIN_LIST_CN mainland "269/102858" "The administrators of a group (get_admin_list)"
    OVERVIEW international "1047/34620" "Overview of the REST API"
    ERRORS international "1047/34348" "Error codes"
    ERRORS_ZH international_zh "1047/34348" "Error codes"
    ERRORS_TRTC trtc "34348" "Error codes"
    USERSIG international "1047/34385" "Make a UserSig"
    USERSIG_TRTC trtc "34385" "Make a UserSig"
    PRESENCE international "1047/48734" "Webhook: members of an audio-video group go online and offline"
    PRESENCE_ZH international_zh "1047/48734" "Webhook: members of an audio-video group go online and offline"
    PRESENCE_TRTC trtc "48734" "Webhook: members of an audio-video group go online and offline"
    PRESENCE_CN mainland "269/76156" "Webhook: members of an audio-video group go online and offline"
    CONSOLE international "1047/34419" "Configuration of an app in the console"
    GROUPS international "1047/33529" "Group types and their properties"
    USE_LIMITS_TRTC trtc_zh "34381" "Limits of use"
    SDK_TRTC trtc "48181" "Guide of the client SDKs: members of a group"
    BAN international "1047/50296" "Ban members of an audio-video group (ban_group_member)"
    DELETE_MEMBERS_CN mainland "269/1622" "Delete members of a group (delete_group_member)"
    COUNTERS international "1047/53428" "Change counters of a group (update_group_counter)"
    JSON rfc "8259" "The JSON format"
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::collections::BTreeSet;
    use std::string::String;
    use std::vec::Vec;

    use super::*;
    use crate::{Clause, Gap};

    /// Every source, with the id of its clause or gap.
    fn sources() -> impl Iterator<Item = (&'static str, Source)> {
        let clauses = Clause::ALL.iter().map(|clause| (clause.id(), clause.sources()));
        let gaps = Gap::ALL.iter().map(|gap| (gap.id(), gap.sources()));
        clauses.chain(gaps).flat_map(|(id, sources)| sources.iter().map(move |source| (id, *source)))
    }

    /// What precedes the number in each address.
    const SITES: [(&str, &str); 6] = [
        ("https://www.tencentcloud.com/document/product/1047/", "en"),
        ("https://www.tencentcloud.com/zh/document/product/1047/", "zh"),
        ("https://cloud.tencent.com/document/product/269/", "zh"),
        ("https://trtc.io/document/", "en"),
        ("https://trtc.io/zh/document/", "zh"),
        ("https://www.rfc-editor.org/rfc/rfc", "en"),
    ];

    #[test]
    fn each_address_has_its_site_and_page_number() {
        let (mut numbers, mut urls) = (BTreeSet::new(), BTreeSet::new());
        for page in PAGES {
            assert!(numbers.insert(page.number) && urls.insert(page.url), "{page:?} is there twice");
            let site = SITES.iter().find_map(|(site, language)| Some((page.url.strip_prefix(site)?, *language)));
            let (number, language) = site.unwrap();
            assert!(!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()), "{page:?}");
            // The number as it is shown ends with that of the address, whatever edition is named after it.
            let shown = page.number.trim_end_matches(" (zh)");
            let last: String = shown.chars().rev().take_while(char::is_ascii_digit).collect();
            assert_eq!(last.chars().rev().collect::<String>(), number, "{page:?}");
            // A number with its product stands so in the address.
            assert!(!shown.contains('/') || page.url.ends_with(&std::format!("/{shown}")), "{page:?}");
            assert_eq!(page.language, language, "{page:?}");
            assert_eq!(page.number.ends_with(" (zh)"), page.url.contains("/zh/"), "{page:?}");
            assert!(!page.title.is_empty() && !page.title.ends_with('.'), "{page:?}");
        }
    }

    #[test]
    fn each_date_is_a_day_month_or_year() {
        let is_number = |part: &str, length: usize, range: core::ops::RangeInclusive<u32>| {
            part.len() == length && part.parse().is_ok_and(|number| range.contains(&number))
        };
        let is_date = |date: &str| match date.split('-').collect::<Vec<_>>()[..] {
            [year] => is_number(year, 4, 2000..=2099),
            [year, month] => is_number(year, 4, 2000..=2099) && is_number(month, 2, 1..=12),
            [year, month, day] => {
                is_number(year, 4, 2000..=2099) && is_number(month, 2, 1..=12) && is_number(day, 2, 1..=31)
            }
            _ => false,
        };
        for date in ["2023", "2017-12", "2023-03-10"] {
            assert!(is_date(date), "{date}");
        }
        for date in ["", "undated", "23", "2023-3-10", "2023-13", "2023-00-10", "2023-03-32", "2023-03-10 (269/79267)"]
        {
            assert!(!is_date(date), "{date}");
        }
        for (id, source) in sources() {
            assert!(source.date.is_none_or(is_date), "{id}: {source}");
            assert!(!source.section.is_empty() && !source.section.contains([';', '|', '(', ')']), "{id}: {source}");
        }
    }

    #[test]
    fn clauses_have_sources_and_pages_are_used() {
        for clause in Clause::ALL {
            assert!(!clause.sources().is_empty(), "{clause}");
        }
        let used: BTreeSet<_> = sources().map(|(_, source)| source.page.number).collect();
        assert_eq!(used, PAGES.iter().map(|page| page.number).collect());
        for (at, (id, source)) in sources().enumerate() {
            let again = sources().skip(at + 1).any(|(other, again)| other == id && again == source);
            assert!(!again, "{id}: {source} is there twice");
        }
    }

    #[test]
    fn a_gap_without_sources_says_so() {
        for gap in Gap::ALL {
            let is_silent = gap.evidence().starts_with("No document speaks of it");
            assert_eq!(gap.sources().is_empty(), is_silent, "{gap}");
            assert!(gap.question().ends_with('?') && gap.evidence().ends_with('.'), "{gap}");
        }
    }

    /// The newer copies of the page of marks end within its samples. What follows them was seen in a copy of 2023 alone,
    /// except the table of request fields, which an undated copy shows.
    #[test]
    fn each_sentence_cites_a_copy_that_has_it() {
        let seen_to_the_samples =
            ["feature overview", "applicable group types", "note", "request parameters", "maximum call frequency"];
        for (id, source) in sources() {
            let parts = || source.section.split(", ");
            match (source.page, source.date) {
                (page, Some("2025-11-03")) if page == MARKS_CN => {
                    let seen = |part| seen_to_the_samples.contains(&part) || part == "sample requests";
                    assert!(parts().all(seen), "{id}: {source}");
                }
                (page, Some("2024-07-16")) if page == MARKS => {
                    assert!(parts().all(|part| seen_to_the_samples.contains(&part)), "{id}: {source}");
                }
                (page, None) if page == MARKS_ZH => assert_eq!(source.section, "request fields", "{id}"),
                (page, date) if page == MARKS => assert_eq!(date, Some("2023-03-10"), "{id}"),
                (page, _) => assert!(page != MARKS_CN && page != MARKS_ZH, "{id}: {source}"),
            }
        }
    }
}
