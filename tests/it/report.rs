//! The report of results and single charts of them: the same bytes everywhere, no network, no scripts, all escaped.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::cli::{Bench, ROOT};

/// How large a study made by hand is.
struct Size {
    reps: u64,
    samples: u64,
}

const LATENCIES: [&str; 4] = ["10ms", "100ms", "1s", "10s"];
const MODES: [&str; 2] = ["push", "<b>&\"pull'"];

/// A study of a number and a word, made by hand; run 3 broke an invariant.
fn write_study(bench: &Bench, folder: &str, size: &Size) {
    let key = "protocol.x.<i>mode";
    let mut runs = format!(
        "run,point,rep,seed,network.latency,{key},status,stop_reason,end_ms,events,messages_sent,\
         score_points,late_ms,digest\n"
    );
    let mut series = "run,t_ms,metric,unit,scope,id,value\n".to_owned();
    let mut summary =
        "point,metric,unit,n,mean,sd,ci_low,ci_high,method,min,p05,p50,p95,max\n".to_owned();
    let mut pairs =
        "point,baseline,metric,unit,n,diff,diff_low,diff_high,ratio,method\n".to_owned();
    let settings = LATENCIES.iter().flat_map(|latency| MODES.map(|mode| (*latency, mode)));
    for (point, (latency, mode)) in settings.enumerate() {
        let mode = format!("\"{}\"", mode.replace('"', "\"\""));
        for rep in 0..size.reps {
            let run = point as u64 * size.reps + rep;
            let status = if run == 3 { "violated" } else { "ok" };
            let score = point as f64 + rep as f64 / 4.0;
            let _ = writeln!(
                runs,
                "{run},{point},{rep},{run:016x},{latency},{mode},{status},at,2000,7,9,{score},,0{run}"
            );
            for sample in 0..=size.samples {
                let at = 2000.0 / size.samples as f64 * sample as f64;
                let value = score * sample as f64 / size.samples as f64;
                let _ = writeln!(series, "{run},{at},score,points,run,,{value}");
                let _ = writeln!(series, "{run},{at},score,points,node,3,{value}");
            }
        }
        let (n, mean) = (size.reps, point as f64 + (size.reps - 1) as f64 / 8.0);
        let (low, high) = (mean - 0.5, mean + 0.5);
        let _ = writeln!(
            summary,
            "{point},score,points,{n},{mean},0.25,{low},{high},t,0,0,{mean},9,9\n\
             {point},late,ms,0,,,,,none,,,,,\n{point},late_reached,,{n},0,0,0,0.3,wilson,0,0,0,0,0"
        );
        if point != 1 {
            let diff = point as f64 - 1.0;
            let _ = writeln!(pairs, "{point},1,score,points,{n},{diff},{diff},{diff},2.5,paired");
        }
    }
    fs::create_dir_all(bench.path(folder).join("violations")).unwrap();
    let write = |name: &str, text: &str| bench.write(&format!("{folder}/{name}"), text);
    let runs_count = 8 * size.reps;
    write("runs.csv", &runs);
    write("series.csv", &series);
    write("summary.csv", &summary);
    write("pairs.csv", &pairs);
    write("violations/no_<u>lies-3.json", "{}");
    let every = 2_000_000_000 / size.samples;
    write(
        "resolved.json",
        &format!(
            r#"{{"nodes":5,"protocol":{{"x":{{}}}},"network":{{"loss":0.25}},"record":{{"every":{every}}},
            "faults":[{{"partition":{{"from":500000000,"until":1000000000}}}}],
            "assert":{{"score":{{"at_least":2}}}}}}"#
        ),
    );
    write(
        "manifest.json",
        &format!(
            r#"{{"schema":1,"name":"made & <by> hand","id":"0123456789ab","kind":"study","seed":7,
            "engine":1,"counts":{{"points":8,"replications":{},"runs":{runs_count},"violated":1,
            "events":77}},"files":[]}}"#,
            size.reps
        ),
    );
}

/// The page of a study made by hand.
fn study_page(bench: &Bench) -> String {
    write_study(bench, "study", &Size { reps: 4, samples: 4 });
    bench.call(&["report", "study", "-o", "page.html"]).good();
    fs::read_to_string(bench.path("page.html")).unwrap()
}

/// The page of a run with everything that a run can have.
fn run_page(bench: &Bench) -> String {
    let sets = ["--set", "nodes=30", "--set", "record.every=5s", "--set", "record.graph.every=60s"];
    bench.call(&[&["run", "pirates", "-q", "-r", "3", "-o", "run"], &sets[..]].concat()).good();
    fs::read_to_string(bench.path("run/report.html")).unwrap()
}

/// An element as it opens: its name and its attributes, or text between elements.
enum Piece {
    Open(String, Vec<(String, String)>),
    Text(String),
}

/// All of a page or a drawing, which must be well-formed XML.
fn pieces(text: &str) -> Vec<Piece> {
    let mut reader = Reader::from_str(text);
    let mut pieces = Vec::new();
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::End(_) => depth -= 1,
            Event::Text(text) => {
                pieces.push(Piece::Text((*text).to_owned()));
            }
            event @ (Event::Start(_) | Event::Empty(_)) => {
                depth += i32::from(matches!(event, Event::Start(_)));
                let (Event::Start(tag) | Event::Empty(tag)) = event else { unreachable!() };
                let name = tag.name().as_ref().to_owned();
                let attributes = tag.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let key = attribute.key.as_ref().to_owned();
                    (key, attribute.value.to_string())
                });
                pieces.push(Piece::Open(name, attributes.collect()));
            }
            _ => {}
        }
    }
    assert_eq!(depth, 0, "every element is closed");
    pieces
}

/// Nothing in it can make a request or run.
#[track_caller]
fn assert_inert(text: &str) {
    const KNOWN: &[&str] = &[
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "header",
        "section",
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "li",
        "dl",
        "dt",
        "dd",
        "div",
        "figure",
        "figcaption",
        "details",
        "summary",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "code",
        "pre",
        "svg",
        "desc",
        "path",
        "rect",
        "circle",
        "text",
    ];
    for piece in pieces(text) {
        match piece {
            Piece::Open(name, attributes) => {
                assert!(KNOWN.contains(&name.as_str()), "<{name}> is not known to be inert");
                for (key, value) in attributes {
                    let forbidden = ["src", "href", "style", "action", "data", "srcset"];
                    assert!(!forbidden.contains(&key.as_str()), "<{name} {key}={value}>");
                    assert!(!key.starts_with("on") && !key.contains(':'), "<{name} {key}>");
                    assert!(key == "xmlns" || !value.contains("//"), "<{name} {key}={value}>");
                }
            }
            Piece::Text(text) => {
                for forbidden in ["url(", "@import", "http:", "https:"] {
                    assert!(!text.contains(forbidden), "{forbidden} in {text}");
                }
            }
        }
    }
}

#[test]
fn the_page_asks_no_network_and_has_no_scripts() {
    let bench = Bench::new();
    assert_inert(&run_page(&bench));
    assert_inert(&study_page(&bench));
}

#[test]
fn the_page_has_the_same_bytes_wherever_it_is_made() {
    let (here, there) = (Bench::new(), Bench::new());
    let page = run_page(&here);
    assert_eq!(run_page(&there), page);
    let manifest = fs::read_to_string(here.path("run/manifest.json")).unwrap();
    assert!(manifest.contains("\"report.html\""));
    let told = here.call(&["report", "run"]).good();
    assert!(told.out.contains("(it was there: the same bytes)"), "{}", told.out);
    let mut command = there.command(&["report", "run", "-o", "else.html"]);
    command.envs([("TZ", "Pacific/Chatham"), ("LC_ALL", "de_DE.UTF-8")]);
    assert!(command.status().unwrap().success());
    assert_eq!(fs::read_to_string(there.path("else.html")).unwrap(), page);
    for secret in [here.path("run").to_str().unwrap(), env!("CARGO_PKG_VERSION")] {
        assert!(!page.contains(&format!(">{secret}<")) && !page.contains(&format!("{secret}/")));
    }
}

#[test]
fn a_report_that_was_lost_is_put_back_and_another_one_is_kept() {
    let bench = Bench::new();
    let page = run_page(&bench);
    let path = bench.path("run/report.html");
    fs::remove_file(&path).unwrap();
    bench.call(&["report", "run"]).good();
    assert_eq!(fs::read_to_string(&path).unwrap(), page);
    fs::write(&path, "spoilt").unwrap();
    bench.call(&["report", "run"]).good();
    bench.call(&["verify", "run"]).good();
    // Where the other files were changed, a page made of them is not the one that was promised.
    let runs = fs::read_to_string(bench.path("run/runs.csv")).unwrap();
    fs::write(bench.path("run/runs.csv"), runs.replacen(",ok,", ",violated,", 1)).unwrap();
    let told = bench.call(&["report", "run"]);
    assert_eq!(told.status, Some(2));
    assert!(told.err.contains("-o FILE writes the new one elsewhere"), "{}", told.err);
    assert_eq!(fs::read_to_string(&path).unwrap(), page);
}

#[test]
fn the_headline_table_says_what_the_summary_says() {
    let bench = Bench::new();
    let page = run_page(&bench);
    let summary = fs::read_to_string(bench.path("run/summary.csv")).unwrap();
    let table = page.split("<h2>Results</h2>").nth(1).unwrap().split("</table>").next().unwrap();
    assert_eq!(table.matches("<tr>").count(), summary.lines().count());
    let gini: Vec<_> =
        summary.lines().find(|l| l.starts_with("0,gold_gini,")).unwrap().split(',').collect();
    let four = |place: usize| format!("{:.4}", gini[place].parse::<f64>().unwrap());
    let row = format!(
        "<th scope=\"row\">gold_gini</th><td>ratio</td><td class=\"n\">3</td><td class=\"n\">{}</td>\
         <td class=\"n\">[{}, {}]</td>",
        four(4),
        four(6),
        four(7)
    );
    assert!(table.contains(&row), "{row} is not in {table}");
    for says in [" over time", ": distribution over runs", ": runs"] {
        assert!(page.contains(&format!("<figcaption>gold_gini{says}</figcaption>")), "{says}");
    }
    assert!(page.contains("<code>corsair run resolved.json --rep 2</code>"));
    assert!(page.contains("Faults: crash from 60 s until 70 s; partition from 90 s until 120 s."));
    assert!(page.contains("<title>crash</title>"), "faults are shaded");
}

/// Runs that end at their own times and have no samples before: what ended at one time is no course.
#[test]
fn ends_alone_make_no_course() {
    let bench = Bench::new();
    let study = ["run", "gossip", "-q", "-r", "5", "-o", "run"];
    bench.call(&[&study[..], &["--set", "nodes=30", "--set", "assert={}"]].concat()).good();
    let page = fs::read_to_string(bench.path("run/report.html")).unwrap();
    assert!(page.contains("<figcaption>residue: runs</figcaption>"));
    assert!(!page.contains("over time"));
    let told = bench.call(&["plot", "run", "--x", "t", "--y", "residue"]);
    assert!(told.err.contains("if there is a record.every"), "{}", told.err);
}

#[test]
fn graphs_are_drawn_with_one_layout() {
    let bench = Bench::new();
    let page = run_page(&bench);
    let drawings: Vec<_> = page.split("<title>Graph at ").skip(1).collect();
    assert_eq!(drawings.len(), 4);
    let spots = |drawing: &str| -> Vec<String> {
        let drawing = drawing.split("</svg>").next().unwrap();
        let mut named: Vec<String> = drawing
            .split("<circle ")
            .filter(|circle| circle.contains("node\""))
            .map(|circle| circle.split_once("cx=").unwrap().1.split("</title>").next().unwrap())
            .map(str::to_owned)
            .collect();
        named.sort();
        named
    };
    assert_eq!(spots(drawings[0]).len(), 30);
    assert!(drawings.iter().all(|drawing| spots(drawing) == spots(drawings[0])));
    let none = ["run", "pirates", "-q", "--set", "nodes=10", "-o", "none", "--set"];
    bench.call(&[&none[..], &["record={every: 9s}"]].concat()).good();
    let page = fs::read_to_string(bench.path("none/report.html")).unwrap();
    assert!(!page.contains("<h2>Graph</h2>") && page.contains("One run."), "nothing empty stands");
    let many = ["run", "pirates", "-q", "--set", "nodes=2100", "--set", "stop.at=3s", "-o", "many"];
    bench.call(&[&many[..], &["--set", "record.graph.every=3s"]].concat());
    let page = fs::read_to_string(bench.path("many/report.html")).unwrap();
    assert!(page.contains("2,100 nodes are too many") && page.contains("Nodes by in-degree"));
}

#[test]
fn a_study_shows_its_points_its_factors_and_what_failed() {
    let bench = Bench::new();
    let page = study_page(&bench);
    assert!(page.contains("An invariant failed in 1 of 32 runs (no_&lt;u&gt;lies)"), "{page}");
    let again = "corsair run resolved.json --rep 3 --set network.latency=10ms --set 'protocol.x.&lt;i&gt;mode=push'";
    let again = again.replace('\'', "&#39;");
    assert!(page.contains(&format!("<pre class=\"wrap\">{again} --trace violations</pre>")));
    assert!(page.contains("an invariant failed</text>"), "the violated run has a mark of its own");
    let row = "<tr><th scope=\"row\" class=\"n\">2</th><td class=\"n\">100ms</td><td>push</td>\
               <td class=\"n\">4</td><td class=\"n\">2.375</td><td class=\"n\">[1.875, 2.875]</td>";
    assert!(page.contains(row), "{page}");
    assert!(page.contains("difference to point 1") && page.contains("<td class=\"n\">2.500</td>"));
    for title in ["score over latency, by &lt;i&gt;mode", "score over latency and &lt;i&gt;mode"] {
        assert!(page.contains(&format!("<figcaption>{title}</figcaption>")), "{title}");
    }
    assert!(page.contains("network.latency (s)</text>") || page.contains("network.latency (ms)"));
    assert!(page.contains("6 of 8 points are drawn."), "what is left out is said");
    assert!(page.contains("does not hold at point 1<"), "assertions are judged at the baseline");
    assert!(page.contains("Differences to the baseline are paired by replication."));
    assert!(page.contains("Intervals of proportions are Wilson score intervals."));
    for markup in ["<b>", "<u>", "<i>", "<by>", "&\"pull"] {
        assert!(!page.contains(markup), "{markup} is not escaped");
    }
}

#[test]
fn a_metric_is_plotted_in_the_terminal() {
    let bench = Bench::new();
    write_study(&bench, "study", &Size { reps: 4, samples: 4 });
    let plot = ["plot", "study", "--x", "latency", "--y", "score"];
    let told = bench.call(&plot).good();
    let golden = format!("{ROOT}/tests/golden/plot.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&golden, &told.out).unwrap();
    }
    assert_eq!(told.out, fs::read_to_string(&golden).unwrap());
    let told = bench.call(&[&plot[..], &["--by", "<i>mode"]].concat()).good();
    assert!(told.out.contains("● <i>mode push\n") && told.out.contains("○ <i>mode <b>&\"pull'\n"));
    let told = bench.call(&["plot", "study", "--x", "t", "--y", "score"]).good();
    assert!(told.out.contains("virtual time (s)") && told.out.contains("At latency 10ms, "));
    let told = bench.call(&["plot", "study", "--x", "events", "--y", "score"]).good();
    assert!(told.out.starts_with("score over events\n"), "{}", told.out);
}

#[test]
fn a_metric_is_plotted_as_svg() {
    let bench = Bench::new();
    write_study(&bench, "study", &Size { reps: 4, samples: 4 });
    for x in ["t", "network.latency", "events"] {
        let plot = ["plot", "study", "--x", x, "--y", "score", "--by", "<i>mode"];
        bench.call(&[&plot[..], &["-o", "chart.svg"]].concat()).good();
        let chart = fs::read_to_string(bench.path("chart.svg")).unwrap();
        assert_inert(&chart);
        assert!(chart.starts_with("<svg ") && chart.contains("prefers-color-scheme"), "{chart}");
        let told = bench.call(&[&plot[..], &["--format", "svg"]].concat()).good();
        assert_eq!(told.out, chart);
    }
}

#[test]
fn what_cannot_be_plotted_is_refused() {
    let bench = Bench::new();
    write_study(&bench, "study", &Size { reps: 2, samples: 2 });
    bench.write("empty.txt", "");
    fs::create_dir(bench.path("empty")).unwrap();
    let refused = |arguments: &[&str], says: &str| {
        let told = bench.call(arguments);
        assert_eq!(told.status, Some(2), "{arguments:?}: {}", told.out);
        assert!(told.err.contains(says), "{arguments:?}: {}", told.err);
    };
    refused(&["report", "nowhere"], "nowhere is no folder");
    refused(&["report", "empty.txt"], "empty.txt is no folder");
    refused(&["report", "empty"], "empty holds no results: it has no manifest.json");
    refused(&["plot", "empty", "--x", "t", "--y", "score"], "empty holds no results");
    let plot = |x: &'static str, y: &'static str| ["plot", "study", "--x", x, "--y", y];
    refused(&plot("t", "scroe"), "no metric `scroe`; did you mean `score`?");
    refused(&plot("latencie", "score"), "no factor or metric `latencie`");
    refused(&plot("<i>mode", "score"), "the levels of protocol.x.<i>mode are no numbers");
    refused(&plot("t", "late"), "series.csv has no course of late");
    refused(&plot("latency", "late"), "no run has values of late");
    let by = |by: &'static str| ["plot", "study", "--x", "latency", "--y", "score", "--by", by];
    refused(&by("latenci"), "no factor `latenci`; did you mean `latency`?");
    refused(&by("latency"), "--by latency is the x axis already");
    bench.write("study/runs.csv", "run,point,rep\nnone,0,0\n");
    refused(&["report", "study"], "runs.csv: line 2 has no whole number in column `run`");
    fs::remove_file(bench.path("study/runs.csv")).unwrap();
    refused(&["report", "study"], "cannot read study/runs.csv");
}

/// 480 runs: a page of at most 3 MB, and a series that would not fit into memory is no hindrance.
#[test]
#[ignore = "heavy: writes 130 MB"]
fn the_report_of_a_large_study_is_small() {
    let bench = Bench::new();
    write_study(&bench, "study", &Size { reps: 60, samples: 4000 });
    let series = fs::metadata(bench.path("study/series.csv")).unwrap().len();
    assert!(series > 100 << 20, "{series}");
    let binary = env!("CARGO_BIN_EXE_corsair");
    let script = format!("ulimit -v 80000; {binary} report study -o page.html");
    let mut command = std::process::Command::new("sh");
    let status = command.args(["-c", &script]).current_dir(bench.path("")).status().unwrap();
    assert!(status.success(), "in 80 MB");
    let page = fs::read_to_string(bench.path("page.html")).unwrap();
    assert!(page.len() < 3_000_000, "{}", page.len());
    assert!(page.contains("480 runs") && page.contains("are drawn"), "what is left out is said");
}
