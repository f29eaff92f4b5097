//! The share of the runs that a cluster's engine gives to this process, from the variables that it sets.

use crate::experiment::Shard;

/// What `--shard` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// This share.
    Named(Shard),
    /// The share of a Slurm array task.
    Slurm,
    /// The share that the index of this task, in whichever engine, is of so many.
    Of(u64),
}

/// Reads `I/N`, `auto` or `auto/N`.
pub(super) fn parse(text: &str) -> Result<Wanted, String> {
    match text.split_once('/') {
        None if text == "auto" => Ok(Wanted::Slurm),
        Some(("auto", count)) => match count.parse() {
            Ok(count) if count > 0 => Ok(Wanted::Of(count)),
            _ => Err(format!("`{text}` is no share: write auto/N with N of at least 1")),
        },
        _ => text.parse().map(Wanted::Named),
    }
}

/// The variable of each engine with the number of this task, and the number of the first one.
const INDICES: [(&str, u64); 3] =
    [("JOB_COMPLETION_INDEX", 0), ("PBS_ARRAY_INDEX", 0), ("SGE_TASK_ID", 1)];
const SLURM: &str = "SLURM_ARRAY_TASK_ID";

/// The share that is meant. `variable` reads the environment.
pub(super) fn resolve(
    wanted: Wanted,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Shard, String> {
    match wanted {
        Wanted::Named(shard) => Ok(shard),
        Wanted::Slurm => slurm(&variable),
        Wanted::Of(count) => {
            let found =
                INDICES.iter().find_map(|(name, first)| Some((name, first, variable(name)?)));
            let Some((name, first, value)) = found else {
                let names = INDICES.map(|(name, _)| name).join(", ");
                return Err(format!("--shard auto/{count} needs one of {names}, and none is set"));
            };
            let index = value.parse::<u64>().ok().and_then(|index| index.checked_sub(*first));
            let shard = index.and_then(|index| Shard::new(index, count));
            let last = count - 1 + first;
            shard.ok_or_else(|| format!("{name} is {value}, not a number from {first} to {last}"))
        }
    }
}

fn slurm(variable: &impl Fn(&str) -> Option<String>) -> Result<Shard, String> {
    let number = |name: &str, default: Option<u64>| match variable(name) {
        Some(value) => value.parse().map_err(|_| format!("{name} is {value}, not a number")),
        None => default.ok_or_else(|| {
            format!("--shard auto needs {name}, which Slurm sets in an array job; else write I/N")
        }),
    };
    let index = number(SLURM, None)?;
    let first = number("SLURM_ARRAY_TASK_MIN", None)?;
    let count = number("SLURM_ARRAY_TASK_COUNT", None)?;
    let step = number("SLURM_ARRAY_TASK_STEP", Some(1))?.max(1);
    let place = index.checked_sub(first).filter(|way| way.is_multiple_of(step));
    let shard = place.and_then(|way| Shard::new(way / step, count));
    shard.ok_or_else(|| {
        format!("{SLURM} {index} is none of {count} tasks from {first} on in steps of {step}")
    })
}

/// The variable of an engine that is set although no share was asked for.
pub(super) fn unasked(variable: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    let names = INDICES.iter().map(|(name, _)| *name).chain([SLURM]);
    // Grid Engine sets its own to `undefined` outside of arrays.
    names.into_iter().find(|name| variable(name).is_some_and(|v| v.parse::<u64>().is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, variables: &[(&str, &str)]) -> Result<String, String> {
        let of = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        resolve(parse(text)?, of).map(|shard| shard.to_string())
    }

    #[test]
    fn shares_are_read() {
        assert_eq!(found("2/3", &[]).unwrap(), "2/3");
        for text in ["3/3", "-1/3", "1", "auto/0", "auto/x", "", "1/0"] {
            assert!(found(text, &[]).is_err(), "{text}");
        }
    }

    #[test]
    fn slurm_arrays_may_begin_and_step_anywhere() {
        let task = |id| {
            [
                ("SLURM_ARRAY_TASK_ID", id),
                ("SLURM_ARRAY_TASK_MIN", "10"),
                ("SLURM_ARRAY_TASK_COUNT", "4"),
                ("SLURM_ARRAY_TASK_STEP", "5"),
            ]
        };
        assert_eq!(found("auto", &task("10")).unwrap(), "0/4");
        assert_eq!(found("auto", &task("25")).unwrap(), "3/4");
        assert!(found("auto", &task("12")).is_err());
        assert!(found("auto", &task("30")).is_err());
        assert!(found("auto", &[]).unwrap_err().contains("SLURM_ARRAY_TASK_ID"));
    }

    #[test]
    fn other_engines_say_the_index_alone() {
        assert_eq!(found("auto/8", &[("JOB_COMPLETION_INDEX", "7")]).unwrap(), "7/8");
        assert_eq!(found("auto/8", &[("PBS_ARRAY_INDEX", "0")]).unwrap(), "0/8");
        assert_eq!(found("auto/8", &[("SGE_TASK_ID", "1")]).unwrap(), "0/8");
        assert!(found("auto/8", &[("SGE_TASK_ID", "undefined")]).is_err());
        assert!(found("auto/8", &[("JOB_COMPLETION_INDEX", "8")]).is_err());
        assert!(found("auto/8", &[]).unwrap_err().contains("PBS_ARRAY_INDEX"));
    }

    #[test]
    fn a_variable_that_happens_to_be_set_is_only_noted() {
        let set = |name: &str| (name == "SLURM_ARRAY_TASK_ID").then(|| "3".to_owned());
        assert_eq!(unasked(set), Some("SLURM_ARRAY_TASK_ID"));
        let undefined = |name: &str| (name == "SGE_TASK_ID").then(|| "undefined".to_owned());
        assert_eq!(unasked(undefined), None);
    }
}
