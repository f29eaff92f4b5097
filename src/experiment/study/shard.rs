//! Which share of a study's runs is whose: a hint for who does what, on which nothing depends.

use std::fmt;
use std::str::FromStr;

use super::plan::Study;

/// One of so many shares of the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

impl Shard {
    /// Everything.
    pub const WHOLE: Shard = Shard { index: 0, count: 1 };

    /// Share `index` of `count`, from 0; none where there is no such share.
    pub fn new(index: u64, count: u64) -> Option<Shard> {
        (index < count).then_some(Shard { index, count })
    }

    /// Whether a run is in it. Shares are interleaved point by point, since grids end with the big points.
    pub fn holds(&self, study: &Study, (point, rep): (u32, u32)) -> bool {
        let place = u64::from(rep) * study.points.len() as u64 + u64::from(point);
        place % self.count == self.index
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let split = text.split_once('/');
        let parsed = split.and_then(|(i, n)| Shard::new(i.parse().ok()?, n.parse().ok()?));
        parsed.ok_or_else(|| format!("`{text}` is no share: write I/N with I from 0 to N - 1"))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}
