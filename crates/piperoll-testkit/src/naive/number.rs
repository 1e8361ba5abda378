//! The spellings of numbers.

use super::shape::digits;

/// The greatest magnitude of an integer that stays a JSON number: 2^53 - 1.
pub const SAFE_MAX: f64 = 9_007_199_254_740_991.0;

/// `-?(0|[1-9][0-9]*)`
pub fn is_integer(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    digits(text) && (text == "0" || !text.starts_with('0'))
}

/// `-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?`
pub fn is_decimal(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

/// A number of RFC 8259: a decimal whose whole part has no needless zero in front.
pub fn is_json(text: &str) -> bool {
    let whole: String = text
        .chars()
        .take_while(|c| matches!(c, '-' | '0'..='9'))
        .collect();
    is_decimal(text) && is_integer(&whole)
}

/// Whether the text is an integer that stays a JSON number.
pub fn is_safe_integer(text: &str) -> bool {
    // The next integer beyond it is a double, so that no greater one is rounded to it.
    is_integer(text)
        && text != "-0"
        && text
            .parse::<f64>()
            .is_ok_and(|number| number.abs() <= SAFE_MAX)
}

/// Whether the text is the ECMAScript form of a double that has a fraction.
pub fn is_fraction(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|number| {
        number.is_finite() && number.fract() != 0.0 && ecmascript(number) == text
    })
}

/// `Number::toString` of ECMA-262 for a finite double.
///
/// Rust prints the shortest digits that read back; the standard says where the point goes.
pub fn ecmascript(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let sign = if number < 0.0 { "-" } else { "" };
    let shortest = format!("{:e}", number.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = even_of_two(number.abs(), exponent, digits);
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // `k` and `n` of the standard: the number is 0.digits * 10^n.
    let k = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let n = exponent + 1;
    let take = |count: i32| -> String {
        digits
            .chars()
            .take(usize::try_from(count).unwrap_or(0))
            .collect()
    };
    let skip = |count: i32| -> String {
        digits
            .chars()
            .skip(usize::try_from(count).unwrap_or(0))
            .collect()
    };
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let magnitude = if k <= n && n <= 21 {
        digits.clone() + &zeros(n - k)
    } else if 0 < n && n <= 21 {
        format!("{}.{}", take(n), skip(n))
    } else if -6 < n && n <= 0 {
        format!("0.{}{digits}", zeros(-n))
    } else {
        let point = if k == 1 { "" } else { "." };
        let plus = if n > 0 { "+" } else { "-" };
        format!("{}{point}{}e{plus}{}", take(1), skip(1), (n - 1).abs())
    };
    format!("{sign}{magnitude}")
}

/// RFC 8785 wants the even one of two shortest texts that are equally near to the double, as in
/// 1424953923781206.25; Rust does not promise it.
fn even_of_two(number: f64, exponent: &str, digits: String) -> String {
    // A double has at most 767 digits, so this is its exact value.
    let exact = format!("{number:.770e}").replace('.', "");
    let exact = exact.split('e').next().unwrap_or_default();
    let (head, tail) = exact.split_at_checked(digits.len()).unwrap_or_default();
    if tail.trim_end_matches('0') != "5" {
        return digits;
    }
    let lower: u64 = head.parse().unwrap_or(0);
    let even = (lower + lower % 2).to_string();
    let (first, rest) = even.split_at_checked(1).unwrap_or_default();
    let reads_back = format!("{first}.{rest}0e{exponent}").parse() == Ok(number);
    if reads_back && even.len() == digits.len() {
        even
    } else {
        digits
    }
}
