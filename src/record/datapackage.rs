//! `datapackage.json`: what each column of each table means, as a Frictionless data package.

use serde::Serialize;

use super::manifest::json_lines;
use super::table::{CellKind, Column};

/// A table of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its path in the folder, such as `runs.csv`.
    pub path: &'static str,
    /// What its rows are, in one sentence.
    pub says: &'static str,
    /// Its columns, as they were given to its writer.
    pub columns: Vec<Column>,
}

/// The data package of an experiment's tables as indented JSON.
pub fn datapackage(experiment: &str, resources: &[Resource]) -> String {
    json_lines(&Package {
        profile: "tabular-data-package",
        name: identifier(experiment),
        title: experiment,
        resources: resources.iter().map(table).collect(),
    })
}

#[derive(Serialize)]
struct Package<'a> {
    profile: &'static str,
    name: String,
    title: &'a str,
    resources: Vec<TabularResource<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TabularResource<'a> {
    profile: &'static str,
    name: String,
    path: &'static str,
    description: &'static str,
    format: &'static str,
    mediatype: &'static str,
    encoding: &'static str,
    dialect: Dialect,
    schema: Schema<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dialect {
    delimiter: &'static str,
    line_terminator: &'static str,
    quote_char: &'static str,
    double_quote: bool,
    header: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Schema<'a> {
    fields: Vec<Field<'a>>,
    missing_values: [&'static str; 1],
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    unit: &'a str,
    description: &'a str,
}

fn table(resource: &Resource) -> TabularResource<'_> {
    TabularResource {
        profile: "tabular-data-resource",
        name: identifier(resource.path.trim_end_matches(".csv")),
        path: resource.path,
        description: resource.says,
        format: "csv",
        mediatype: "text/csv",
        encoding: "utf-8",
        dialect: Dialect {
            delimiter: ",",
            line_terminator: "\n",
            quote_char: "\"",
            double_quote: true,
            header: true,
        },
        schema: Schema {
            fields: resource.columns.iter().map(field).collect(),
            missing_values: [""],
        },
    }
}

fn field(column: &Column) -> Field<'_> {
    let kind = match column.kind {
        CellKind::Integer => "integer",
        CellKind::Number => "number",
        CellKind::Text => "string",
    };
    Field { name: &column.name, kind, unit: &column.unit, description: &column.says }
}

/// Lower-case letters, digits and `-_.`, as the specification wants names.
fn identifier(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    name.to_ascii_lowercase().chars().map(|c| if allowed(c) { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::*;
    use crate::kernel::Instant;
    use serde_json::Value;

    /// A row of each standard table, written as its writer writes it.
    fn tables() -> Vec<(Resource, Vec<u8>)> {
        let metrics = ["coverage", "late"].map(|name| MetricColumn {
            name: name.into(),
            unit: "ms".into(),
            says: "A metric.".into(),
        });
        let columns = runs_columns(&["seed".into(), "nodes".into()], &metrics);
        let mut runs = RunsWriter::new(Vec::new(), &columns).unwrap();
        runs.row(&RunRow {
            run: 0,
            point: 0,
            rep: 0,
            seed: 1,
            factors: vec![("seed".into(), "a,b".into()), ("nodes".into(), "7".into())],
            status: Status::Ok,
            stop_reason: StopReason::Quiet,
            end: Instant::from_nanos(1),
            events: 1,
            messages: MessageCounts::default(),
            metrics: vec![Some(1e300), None],
            digest: 5,
        })
        .unwrap();
        let mut series = SeriesWriter::new(Vec::new()).unwrap();
        let (at, metric, scope) = (Instant::START, "late", "node");
        let sample = SeriesRow { run: 0, at, metric, unit: "ms", scope, id: "3", value: Some(0.5) };
        series.row(&sample).unwrap();
        let mut summary = SummaryWriter::new(Vec::new()).unwrap();
        summary.row(&SummaryRow { metric: "late", method: "none", ..Default::default() }).unwrap();
        let says = "Rows.";
        vec![
            (Resource { path: "runs.csv", says, columns }, runs.finish().unwrap()),
            (
                Resource { path: "series.csv", says, columns: series_columns() },
                series.finish().unwrap(),
            ),
            (
                Resource { path: "summary.csv", says, columns: summary_columns() },
                summary.finish().unwrap(),
            ),
            points(),
            pairs(),
            events(),
        ]
    }

    fn points() -> (Resource, Vec<u8>) {
        let columns = points_columns(&["nodes".into()]);
        let mut points = PointsWriter::new(Vec::new(), &columns).unwrap();
        let factors = ["7".into()];
        let (point, runs, violated, violated_low) = (0, 3, Some(0.5), None);
        let row = PointRow {
            point,
            factors: &factors,
            runs,
            violated,
            violated_low,
            violated_high: violated_low,
        };
        points.row(&row).unwrap();
        (Resource { path: "points.csv", says: "Rows.", columns }, points.finish().unwrap())
    }

    fn pairs() -> (Resource, Vec<u8>) {
        let mut pairs = PairsWriter::new(Vec::new()).unwrap();
        pairs.row(&PairRow { metric: "late", method: "welch", ..Default::default() }).unwrap();
        let columns = pairs_columns();
        (Resource { path: "pairs.csv", says: "Rows.", columns }, pairs.finish().unwrap())
    }

    fn events() -> (Resource, Vec<u8>) {
        let mut events = EventsWriter::new(Vec::new()).unwrap();
        let row = EventRow {
            sender: "0",
            receiver: "1",
            message: "m",
            event_type: "received",
            at: Instant::from_nanos(1),
            under_way: None,
            detail: "",
            run: 0,
            hops: Some(2),
        };
        events.row(&row).unwrap();
        let columns = events_columns();
        (Resource { path: "events.csv", says: "Rows.", columns }, events.finish().unwrap())
    }

    #[test]
    fn the_package_describes_what_the_writers_write() {
        let (resources, files): (Vec<_>, Vec<_>) = tables().into_iter().unzip();
        let package: Value = serde_json::from_str(&datapackage("My demo/1", &resources)).unwrap();
        assert_eq!(package["name"], "my-demo-1");
        let described = package["resources"].as_array().unwrap();
        assert_eq!(described.len(), files.len());
        for (resource, file) in described.iter().zip(files) {
            let mut csv = csv::Reader::from_reader(file.as_slice());
            let header = csv.headers().unwrap().clone();
            let fields = resource["schema"]["fields"].as_array().unwrap();
            let names: Vec<_> = fields.iter().map(|f| f["name"].as_str().unwrap()).collect();
            assert_eq!(names, header.iter().collect::<Vec<_>>(), "{}", resource["path"]);
            for row in csv.records() {
                for (cell, field) in row.unwrap().iter().zip(fields) {
                    let fits = match field["type"].as_str().unwrap() {
                        "integer" => cell.parse::<u64>().is_ok(),
                        "number" => cell.is_empty() || cell.parse::<f64>().is_ok(),
                        "string" => true,
                        other => panic!("no type of the specification: {other}"),
                    };
                    assert!(fits, "{cell} in {field}");
                }
            }
            for field in fields {
                let says = field["description"].as_str().unwrap();
                let one_sentence = says.ends_with('.') && !says[..says.len() - 1].contains(". ");
                assert!(one_sentence, "{field}");
                let name = field["name"].as_str().unwrap();
                assert!(!name.ends_with("_ms") || field["unit"] == "ms", "{field}");
            }
        }
    }
}
