//! Asking a trail: what people write on a command line becomes a [`Filter`](crate::store::Filter), and what is found comes page by page.

mod key;
mod stream;
mod when;

pub use key::parse_key;
pub use stream::stream;
pub use when::{Bound, parse_span, parse_when};
