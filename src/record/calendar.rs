//! Virtual moments spelled as dates, for formats that want them: the run starts with the year 1970,
//! UTC.

use std::fmt;

use crate::kernel::Instant;

/// A moment as RFC 3339 writes it, with nine decimals.
#[derive(Clone, Copy)]
pub struct Timestamp(pub Instant);

const DAY: u64 = 86_400;
const MONTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Whether the Gregorian calendar gives this year a 29th of February.
const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = (self.0.nanos() / 1_000_000_000, self.0.nanos() % 1_000_000_000);
        let (mut days, second) = (seconds / DAY, seconds % DAY);
        // An instant lies below 2^62 ns, so these are 146 years at most.
        let mut year = 1970;
        while days >= 365 + u64::from(is_leap(year)) {
            days -= 365 + u64::from(is_leap(year));
            year += 1;
        }
        let mut month = 0;
        let length = |month| MONTHS[month] + u64::from(month == 1 && is_leap(year));
        while days >= length(month) {
            days -= length(month);
            month += 1;
        }
        let (hour, minute) = (second / 3600, second / 60 % 60);
        let (month, day, second) = (month + 1, days + 1, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_dates() {
        // The seconds are those of `date -u -d DATE +%s`.
        let cases = [
            (0, 0, "1970-01-01T00:00:00.000000000Z"),
            (0, 1, "1970-01-01T00:00:00.000000001Z"),
            (86_399, 999_999_999, "1970-01-01T23:59:59.999999999Z"),
            (31_536_000, 0, "1971-01-01T00:00:00.000000000Z"),
            (68_169_600, 0, "1972-02-29T00:00:00.000000000Z"),
            (94_694_399, 0, "1972-12-31T23:59:59.000000000Z"),
            (951_782_400, 0, "2000-02-29T00:00:00.000000000Z"),
            (951_868_800, 0, "2000-03-01T00:00:00.000000000Z"),
            (1_460_925_521, 736_717_341, "2016-04-17T20:38:41.736717341Z"),
            (2_305_843_009, 213_693_952, "2043-01-25T23:56:49.213693952Z"),
            (4_107_542_399, 0, "2100-02-28T23:59:59.000000000Z"),
            (4_107_542_400, 0, "2100-03-01T00:00:00.000000000Z"),
            (4_611_686_018, 427_387_903, "2116-02-20T23:53:38.427387903Z"),
        ];
        for (seconds, nanos, date) in cases {
            let at = Instant::from_nanos(seconds * 1_000_000_000 + nanos);
            assert_eq!(Timestamp(at).to_string(), date);
        }
    }
}
