//! The decision tables: what comes of each command in each state, got by asking the service; and what each other reading of
//! a gap changes in them.

mod commands;
mod readings;
mod states;
mod verdict;

use avmarks_rules::{Policy, Refusal};

use crate::Page;
use crate::show::in_short;
use commands::{COMMANDS, Command, Kind};
use states::STATES;
use verdict::Verdict;

const FOLDER: &str = "decisions";
const ORDER_IS_OURS: &str =
    "1047/50294; 1047/50293; 1047/60527; 1047/60523; 269/102857; the order is ours (docs/precedence.md)";

pub(crate) fn pages() -> Vec<Page> {
    let kinds = [
        ("set", Kind::Set, "each set by an app admin, in each state of the account `u`"),
        ("delete", Kind::Delete, "each delete by an app admin, in each state of the account `u`"),
        ("pull", Kind::Pull, "the list, the count and the check, in each state of the account `u`"),
        (
            "robots",
            Kind::Robots,
            "robots added and deleted by an app admin, in the states of the account `u` that matter",
        ),
        (
            "administrators",
            Kind::Administrators,
            "administrators set and deleted by an app admin, where `keeper` is one, in the states that matter",
        ),
        (
            "operators",
            Kind::Operator,
            "each command by each kind of operator, where `u` holds 1000 and `keeper` is an administrator of the group",
        ),
        ("requests", Kind::Request, "requests that differ in more than their body, where `u` is online"),
    ];
    let mut pages = vec![overview()];
    pages.extend(kinds.map(|(name, kind, shows)| in_full(name, kind, shows)));
    pages.push(readings::page());
    pages
}

/// A cell of the tables: what is done in which state.
#[derive(Clone, Copy)]
struct Cell {
    state: &'static states::State,
    command: &'static Command,
}

/// Every cell. Commands that are about the request or the operator are checked in one state alone.
fn cells() -> impl Iterator<Item = Cell> {
    COMMANDS.iter().flat_map(|command| {
        let is_looked_at = |state: &&states::State| command.states.is_empty() || command.states.contains(&state.name);
        let states = STATES.iter().filter(is_looked_at);
        states.map(move |state| Cell { state, command })
    })
}

/// What comes of every cell under a policy, in the order of [`cells`].
fn verdicts(policy: Policy) -> Vec<(Cell, Verdict)> {
    let worlds: Vec<_> = STATES.iter().map(|state| (state.name, state.world(policy))).collect();
    cells()
        .map(|cell| {
            let (_, world) = worlds.iter().find(|(name, _)| *name == cell.state.name).unwrap();
            (cell, Verdict::of(world, cell.state, cell.command))
        })
        .collect()
}

/// The tables at a glance: a column for each command.
fn overview() -> Page {
    let kinds = [("set", Kind::Set), ("delete", Kind::Delete), ("pull", Kind::Pull), ("robots", Kind::Robots)];
    let mut verdicts = verdicts(Policy::default());
    verdicts.retain(|(cell, _)| kinds.iter().any(|(_, kind)| *kind == cell.command.kind));
    let mut text = String::new();
    for (title, kind) in kinds {
        let columns: Vec<_> = COMMANDS.iter().filter(|command| command.kind == kind).collect();
        let mut rows = vec![vec![title.to_owned()]];
        rows[0].extend(columns.iter().map(|command| command.name.to_owned()));
        for state in STATES.iter().filter(|state| columns.iter().all(|command| command.is_looked_at_in(state))) {
            let mut row = vec![state.name.to_owned()];
            row.extend(columns.iter().map(|command| {
                let here =
                    |(cell, _): &&(Cell, Verdict)| cell.state.name == state.name && cell.command.name == command.name;
                verdicts.iter().find(here).unwrap().1.brief()
            }));
            rows.push(row);
        }
        text.push_str(&table(&rows));
        text.push_str("\n\n");
    }
    text.push_str(&legend(&verdicts));
    let shows =
        "all states and the commands on accounts at a glance: `ok`, what was left out, or the code and the refusal";
    Page::new(FOLDER, "overview", shows, ORDER_IS_OURS, text).and_on(ids(&verdicts))
}

/// What each refusal of the tables says.
fn legend(verdicts: &[(Cell, Verdict)]) -> String {
    let mut rows = vec![["refusal", "step", "says"].map(str::to_owned).to_vec()];
    for refusal in Refusal::ALL {
        if verdicts.iter().any(|(_, verdict)| verdict.refusal == Some(*refusal)) {
            rows.push(vec![format!("{refusal:?}"), refusal.step().to_string(), in_short(*refusal).to_owned()]);
        }
    }
    table(&rows)
}

/// One kind of commands, every cell with all that it rests on.
fn in_full(name: &str, kind: Kind, shows: &str) -> Page {
    let verdicts: Vec<_> =
        verdicts(Policy::default()).into_iter().filter(|(cell, _)| cell.command.kind == kind).collect();
    let heads = ["command", "state", "code", "refusal", "rests on", "served or shown", "left out", "`u` afterwards"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for (Cell { state, command }, verdict) in &verdicts {
        let mut row = vec![command.name.to_owned(), state.name.to_owned()];
        row.extend(verdict.in_full());
        rows.push(row);
    }
    Page::new(FOLDER, name, shows, ORDER_IS_OURS, table(&rows)).and_on(ids(&verdicts))
}

fn ids(verdicts: &[(Cell, Verdict)]) -> impl Iterator<Item = &'static str> {
    verdicts.iter().flat_map(|(_, verdict)| verdict.because.iter().copied())
}

/// Rows as an aligned table of Markdown, the first of them its head.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<_> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let rule: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut lines = vec![line(&rows[0]), format!("|-{}-|", rule.join("-|-"))];
    lines.extend(rows[1..].iter().map(line));
    lines.join("\n")
}

#[test]
fn names_of_states_and_commands_differ() {
    let mut states: Vec<_> = STATES.iter().map(|state| state.name).collect();
    states.sort_unstable();
    states.dedup();
    assert_eq!(states.len(), STATES.len());
    for command in COMMANDS {
        let twins = COMMANDS.iter().filter(|other| (other.name, other.kind) == (command.name, command.kind));
        assert_eq!(twins.count(), 1, "{}", command.name);
        let is_known = |name: &&str| STATES.iter().any(|state| state.name == *name);
        assert!(command.states.iter().all(is_known), "{}", command.name);
    }
}
