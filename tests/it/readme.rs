//! Everything that the README shows is run here: its commands print what it says they print.

use std::fs;
use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../../README.md");

/// A fenced block: its language and its lines.
struct Block {
    language: &'static str,
    lines: Vec<&'static str>,
}

fn blocks() -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for line in README.lines() {
        match line.strip_prefix("```") {
            Some(_) if is_open => is_open = false,
            Some(language) => {
                is_open = true;
                blocks.push(Block { language, lines: Vec::new() });
            }
            None if is_open => blocks.last_mut().expect("one is open").lines.push(line),
            None => {}
        }
    }
    blocks
}

/// Whether a line is as the pattern says, where `[..]` stands for anything.
fn matches(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split("[..]");
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for part in parts {
        last = Some(part);
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty() || last.is_some_and(|part| part.is_empty() || line.ends_with(part))
}

/// Runs a line of shell in `folder`; stdout and stderr together, as on a terminal.
fn shell(script: &str, folder: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_corsair"));
    let bin = binary.parent().expect("it lies in a folder").display();
    let script = format!("PATH={bin}:$PATH; export NO_COLOR=1; {{ {script}\n}} 2>&1");
    let output = Command::new("sh").arg("-c").arg(script).current_dir(folder).output();
    String::from_utf8(output.expect("there is a shell").stdout).expect("it prints text")
}

#[test]
fn the_readme_tells_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::create_dir(folder.path().join("topologies")).unwrap();
    let crew = "topologies/old-crew.json";
    fs::copy(root.join(crew), folder.path().join(crew)).unwrap();
    let mut wrong = String::new();
    let mut told = String::new();
    for block in blocks() {
        match block.language {
            "yaml" => {
                let name = block.lines[0].strip_prefix("# ").unwrap_or("my-pirates.yaml");
                fs::write(folder.path().join(name), block.lines.join("\n")).unwrap()
            }
            "sh" if !block.lines[0].starts_with("cargo") => {
                let printed = shell(&block.lines.join("\n"), folder.path());
                let numbers = printed.split_whitespace().filter(|word| word.parse::<f64>().is_ok());
                assert_eq!(numbers.count(), 6, "three points, two numbers each: {printed}");
            }
            "console" => {
                let mut lines = block.lines.iter().peekable();
                while let Some(line) = lines.next() {
                    let command = line.strip_prefix("$ ").expect("a block starts with a command");
                    let mut expected = Vec::new();
                    while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
                        expected.push(*line);
                    }
                    let printed = shell(command, folder.path());
                    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
                    let alike = expected.len() == printed.len()
                        && expected.iter().zip(&printed).all(|(e, p)| matches(e, p));
                    if !alike {
                        wrong += &format!("$ {command}\n{}\n\n", printed.join("\n"));
                    }
                    told += command;
                }
            }
            _ => {}
        }
    }
    assert!(told.contains("corsair run"), "the README shows commands");
    assert!(wrong.is_empty(), "the README should show:\n{wrong}");
}

#[test]
fn patterns_match_what_they_should() {
    assert!(matches("a [..] c", "a b c") && matches("[..]", "") && matches("x", "x"));
    assert!(!matches("a [..] c", "a b d") && !matches("x", "xy") && !matches("a[..]", "b"));
}
