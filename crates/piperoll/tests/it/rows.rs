//! Every version of every row.

mod attacked;
mod audite;
mod contexts;
mod faults;
mod follow;
mod interrupted;
mod kinds;
mod random;
mod replay;
mod times;
mod yard;
