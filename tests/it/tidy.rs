//! The rules of the source that no lint knows: layers point one way, files and functions stay short, and each
//! protocol has its scenarios and its experiment.

use std::fs;
use std::path::Path;

/// A module uses only layers to its left.
const LAYERS: [&str; 13] = [
    "kernel",
    "settings",
    "topology",
    "network",
    "protocol",
    "faults",
    "simulation",
    "measure",
    "check",
    "protocols",
    "record",
    "experiment",
    "cli",
];
const FILE_LINES_MAX: usize = 450;
const FUNCTION_LINES_MAX: usize = 75;
const COLUMNS_MAX: usize = 120;
/// The one file that may be unsafe.
const UNSAFE: &str = "src/kernel/prefetch.rs";
/// What is never left behind outside of tests, and what to write instead.
const LEFTOVERS: [(&str, &str); 3] = [
    ("todo!", "finish it, or answer an error"),
    ("unimplemented!", "finish it, or answer an error"),
    (".unwrap()", "use expect(\"why this holds\"), or answer an error"),
];

/// A file of the project: its path from the root, and its text (of files outside of `src/` it may be empty).
struct File {
    path: String,
    text: String,
}

/// `file:line: what; use what`, for every rule that is broken.
fn tidy(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| is_source(&file.path)) {
        check_file(file, &mut findings);
    }
    check_protocols(files, &mut findings);
    findings
}

fn is_source(path: &str) -> bool {
    path.starts_with("src/") && path.ends_with(".rs")
}

fn check_file(File { path, text }: &File, findings: &mut Vec<String>) {
    let mut find = |line: usize, what: &str, instead: &str| {
        findings.push(format!("{path}:{}: {what}; {instead}", line + 1));
    };
    if !text.starts_with("//! ") {
        find(0, "no `//!` line", "open with a sentence that says what the file owns");
    }
    if text.lines().count() > FILE_LINES_MAX {
        let what = format!("more than {FILE_LINES_MAX} lines");
        find(FILE_LINES_MAX, &what, "use a file for each thing it owns");
    }
    let tests_from = first_test_line(path, text);
    let mut function: Option<(usize, &str)> = None;
    for (number, line) in text.lines().enumerate() {
        if line.chars().count() > COLUMNS_MAX {
            find(number, &format!("more than {COLUMNS_MAX} columns"), "break the line");
        }
        let code = line.split("//").next().unwrap_or(line);
        let indent = &line[..line.len() - line.trim_start().len()];
        if opens_function(code) {
            function = Some((number, indent));
        }
        if let Some((start, outer)) = function
            && line.strip_prefix(outer) == Some("}")
        {
            if number + 1 - start > FUNCTION_LINES_MAX {
                let what = format!("a function of more than {FUNCTION_LINES_MAX} lines");
                find(start, &what, "use functions for its parts");
            }
            function = None;
        }
        if number >= tests_from {
            continue;
        }
        for name in imports(code) {
            if let Some(instead) = misplaced(path, &name) {
                find(number, &format!("uses crate::{name}"), &instead);
            }
        }
        if path != UNSAFE && code.split_whitespace().any(|word| word == "unsafe") {
            find(number, "unsafe", &format!("use safe code; only {UNSAFE} may"));
        }
        for (what, instead) in LEFTOVERS {
            if code.contains(what) {
                find(number, what, instead);
            }
        }
    }
}

/// Where the tests of a file begin, which close it.
fn first_test_line(path: &str, text: &str) -> usize {
    if path.ends_with("tests.rs") || path.contains("/tests/") {
        return 0;
    }
    let opens = |pair: &[&str]| {
        pair[0].trim() == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
    };
    let lines: Vec<&str> = text.lines().collect();
    lines.windows(2).position(opens).unwrap_or(usize::MAX)
}

fn opens_function(code: &str) -> bool {
    let mut words = code.trim_start().split(' ');
    let is_prefix = |word: &&str| {
        ["pub", "const", "unsafe", "extern"].contains(word) || word.starts_with("pub(")
    };
    words.find(|word| !is_prefix(word)) == Some("fn")
}

/// The paths below `crate::` that a line of code names; of `crate::protocols`, with the protocol.
fn imports(code: &str) -> Vec<String> {
    let name = |rest: &str| -> String {
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
    };
    let mut found = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let first = name(rest);
        match rest.strip_prefix("protocols::") {
            // `protocols::{a, b}` and `protocols::a`.
            Some(below) if !name(below).is_empty() => {
                found.push(format!("protocols::{}", name(below)));
            }
            _ => found.push(first),
        }
    }
    found
}

/// What to do instead, if a file may not use `crate::name`.
fn misplaced(path: &str, name: &str) -> Option<String> {
    let place = |layer: &str| LAYERS.iter().position(|known| *known == layer);
    let mut rooms = path.trim_start_matches("src/").trim_end_matches(".rs").split('/');
    let own = rooms.next()?;
    let (layer, below) = name.split_once("::").unwrap_or((name, ""));
    let (here, there) = (place(own)?, place(layer)?);
    if own == "protocols" && layer == own {
        let protocol = rooms.next()?;
        // What begins with a capital belongs to the layer itself.
        let is_other = below.starts_with(|c: char| c.is_ascii_lowercase()) && below != protocol;
        return is_other.then(|| "protocols never use each other: use a layer below".to_owned());
    }
    (there > here)
        .then(|| format!("a layer uses only those to its left: {}", LAYERS[..here].join(", ")))
}

/// Each protocol has scenarios, a place in the registry once that exists, and an experiment then.
fn check_protocols(files: &[File], findings: &mut Vec<String>) {
    let mut protocols: Vec<&str> = files
        .iter()
        .filter_map(|file| file.path.strip_prefix("src/protocols/")?.split_once('/'))
        .map(|(protocol, _)| protocol)
        .collect();
    protocols.sort_unstable();
    protocols.dedup();
    let registry = files.iter().find(|file| file.path == "src/experiment/registry.rs");
    for protocol in protocols {
        let at = format!("src/protocols/{protocol}/mod.rs:1");
        let is_there = |part: &str| files.iter().any(|file| file.path.starts_with(part));
        if !is_there(&format!("tests/scenarios/{protocol}/")) {
            findings.push(format!("{at}: no scenarios; add tests/scenarios/{protocol}/*.txt"));
        }
        let Some(registry) = registry else { continue };
        if !registry.text.contains(&format!("protocols::{protocol}")) {
            findings.push(format!("{at}: not in the registry; name it in {}", registry.path));
        }
        if !is_there(&format!("configs/{protocol}")) {
            findings.push(format!("{at}: no experiment; add configs/{protocol}.yaml"));
        }
    }
}

/// All files below a folder, sorted by path; `src/` with their texts.
fn read(root: &Path, folder: &str, files: &mut Vec<File>) {
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return };
    let mut names: Vec<(String, bool)> = entries
        .map(|entry| entry.expect("the project can be listed"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path().is_dir()))
        .collect();
    names.sort();
    for (name, is_folder) in names {
        let path = format!("{folder}/{name}");
        if is_folder {
            read(root, &path, files);
        } else {
            let wanted = is_source(&path);
            let text = wanted.then(|| fs::read_to_string(root.join(&path)).expect("is text"));
            files.push(File { path, text: text.unwrap_or_default() });
        }
    }
}

#[test]
fn the_source_is_tidy() {
    let mut files = Vec::new();
    for folder in ["src", "configs", "tests/scenarios"] {
        read(Path::new(env!("CARGO_MANIFEST_DIR")), folder, &mut files);
    }
    assert!(files.len() > 50, "the source was not found");
    let findings = tidy(&files);
    assert!(findings.is_empty(), "the source is not tidy:\n{}", findings.join("\n"));
}

fn file(path: &str, text: impl Into<String>) -> File {
    File { path: path.to_owned(), text: text.into() }
}

#[test]
fn each_rule_fires() {
    let long = |lines: usize| "    work();\n".repeat(lines);
    let tree = [
        file("src/kernel/mod.rs", "use std::fmt;\n"),
        file(
            "src/network/mod.rs",
            "//! N.\nuse crate::kernel::{Span};\nuse crate::simulation::World;\n",
        ),
        file("src/topology.rs", "//! T.\nfn f() -> crate::cli::Exit {\n}\n"),
        file("src/protocols/raft/mod.rs", "//! R.\nuse crate::protocols::pirates::Pirate;\n"),
        file(
            "src/protocols/raft/log.rs",
            "//! L.\nuse crate::protocols::raft::Log;\nuse crate::protocols::Family;\n",
        ),
        file("src/cli/mod.rs", format!("//! C.\n{}", "\n".repeat(450))),
        file(
            "src/check/mod.rs",
            format!("//! C.\nimpl A {{\n  pub(super) fn f() {{\n{}  }}\n}}\n", long(74)),
        ),
        file("src/check/fine.rs", format!("//! C.\nconst fn f() {{\n{}}}\n", long(73))),
        file("src/faults/mod.rs", format!("//! F.\n// {}\n", "x".repeat(118))),
        file("src/kernel/prefetch.rs", "//! P.\nunsafe { prefetch() }\n"),
        file(
            "src/record/mod.rs",
            "//! R.\n    unsafe { go() } // unsafe\n    todo!()\n    unimplemented!()\n",
        ),
        file(
            "src/measure/mod.rs",
            "//! M. todo!\nlet a = b.unwrap();\n#[cfg(test)]\nmod tests {\n    use crate::cli::X;\n    a.unwrap()\n}\n",
        ),
        file("src/experiment/registry.rs", "//! E.\nuse crate::protocols::pirates;\n"),
        file("src/protocols/pirates/mod.rs", "//! P.\n"),
        file("configs/pirates-gold.yaml", ""),
        file("tests/scenarios/pirates/gold.txt", ""),
    ];
    let left = "a layer uses only those to its left";
    let expected = [
        "src/kernel/mod.rs:1: no `//!` line; open with a sentence that says what the file owns".to_owned(),
        format!("src/network/mod.rs:3: uses crate::simulation; {left}: kernel, settings, topology"),
        format!("src/topology.rs:2: uses crate::cli; {left}: kernel, settings"),
        "src/protocols/raft/mod.rs:2: uses crate::protocols::pirates; protocols never use each other: use a layer below".to_owned(),
        "src/cli/mod.rs:451: more than 450 lines; use a file for each thing it owns".to_owned(),
        "src/check/mod.rs:3: a function of more than 75 lines; use functions for its parts".to_owned(),
        "src/faults/mod.rs:2: more than 120 columns; break the line".to_owned(),
        "src/record/mod.rs:2: unsafe; use safe code; only src/kernel/prefetch.rs may".to_owned(),
        "src/record/mod.rs:3: todo!; finish it, or answer an error".to_owned(),
        "src/record/mod.rs:4: unimplemented!; finish it, or answer an error".to_owned(),
        "src/measure/mod.rs:2: .unwrap(); use expect(\"why this holds\"), or answer an error".to_owned(),
        "src/protocols/raft/mod.rs:1: no scenarios; add tests/scenarios/raft/*.txt".to_owned(),
        "src/protocols/raft/mod.rs:1: not in the registry; name it in src/experiment/registry.rs".to_owned(),
        "src/protocols/raft/mod.rs:1: no experiment; add configs/raft.yaml".to_owned(),
    ];
    assert_eq!(tidy(&tree), expected);
}
