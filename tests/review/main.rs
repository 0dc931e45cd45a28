//! What a reviewer reads: `tests/snapshots`, one file a page, and the index over them.
//!
//! A page is a row here: where it is kept, what it shows, what it rests on, and its text. That a page is not what was reviewed,
//! that a file belongs to no page, and that a header names what no document says, fails.

mod answers;
mod check;
mod decisions;
mod gateway;
mod index;
mod policy;
mod refusals;
mod replay;
mod requests;
mod show;
mod transport;
mod violations;
mod webhooks;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use avmarks_protocol::Endpoint;
use avmarks_spec::{Clause, Gap};

/// A file of `tests/snapshots`.
#[derive(Clone)]
struct Page {
    folder: &'static str,
    /// The name of the file, without `.snap`.
    name: String,
    /// What a reviewer finds in it, in a line of the index.
    shows: String,
    /// The vendor's pages, and the clauses and gaps: the header of the file.
    rests_on: Vec<String>,
    /// What the file must hold; none if another suite compares it.
    text: Option<String>,
}

impl Page {
    /// A page of this text. `rests_on` has `; ` between its parts.
    fn new(folder: &'static str, name: impl Into<String>, shows: &str, rests_on: &str, text: impl AsRef<[u8]>) -> Self {
        let text = String::from_utf8(text.as_ref().to_vec()).unwrap();
        let rests_on = rests_on.split("; ").map(str::to_owned).collect();
        Self { folder, name: name.into(), shows: shows.to_owned(), rests_on, text: Some(text) }
    }

    /// The same, resting on these ids as well; each is named once.
    fn and_on<'a>(mut self, ids: impl IntoIterator<Item = &'a str>) -> Self {
        for id in ids {
            if !self.rests_on.iter().any(|known| known == id) {
                self.rests_on.push(id.to_owned());
            }
        }
        self
    }

    fn header(&self) -> String {
        self.rests_on.join("; ")
    }

    fn path(&self) -> String {
        format!("{}/{}.snap", self.folder, self.name)
    }
}

/// A folder of `tests/snapshots`, and what is in it.
struct Folder {
    name: &'static str,
    says: &'static str,
    pages: fn() -> Vec<Page>,
}

/// Every folder, in the order in which a reviewer reads them.
const FOLDERS: &[Folder] = &[
    Folder {
        name: "modify_user_info",
        says: "The call that sets and deletes marks: its requests, and what the service answered when it was asked.",
        pages: || {
            [requests::modify_user_info(), answers::modify_user_info(), refusals::refused(Endpoint::ModifyUserInfo)]
                .concat()
        },
    },
    Folder {
        name: "get_members",
        says: "The online list.",
        pages: || [requests::get_members(), answers::get_members(), refusals::refused(Endpoint::GetMembers)].concat(),
    },
    Folder {
        name: "get_online_member_num",
        says: "The count of online members.",
        pages: || {
            [
                requests::get_online_member_num(),
                answers::get_online_member_num(),
                refusals::refused(Endpoint::GetOnlineMemberNum),
            ]
            .concat()
        },
    },
    Folder {
        name: "add_robots",
        says: "Puts robots into the online list, which sets mark 500 on them.",
        pages: || [requests::add_robots(), answers::add_robots(), refusals::refused(Endpoint::AddRobots)].concat(),
    },
    Folder {
        name: "del_robots",
        says: "Takes robots out of the online list, which deletes mark 500 of them.",
        pages: || [requests::del_robots(), answers::del_robots(), refusals::refused(Endpoint::DelRobots)].concat(),
    },
    Folder {
        name: "check_members",
        says: "Which of some accounts are online.",
        pages: || {
            [requests::check_members(), answers::check_members(), refusals::refused(Endpoint::CheckMembers)].concat()
        },
    },
    Folder {
        name: "modify_admin",
        says: "Sets and deletes administrators of a group.",
        pages: || {
            [requests::modify_admin(), answers::modify_admin(), refusals::refused(Endpoint::ModifyAdmin)].concat()
        },
    },
    Folder {
        name: "get_admin_list",
        says: "The administrators of a group.",
        pages: || {
            [requests::get_admin_list(), answers::get_admin_list(), refusals::refused(Endpoint::GetAdminList)].concat()
        },
    },
    Folder {
        name: "gateway",
        says: "What the eight calls share: URLs, the path that no call has, the table of codes.",
        pages: gateway::pages,
    },
    Folder { name: "webhook", says: "What the vendor sends to a backend, in each revision.", pages: webhooks::pages },
    Folder {
        name: "violations",
        says: "All that a dry run finds wrong with a request: as text (`Display`) and as JSON.",
        pages: violations::pages,
    },
    Folder {
        name: "transport",
        says: "The exact requests of `avmarks-transport-ureq`, from the request line to the last byte of the body (`␍` is a CR).",
        pages: transport::pages,
    },
    Folder { name: "check", says: "`avmarks check` as people and programs meet it.", pages: check::pages },
    Folder {
        name: "replay",
        says: "`avmarks replay`: each line that is said (`>`) and what is printed to it.",
        pages: replay::pages,
    },
    Folder {
        name: "decisions",
        says: "What comes of each command in each state of an account; and what each reading of a gap changes.",
        pages: decisions::pages,
    },
    Folder {
        name: "policy",
        says: "The readings and numbers that hold where nobody sets others.",
        pages: policy::pages,
    },
];

/// Every page, made once.
fn pages() -> &'static [Page] {
    static PAGES: OnceLock<Vec<Page>> = OnceLock::new();
    PAGES.get_or_init(|| {
        let pages: Vec<_> = FOLDERS.iter().flat_map(|folder| (folder.pages)()).collect();
        assert!(pages.iter().all(|page| FOLDERS.iter().any(|folder| folder.name == page.folder)));
        pages
    })
}

/// The pages that are not what was reviewed. They are compared once, and before any test reads the files: where insta was told
/// to write them, they stand then.
fn changed() -> &'static [String] {
    static CHANGED: OnceLock<Vec<String>> = OnceLock::new();
    CHANGED.get_or_init(|| pages().iter().filter(|page| !is_as_reviewed(page)).map(Page::path).collect())
}

fn is_as_reviewed(page: &Page) -> bool {
    let Some(text) = &page.text else { return true };
    // insta passes over white space at the ends; bytes that had some would not be exact.
    assert_eq!(text.trim(), text, "{}", page.path());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../snapshots/{}", page.folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(page.header());
    let compared = || settings.bind(|| insta::assert_snapshot!(page.name.as_str(), text));
    catch_unwind(AssertUnwindSafe(compared)).is_ok()
}

#[test]
fn every_page_is_what_was_reviewed() {
    assert_eq!(changed(), [""; 0], "not what was reviewed; tests/snapshots/README.md says how to go on");
}

/// Every id of the ledger.
fn ledger_ids() -> impl Iterator<Item = &'static str> {
    Clause::ALL.iter().map(|clause| clause.id()).chain(Gap::ALL.iter().map(|gap| gap.id()))
}
