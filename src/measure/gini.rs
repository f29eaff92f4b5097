//! The Gini coefficient: how unequally something is shared.

/// 0 where all have the same, 1 - 1/N where one has everything; none where there is nothing to share. `values` get
/// sorted. Sum of (2i - N - 1) x_i over N sum x, x ascending, i from 1: exact in integers up to the one division.
pub fn gini(values: &mut [u64]) -> Option<f64> {
    values.sort_unstable();
    let (count, sum) = (values.len() as i128, values.iter().map(|x| i128::from(*x)).sum::<i128>());
    if sum == 0 {
        return None;
    }
    let ranked = values.iter().zip(1i128..);
    let spread: i128 = ranked.map(|(x, i)| (2 * i - count - 1) * i128::from(*x)).sum();
    Some(spread as f64 / (count as f64 * sum as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gini_of_known_shares() {
        assert_eq!(gini(&mut []), None);
        assert_eq!(gini(&mut [0, 0]), None);
        assert_eq!(gini(&mut [5, 5, 5]), Some(0.0));
        // One owns all: 1 - 1/N.
        assert_eq!(gini(&mut [0, 8, 0, 0]), Some(0.75));
        assert_eq!(gini(&mut [3, 1, 2]), Some(4.0 / 18.0));
    }
}
