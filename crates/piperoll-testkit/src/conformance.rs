//! One suite for every store: what the contract of [`piperoll::store::Store`] promises, case by case, each its own test.
//!
//! A new store says how it is opened and joins:
//!
//! ```
//! use piperoll::store::{Access, MemoryStore, Store};
//! use piperoll_testkit::conformance::Setup;
//!
//! struct Memory;
//!
//! impl Setup for Memory {
//!     fn fresh() -> Self {
//!         Self
//!     }
//!
//!     fn first(&self) -> piperoll::Result<Box<dyn Store>> {
//!         Ok(Box::new(MemoryStore::new()))
//!     }
//! }
//!
//! piperoll_testkit::store_cases!(Memory);
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "these are tests: a case fails by panicking"
)]

pub mod append;
pub mod claim;
pub mod create;
pub mod erase;
pub mod find;
pub mod incoming;
pub mod kept;
pub mod many;
pub mod picture;
pub mod sample;
pub mod snapshot;
pub mod text;

use piperoll::error::Result;
use piperoll::store::{Access, Store};

/// How a store is opened for a case.
pub trait Setup {
    /// A place of its own, with nothing in it.
    fn fresh() -> Self;

    /// Opens the place for writing, for the first time. Where the store waits for another's lock, let it wait only for a moment: a case lets it wait in vain.
    ///
    /// # Errors
    /// Those of the store.
    fn first(&self) -> Result<Box<dyn Store>>;
}

/// A store that outlives its handle, and that several may have open.
pub trait Reopen: Setup {
    /// Opens the place again, whether or not it is open.
    ///
    /// # Errors
    /// Those of the store.
    fn again(&self, access: Access) -> Result<Box<dyn Store>>;
}

/// A test per case, for every store.
#[macro_export]
macro_rules! store_cases {
    ($setup:ty) => {
        $crate::store_cases! { $setup;
            create: without_a_trail_there_is_nothing;
            create: a_trail_is_made_as_given;
            create: a_second_trail_is_refused_and_changes_nothing;
            append: everything_of_an_append_is_there_as_given;
            append: at_another_size_nothing_is_stored;
            append: entries_keep_the_order_in_which_they_are_given;
            append: a_taken_id_is_refused_and_nothing_of_its_batch_is_stored;
            append: an_id_twice_in_a_batch_is_refused_and_nothing_is_stored;
            append: ids_are_found_where_they_are;
            append: a_range_of_entries_is_visited_until_the_visitor_stops;
            append: bare_entries_are_the_entries_without_what_they_are_searched_by;
            append: attributes_are_told_without_their_entries;
            append: tiles_grow_and_unknown_ones_are_none;
            append: kept_checkpoints_are_numbered;
            append: an_append_without_events_keeps_a_checkpoint;
            append: a_cursor_moves_with_its_append_only;
            append: ten_thousand_events_are_one_append;
            incoming: an_append_that_comes_in_parts_is_there_as_one;
            incoming: of_an_append_that_does_not_come_nothing_is_stored;
            incoming: what_comes_in_parts_is_refused_as_what_is_given_at_once;
            incoming: fewer_events_than_announced_are_an_error;
            find: each_field_finds_its_entries;
            find: any_two_fields_find_what_both_find;
            find: all_fields_together_find_the_one_entry;
            find: resources_are_found_by_pattern;
            find: what_no_entry_has_finds_nothing;
            find: pages_follow_each_other_in_both_directions;
            find: a_limit_may_be_none_one_or_huge;
            many: any_filter_finds_what_it_says_among_many;
            many: each_of_many_is_found_by_itself;
            snapshot: a_snapshot_stays_while_another_appends_and_erases;
            snapshot: views_of_one_state_are_read_by_several_threads;
            snapshot: views_that_are_taken_while_another_appends_are_of_one_state;
            erase: payload_salt_and_attributes_go_and_the_rest_stays;
            erase: erasing_again_changes_nothing;
            erase: an_index_beyond_the_end_erases_nothing;
            erase: while_a_snapshot_is_held_erasure_is_pending;
            claim: d_f2_a_release_is_claimed_once_recorded_found_and_pointed;
            claim: of_sixteen_who_claim_a_release_one_gets_it;
            text: unusual_text_comes_back_and_is_found;
            text: names_of_60_000_bytes_come_back_and_are_found;
        }
    };
    ($setup:ty; $($module:ident: $case:ident;)*) => {
        $(
            #[test]
            fn $case() {
                $crate::conformance::$module::$case(
                    &<$setup as $crate::conformance::Setup>::fresh(),
                );
            }
        )*
    };
}

/// A test per case, for stores that outlive their handle; beside [`store_cases`].
#[macro_export]
macro_rules! kept_store_cases {
    ($setup:ty) => {
        $crate::store_cases! { $setup;
            claim: of_sixteen_handles_that_claim_a_release_one_gets_it;
            kept: everything_is_there_after_reopening;
            kept: an_empty_trail_is_there_after_reopening;
            kept: appends_go_on_after_reopening;
            kept: an_erasure_is_there_after_reopening;
            kept: a_reader_sees_all_and_changes_nothing;
            kept: two_handles_do_not_fork_the_trail;
            kept: there_is_nothing_to_read_before_it_is_made;
        }
    };
}
