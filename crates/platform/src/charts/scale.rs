//! Round axes.

/// An axis from `low` to `high` with round ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Distance of ticks.
    pub step: f64,
}

impl Scale {
    /// The smallest round axis (steps of 1, 2 or 5 times a power of ten) that holds all values. Values that are no numbers
    /// are left out; `from_zero` makes zero an end, as bars need.
    pub fn round(values: impl IntoIterator<Item = f64>, from_zero: bool, ticks: usize) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.into_iter().filter(|value| value.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if from_zero {
            low = low.min(0.0);
            high = high.max(0.0);
        }
        if high - low <= f64::EPSILON * high.abs().max(1.0) {
            let pad = if high == 0.0 { 1.0 } else { high.abs() * 0.1 };
            (low, high) = if from_zero { (low, high + pad) } else { (low - pad, high + pad) };
        }
        let step = round_step((high - low) / ticks.max(1) as f64);
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    /// The ticks, both ends included.
    pub fn ticks(&self) -> Vec<f64> {
        let count = ((self.high - self.low) / self.step).round() as usize;
        (0..=count.min(50)).map(|index| self.low + self.step * index as f64).collect()
    }

    /// Where a value lies, 0 to 1; what is no number lies at 0.
    pub fn place(&self, value: f64) -> f64 {
        if value.is_nan() {
            return 0.0;
        }
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// A tick as text: thousands separators, as many decimals as the step needs.
    pub fn label(&self, value: f64) -> String {
        let decimals = (-self.step.log10().floor()).clamp(0.0, 6.0) as usize;
        let text = format!("{value:.decimals$}");
        let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
        let whole = match whole.parse::<i64>() {
            Ok(0) if text.starts_with('-') && value != 0.0 => "−0".to_owned(),
            Ok(number) => crate::web::format::grouped(number),
            Err(_) => whole.to_owned(),
        };
        if rest.is_empty() { whole } else { format!("{whole}.{rest}") }
    }
}

fn round_step(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    let factor = raw / power;
    // A hair of tolerance keeps 2.0000001 at 2.
    let round = [1.0, 2.0, 5.0].into_iter().find(|candidate| factor <= candidate * 1.000_001).unwrap_or(10.0);
    round * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_round_and_hold_every_value() {
        let scale = Scale::round([3.0, 97.0], true, 4);
        assert_eq!(scale, Scale { low: 0.0, high: 100.0, step: 50.0 });
        let scale = Scale::round([101.2, 119.0], false, 4);
        assert_eq!((scale.low, scale.high, scale.step), (100.0, 120.0, 5.0));
        let scale = Scale::round([-4.0, 6.0], true, 5);
        assert_eq!((scale.low, scale.high), (-4.0, 6.0));
    }

    #[test]
    fn odd_input_still_gives_an_axis() {
        for values in
            [vec![], vec![f64::NAN], vec![0.0], vec![5.0, 5.0], vec![f64::INFINITY, 1.0], vec![1e-12], vec![9e15]]
        {
            for from_zero in [true, false] {
                let scale = Scale::round(values.clone(), from_zero, 4);
                assert!(scale.high > scale.low && scale.step > 0.0, "{values:?} {scale:?}");
                assert!(scale.ticks().len() <= 51);
            }
        }
    }

    #[test]
    fn ticks_read_as_numbers_do() {
        assert_eq!(Scale { low: 0.0, high: 2000.0, step: 500.0 }.label(1500.0), "1,500");
        assert_eq!(Scale { low: 0.0, high: 1.0, step: 0.2 }.label(0.6), "0.6");
        assert_eq!(Scale { low: -1.0, high: 1.0, step: 0.5 }.label(-0.5), "−0.5");
    }
}
