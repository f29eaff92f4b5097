//! The experiment layer: from a YAML file to runs and their results. It knows no terminal.

mod base;
mod builtin;
mod compare;
mod culprit;
mod decode;
mod event_log;
mod explain;
mod facts;
mod files;
mod graph_log;
mod ground;
mod keys;
mod metrics;
mod network;
mod outcome;
mod published;
mod record;
mod registry;
mod report;
mod results;
mod run;
mod schema;
mod script;
mod series;
mod shown;
mod sink;
mod statistics;
mod study;
mod tables;
mod topology;
mod trace;

pub use builtin::{BUILTINS, Builtin, builtin};
pub use compare::{Compared, ComparedResult, ComparedRow, compare_results};
pub use decode::{Experiment, Given, read_experiment};
pub use explain::explain;
pub use files::{Library, read_file};
pub use metrics::run_metrics;
pub use outcome::{Outcome, Verdict};
pub use published::{Factors, PublishedFigure, PublishedRow, beside_published};
pub use record::{
    Bounds, Condition, GraphFormat, GraphRecord, Record, Stop, TraceLevel, metrics_of,
};
pub use registry::{Entry, PROTOCOLS, Prepared, protocol};
pub use report::{Ask, Plot, PlotError, plot, report};
pub use results::{Request, RunError, run_all};
pub use run::{Artifacts, Moment, RunPlan, RunReport, Sink};
pub use schema::schema;
pub use script::{ScriptFolder, ScriptKind, ScriptMemory, ScriptPlan, Shards, script};
pub use shown::{brief, grouped, plural, word};
pub use statistics::{
    Comparison, Difference, Interval, Level, Method, Pair, Proportion, Samples, Summary, Values,
    quantile_interval,
};
pub use study::{
    Control, Failure, GatherError, Gathered, OnFailure, Places, Reach, Seeds, Shard, Study,
    StudyOutcome, Worked, begin, collect, entries, gather, read_study, work,
};
pub use tables::{
    MetricSummary, PointSummary, RunPlace, RunRecord, SummaryLine, TableRequest, read_records,
    summarise, write_runs, write_tables,
};
pub use topology::{NoGraph, from_file, generate, topologies};

/// The version of every event stream. It is raised whenever one may change, from the first release on; results of
/// two engines never mix.
pub const ENGINE_NUMBER: u32 = 1;
