//! Every version of every row.

mod contexts;
mod faults;
mod follow;
mod interrupted;
mod kinds;
mod random;
mod replay;
mod times;
mod yard;
