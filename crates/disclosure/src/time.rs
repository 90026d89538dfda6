//! Points in time as RFC 3339 writes them.

use kernel::{Date, Instant};

const SHANGHAI: &str = "+08:00";

/// `2026-11-20T10:00:00+08:00`: the time of Shanghai with its offset, milliseconds only where there are any. Such texts sort as the
/// times do, which readers of OCDS rely on.
pub fn written(at: Instant) -> String {
    let (hour, minute) = at.hour_minute();
    let in_minute = at.ms().rem_euclid(60_000);
    let (second, ms) = (in_minute / 1000, in_minute % 1000);
    let fraction = if ms == 0 { String::new() } else { format!(".{ms:03}") };
    format!("{}T{hour:02}:{minute:02}:{second:02}{fraction}{SHANGHAI}", at.date())
}

/// Microseconds since 1970 of a date-time of RFC 3339 §5.6 in any offset; digits beyond are cut off.
pub fn micros(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let day = Date::parse(date).ok()?.epoch_day();
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let digits = rest.strip_prefix('.').map_or(0, |tail| tail.bytes().take_while(u8::is_ascii_digit).count());
    let (fraction, offset) = if digits == 0 { ("", rest) } else { (&rest[1..=digits], &rest[1 + digits..]) };
    let micros = format!("{fraction:0<6}").get(..6)?.parse::<i64>().ok()?;
    let seconds = day * 86_400 + parts(clock, &[24, 60, 61])? - offset_seconds(offset)?;
    Some(seconds * 1_000_000 + micros)
}

fn offset_seconds(offset: &str) -> Option<i64> {
    match offset {
        "Z" | "z" => Some(0),
        _ if offset.starts_with('+') => Some(parts(&offset[1..], &[24, 60])? * 60),
        _ if offset.starts_with('-') => Some(parts(&offset[1..], &[24, 60])? * -60),
        _ => None,
    }
}

/// Two digits each, below their bounds, in the smallest unit.
fn parts(text: &str, bounds: &[i64]) -> Option<i64> {
    let mut total = 0;
    let mut parts = text.split(':');
    for bound in bounds {
        let part = parts.next().filter(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))?;
        let number = part.parse::<i64>().ok().filter(|number| number < bound)?;
        total = total * 60 + number;
    }
    parts.next().is_none().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_written_as_shanghai_sees_them() {
        assert_eq!(written(Instant::from_ms(1_655_308_800_000)), "2022-06-16T00:00:00+08:00");
        assert_eq!(written(Instant::from_ms(1_655_308_812_034)), "2022-06-16T00:00:12.034+08:00");
    }

    #[test]
    fn any_offset_is_read() {
        for same in ["2022-06-15T16:00:00Z", "2022-06-16T00:00:00+08:00", "2022-06-15T11:30:00.000000001-04:30"] {
            assert_eq!(micros(same), Some(1_655_308_800_000_000), "{same}");
        }
        for wrong in [
            "",
            "2022-06-15",
            "2022-06-15T16:00:00",
            "2022-02-30T16:00:00Z",
            "2022-06-15T24:00:00Z",
            "示例示例示例示例",
        ] {
            assert_eq!(micros(wrong), None, "{wrong}");
        }
    }

    proptest! {
        /// Goal: texts sort as times do. Method: pairs up to a second apart.
        #[test]
        fn texts_sort_as_times(ms in 0i64..4_000_000_000_000, later in 1i64..1500) {
            let (first, second) = (Instant::from_ms(ms), Instant::from_ms(ms + later));
            prop_assert!(written(first) < written(second));
            prop_assert_eq!(micros(&written(first)), Some(ms * 1000));
        }
    }
}
