//! With the SHA extensions of x86-64 (Intel's manual, volume 2, SHA256RNDS2, SHA256MSG1 and SHA256MSG2).

use super::one_by_one;
use crate::{Block, Runs, State};
use multiversion::multiversion;
use multiversion::target::match_target;
use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_extract_epi32, _mm_set_epi8, _mm_set_epi32,
    _mm_set_epi64x, _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32,
    _mm_shuffle_epi8, _mm_shuffle_epi32,
};
use std::hint::black_box;

/// The constants of the rounds, sixteen by sixteen (FIPS 180-4, section 4.2.2).
const ROUNDS: [[[u32; 4]; 4]; 4] = [
    [
        [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5],
        [0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5],
        [0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3],
        [0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174],
    ],
    [
        [0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc],
        [0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da],
        [0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7],
        [0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967],
    ],
    [
        [0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13],
        [0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85],
        [0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3],
        [0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070],
    ],
    [
        [0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5],
        [0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3],
        [0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208],
        [0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2],
    ],
];

/// Takes the blocks of two texts in, of which there are as many of the one as of the other.
#[multiversion(targets("x86_64+sha+sse2+ssse3+sse4.1"))]
pub(super) fn compress_both(
    first: &mut State,
    second: &mut State,
    ones: &Runs<'_>,
    others: &Runs<'_>,
) {
    match_target! {
        "x86_64+sha+sse2+ssse3+sse4.1" => {
            let mut states = [packed(first), packed(second)];
            for (one, other) in ones.iter().copied().flatten().zip(others.iter().copied().flatten()) {
                take(&mut states, [one, other]);
            }
            let [one, other] = states;
            *first = unpacked(one);
            *second = unpacked(other);
        },
        _ => one_by_one(first, second, ones, others),
    }
}

/// Takes one block of each text in.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
#[inline]
fn take(states: &mut [[__m128i; 2]; 2], blocks: [&Block; 2]) {
    let before = *states;
    let [block, other_block] = blocks;
    let mut texts = [words(block), words(other_block)];
    // Unrolled, the rounds of one text would be put before those of the other, so far apart that the processor does not see both at once.
    for constants in black_box(ROUNDS.as_slice()) {
        sixteen_rounds(states, &mut texts, constants);
    }
    for (state, before) in states.iter_mut().zip(before) {
        for (half, before) in state.iter_mut().zip(before) {
            *half = _mm_add_epi32(*half, before);
        }
    }
}

/// Sixteen rounds of both texts with their sixteen words, which make way for the next sixteen. The two are done in turn, four rounds at a time, so that each has its
/// result when it goes on.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
#[inline]
fn sixteen_rounds(
    states: &mut [[__m128i; 2]; 2],
    texts: &mut [[__m128i; 4]; 2],
    constants: &[[u32; 4]; 4],
) {
    let [one, other] = states;
    let [[a, b, c, d], [e, f, g, h]] = texts;
    let [first, second, third, fourth] = constants;
    rounds(one, *a, first);
    rounds(other, *e, first);
    *a = next([*a, *b, *c, *d]);
    *e = next([*e, *f, *g, *h]);
    rounds(one, *b, second);
    rounds(other, *f, second);
    *b = next([*b, *c, *d, *a]);
    *f = next([*f, *g, *h, *e]);
    rounds(one, *c, third);
    rounds(other, *g, third);
    *c = next([*c, *d, *a, *b]);
    *g = next([*g, *h, *e, *f]);
    rounds(one, *d, fourth);
    rounds(other, *h, fourth);
    *d = next([*d, *a, *b, *c]);
    *h = next([*h, *e, *f, *g]);
}

/// Four rounds with four words.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
#[inline]
fn rounds(state: &mut [__m128i; 2], words: __m128i, constants: &[u32; 4]) {
    let [a, b, c, d] = constants.map(u32::cast_signed);
    let added = _mm_add_epi32(words, _mm_set_epi32(d, c, b, a));
    let [abef, cdgh] = state;
    *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, added);
    *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32::<0b00_00_11_10>(added));
}

/// The four words behind sixteen.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
#[inline]
fn next([first, second, third, fourth]: [__m128i; 4]) -> __m128i {
    let seven_before = _mm_alignr_epi8::<4>(fourth, third);
    let sum = _mm_add_epi32(_mm_sha256msg1_epu32(first, second), seven_before);
    _mm_sha256msg2_epu32(sum, fourth)
}

/// The sixteen words of a block, which has the first byte of each first.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
#[inline]
fn words(block: &Block) -> [__m128i; 4] {
    let order = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    let (halves, _) = block.as_chunks();
    let mut halves = halves.iter().map(|half| i64::from_le_bytes(*half));
    std::array::from_fn(|_| {
        let (low, high) = (halves.next(), halves.next());
        let four = _mm_set_epi64x(high.unwrap_or_default(), low.unwrap_or_default());
        _mm_shuffle_epi8(four, order)
    })
}

/// The words as the instructions have them: a, b, e, f and c, d, g, h, the first one highest.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
#[inline]
fn packed(state: &State) -> [__m128i; 2] {
    let [a, b, c, d, e, f, g, h] = state.map(u32::cast_signed);
    [_mm_set_epi32(a, b, e, f), _mm_set_epi32(c, d, g, h)]
}

#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
#[inline]
fn unpacked([abef, cdgh]: [__m128i; 2]) -> State {
    [
        _mm_extract_epi32::<3>(abef),
        _mm_extract_epi32::<2>(abef),
        _mm_extract_epi32::<3>(cdgh),
        _mm_extract_epi32::<2>(cdgh),
        _mm_extract_epi32::<1>(abef),
        _mm_extract_epi32::<0>(abef),
        _mm_extract_epi32::<1>(cdgh),
        _mm_extract_epi32::<0>(cdgh),
    ]
    .map(i32::cast_unsigned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The processors on which tests run have the instructions or not: both ways must be right wherever they are taken.
    #[test]
    fn with_and_without_the_instructions() {
        let ones: Vec<Block> = (0..9).map(|seed| [seed; 64]).collect();
        let others: Vec<Block> = (0..9).map(|seed| [seed ^ 0xa5; 64]).collect();
        for (one, other) in [([0, 9], [9, 9]), ([1, 6], [0, 4]), ([2, 2], [2, 8])] {
            let in_runs = |blocks, [first, second]: [usize; 2]| -> Runs<'_> {
                let (front, last) = <[Block]>::split_at(blocks, second);
                let (first, second) = front.split_at(first);
                [first, second, last]
            };
            let (ones, others) = (in_runs(&ones, one), in_runs(&others, other));
            let [mut expected, mut found] = [[crate::BEGIN, [3; 8]]; 2];
            let [first, second] = &mut expected;
            one_by_one(first, second, &ones, &others);
            let [first, second] = &mut found;
            compress_both(first, second, &ones, &others);
            assert_eq!(found, expected, "{one:?} beside {other:?}");
        }
    }
}
