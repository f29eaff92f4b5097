//! When faults with fixed times happen, as the resolved experiment has them.

use serde_json::Value as Json;

use super::chart::Shade;
use super::factor::{short_number, time_unit};

/// A fault with a fixed time.
pub(super) struct Fault {
    kind: String,
    from: u64,
    /// Where it begins, if it is a moment.
    until: u64,
    every: Option<u64>,
}

/// A fixed time: a number, or a distribution that is one.
fn fixed(value: &Json) -> Option<u64> {
    value.as_u64().or_else(|| value["constant"].as_u64())
}

/// A time as people say it.
pub(super) fn time_text(nanos: u64) -> String {
    let (unit, length) = if nanos == 0 { ("s", 1.0) } else { time_unit(nanos as f64) };
    format!("{} {unit}", short_number(nanos as f64 / length))
}

/// The faults with fixed times, and how many have none.
pub(super) fn faults(resolved: &Json) -> (Vec<Fault>, usize) {
    let all = resolved["faults"].as_array().map(Vec::as_slice).unwrap_or_default();
    let entries = all.iter().filter_map(Json::as_object).flatten();
    let found = entries.filter_map(|(kind, what)| {
        let end = fixed(&resolved["stop"]["at"]);
        let (from, until) = match fixed(&what["at"]) {
            Some(at) => (at, at.saturating_add(fixed(&what["restart_after"]).unwrap_or(0))),
            None if what["at"].is_null() => {
                let from = fixed(&what["from"])?;
                (from, fixed(&what["until"]).or(end).unwrap_or(from))
            }
            None => return None,
        };
        Some(Fault {
            kind: kind.clone(),
            from,
            until: until.max(from),
            every: fixed(&what["every"]),
        })
    });
    let found: Vec<_> = found.collect();
    let others = all.len().saturating_sub(found.len());
    (found, others)
}

impl Fault {
    /// As part of a sentence.
    pub(super) fn says(&self) -> String {
        let kind = self.kind.replace('_', " ");
        let every =
            self.every.map_or(String::new(), |every| format!(", every {}", time_text(every)));
        if self.until == self.from {
            return format!("{kind} at {}", time_text(self.from));
        }
        format!("{kind} from {} until {}{every}", time_text(self.from), time_text(self.until))
    }

    /// On an axis in units of `length` nanoseconds.
    pub(super) fn shade(&self, length: f64) -> Shade {
        let place = |nanos: u64| nanos as f64 / length;
        Shade {
            from: place(self.from),
            until: place(self.until),
            says: self.kind.replace('_', " "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn faults_with_fixed_times_are_known() {
        let resolved = json!({
            "stop": {"at": 90_000_000_000u64},
            "faults": [
                {"crash": {"at": {"constant": 3_000_000_000u64}, "restart_after": {"constant": 500_000_000}}},
                {"crash": {"at": 4_000_000_000u64}},
                {"crash": {"at": {"uniform": {"min": 0, "max": 9}}}},
                {"loss_burst": {"from": 0, "until": 2_500_000}},
                {"crash": {"from": 60_000_000_000u64, "every": {"constant": 2_000_000_000u64}}},
            ],
        });
        let (faults, others) = faults(&resolved);
        let says: Vec<_> = faults.iter().map(Fault::says).collect();
        let expected = [
            "crash from 3 s until 3.5 s",
            "crash at 4 s",
            "loss burst from 0 s until 2.5 ms",
            "crash from 60 s until 90 s, every 2 s",
        ];
        assert_eq!((says.as_slice(), others), (expected.map(str::to_owned).as_slice(), 1));
        assert_eq!(faults[0].shade(1e9), Shade { from: 3.0, until: 3.5, says: "crash".into() });
    }
}
