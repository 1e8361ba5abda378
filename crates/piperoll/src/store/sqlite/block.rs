//! Blocks of 256 entries: what they are searched by, packed field by field. `docs/format.md` section 7.

use sha2::{Digest, Sha256};

/// Entries of a block.
pub(super) const BLOCK: usize = 256;

/// Bytes of one attribute in a block: its mark, and the place of its entry.
const MARKED: usize = 5;

/// The codes of one field: the different ones, ascending, and for each entry which of them it has. Nothing follows them when there is only one.
pub(super) fn pack_codes(codes: &[i64]) -> Vec<u8> {
    let mut different = codes.to_vec();
    different.sort_unstable();
    different.dedup();
    let mut bytes = Vec::with_capacity(codes.len() + 2 * different.len() + 1);
    bytes.push(last_of(different.len()));
    let mut before = 0;
    for code in &different {
        push_number(&mut bytes, code.wrapping_sub(before));
        before = *code;
    }
    if different.len() > 1 {
        bytes.extend(codes.iter().map(|code| {
            let place = different.binary_search(code).unwrap_or_default();
            u8::try_from(place).unwrap_or(u8::MAX)
        }));
    }
    bytes
}

/// A count from 1 to 256 in a byte.
fn last_of(count: usize) -> u8 {
    u8::try_from(count.saturating_sub(1)).unwrap_or(u8::MAX)
}

/// Seven bits a byte, the lowest first; all but the last byte have the highest bit set.
fn push_number(bytes: &mut Vec<u8>, number: i64) {
    let mut rest = number as u64;
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
}

fn take_number<'b>(bytes: &'b [u8], number: &mut i64) -> Option<&'b [u8]> {
    if let Some((byte @ ..0x80, rest)) = bytes.split_first() {
        *number = i64::from(*byte);
        return Some(rest);
    }
    let mut value = 0u64;
    let mut rest = bytes;
    for shift in (0..63).step_by(7) {
        let (byte, left) = rest.split_first()?;
        rest = left;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            *number = value as i64;
            // A last byte of nothing would be a second form of the same number.
            return (*byte != 0 || shift == 0).then_some(rest);
        }
    }
    None
}

/// One field of a block, as it is packed.
pub(super) struct Field<'b> {
    /// The different codes, ascending.
    codes: Vec<i64>,
    /// For each entry the place of its code; empty when there is only one.
    picks: &'b [u8],
}

impl<'b> Field<'b> {
    /// Reads a packed field; `None` when it is not of the form.
    pub(super) fn read(bytes: &'b [u8]) -> Option<Self> {
        let mut codes = Vec::new();
        let (last, mut rest) = bytes.split_first()?;
        let mut code = 0i64;
        for _ in 0..=*last {
            let mut step = 0;
            rest = take_number(rest, &mut step)?;
            code = code.checked_add(step).filter(|_| step > 0)?;
            codes.push(code);
        }
        let expected = if *last == 0 { 0 } else { BLOCK };
        let sound = rest.len() == expected && rest.iter().all(|pick| pick <= last);
        sound.then_some(Self { codes, picks: rest })
    }

    /// The different codes, ascending.
    pub(super) fn codes(&self) -> &[i64] {
        &self.codes
    }

    /// Whether each of the codes is that of an entry.
    pub(super) fn is_tight(&self) -> bool {
        let mut used = [self.picks.is_empty(); BLOCK];
        for pick in self.picks {
            if let Some(used) = used.get_mut(usize::from(*pick)) {
                *used = true;
            }
        }
        used.iter().take(self.codes.len()).all(|used| *used)
    }

    /// Which of the codes an entry has.
    pub(super) fn pick(&self, place: usize) -> usize {
        self.picks.get(place).map_or(0, |pick| usize::from(*pick))
    }
}

/// The entries that have one of the codes that are wanted, which ascend; `None` when the field is not of the form, as far as it was read. Most blocks do not
/// have a code that is rare, and are left as soon as that is seen.
pub(super) fn mask(bytes: &[u8], wanted: &[i64]) -> Option<Mask> {
    let (last, mut rest) = bytes.split_first()?;
    let mut wanted = wanted.iter().copied();
    let mut next = wanted.next();
    let mut chosen = [false; BLOCK];
    let mut any = false;
    let mut code = 0i64;
    for chosen in chosen.iter_mut().take(usize::from(*last) + 1) {
        let Some(least) = next else { break };
        let mut step = 0;
        rest = take_number(rest, &mut step)?;
        code = code.checked_add(step)?;
        if code < least {
            continue;
        }
        // Some that are wanted are below this code, and not in the block.
        while let Some(up_to) = next.filter(|wanted| *wanted <= code) {
            *chosen |= up_to == code;
            next = wanted.next();
        }
        any |= *chosen;
    }
    match (any, *last) {
        (false, _) => Some(Mask::NONE),
        (true, 0) => Some(Mask::ALL),
        (true, _) => {
            let (_, picks) = bytes.split_at_checked(bytes.len().checked_sub(BLOCK)?)?;
            let picks = picks.iter().map(|pick| chosen.get(usize::from(*pick)));
            Some(Mask::of(
                picks.map(|chosen| chosen.copied().unwrap_or_default()),
            ))
        }
    }
}

/// Times as what they are more than the first of them, in as many bytes as the largest needs; in none when all are the same.
pub(super) fn pack_times(times: &[i64], first: i64) -> Vec<u8> {
    let more = |time: &i64| time.wrapping_sub(first) as u64;
    let largest = times.iter().map(more).max().unwrap_or_default();
    let width = usize::try_from(u64::BITS.saturating_sub(largest.leading_zeros()))
        .unwrap_or_default()
        .div_ceil(8);
    let bytes = times.iter().flat_map(|time| {
        let bytes = more(time).to_be_bytes();
        bytes.into_iter().skip(8 - width)
    });
    bytes.collect()
}

/// The times of a block; `None` when they are not of the form.
pub(super) fn read_times(bytes: &[u8], first: i64) -> Option<Vec<i64>> {
    if bytes.is_empty() {
        return Some(vec![first; BLOCK]);
    }
    let width = bytes.len() / BLOCK;
    if width > 8 || !bytes.len().is_multiple_of(BLOCK) {
        return None;
    }
    let time = |bytes: &[u8]| {
        let more = bytes
            .iter()
            .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        first.wrapping_add(more as i64)
    };
    Some(bytes.chunks_exact(width).map(time).collect())
}

/// The mark of an attribute: four bytes that rarely are those of another one.
pub(super) fn mark_of(name: &str, value: &str) -> [u8; 4] {
    let mut hash = Sha256::new();
    hash.update(name);
    hash.update([0]);
    hash.update(value);
    let hash: [u8; 32] = hash.finalize().into();
    let [a, b, c, d, ..] = hash;
    [a, b, c, d]
}

/// The marks of a block's attributes, each with the place of its entry, in their order.
pub(super) fn pack_marks(marks: &mut [([u8; 4], u8)]) -> Vec<u8> {
    marks.sort_unstable();
    let bytes = marks
        .iter()
        .flat_map(|(mark, place)| mark.iter().copied().chain([*place]));
    bytes.collect()
}

/// The marks of a block; `None` when they are not of the form.
pub(super) fn read_marks(bytes: &[u8]) -> Option<Vec<([u8; 4], u8)>> {
    let (marks, rest) = bytes.as_chunks::<MARKED>();
    let marks: Vec<_> = marks
        .iter()
        .map(|[a, b, c, d, place]| ([*a, *b, *c, *d], *place))
        .collect();
    (rest.is_empty() && marks.is_sorted()).then_some(marks)
}

/// The entries that have an attribute of this mark.
pub(super) fn marked(bytes: &[u8], mark: [u8; 4]) -> Mask {
    let (marks, _) = bytes.as_chunks::<MARKED>();
    let first = marks.partition_point(|[a, b, c, d, _]| [*a, *b, *c, *d] < mark);
    let same = marks
        .iter()
        .skip(first)
        .take_while(|[a, b, c, d, _]| [*a, *b, *c, *d] == mark);
    let mut mask = Mask::NONE;
    same.for_each(|[.., place]| mask.set(usize::from(*place)));
    mask
}

/// Some of the entries of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mask([u64; BLOCK / 64]);

impl Mask {
    pub(super) const NONE: Self = Self([0; BLOCK / 64]);
    pub(super) const ALL: Self = Self([u64::MAX; BLOCK / 64]);

    /// Those for which it is true, in their order.
    pub(super) fn of(chosen: impl Iterator<Item = bool>) -> Self {
        let mut mask = Self::NONE;
        for (place, chosen) in chosen.enumerate() {
            if let Some(word) = mask.0.get_mut(place / 64) {
                *word |= u64::from(chosen) << (place % 64);
            }
        }
        mask
    }

    fn set(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a &= b);
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::NONE
    }

    /// The places of its entries, ascending.
    pub(super) fn places(self) -> Places {
        Places(self)
    }
}

/// Places in a block that are still to come.
pub(super) struct Places(Mask);

impl Iterator for Places {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let mut words = self.0.0.iter_mut().zip((0..).step_by(64));
        let (word, first) = words.find(|(word, _)| **word != 0)?;
        let bit = word.trailing_zeros();
        *word &= !(1 << bit);
        Some(first + bit as usize)
    }
}

impl DoubleEndedIterator for Places {
    fn next_back(&mut self) -> Option<usize> {
        let words = self.0.0.iter_mut().enumerate();
        let (number, word) = words.rev().find(|(_, word)| **word != 0)?;
        let bit = 63 - word.leading_zeros();
        *word &= !(1 << bit);
        Some(number * 64 + bit as usize)
    }
}

#[cfg(test)]
mod tests;
