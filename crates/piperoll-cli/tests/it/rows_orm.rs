//! Row history under SQLAlchemy: every test of the published sqlalchemy-audit and of its earlier design has its counterpart, and the faults that are matters of an ORM.

use crate::published::published;
use crate::sandbox::{PIPEROLL, Sandbox};
use serde_json::json;

/// The recipes that are run are those of the guide.
const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/rows.md");

/// Runs the cases of a group; returns the names of those that hold. One that does not fails.
fn holding(group: &str) -> serde_json::Value {
    let sandbox = Sandbox::new().with_project();
    let project = sandbox.read("piperoll.yaml")
        + "targets: {shop: {url: \"sqlite:shop.db\"}}\nrows: [{target: shop, tables: [\"rev_*\"], profile: rev}]\n";
    sandbox.write("piperoll.yaml", project);
    published(&sandbox, "sqlalchemy_rows.py", &[PIPEROLL, GUIDE, group])
}

#[test]
fn every_test_of_the_published_package_has_its_counterpart() {
    assert_eq!(
        holding("published"),
        json!([
            "test_rev_schema_creation",
            "test_insert",
            "test_update",
            "test_delete",
            "test_insert_null",
            "test_update_from_null",
            "test_update_to_null",
            "test_record_on_flush_only",
            "test_relationship",
            "test_backref_relationship",
            "test_association_object_rev_schema_creation",
            "test_association_object_insert",
            "test_association_object_delete",
            "test_association_object_delete_cascade",
            "test_cannot_update_revision",
            "test_cannot_delete_revision",
        ])
    );
}

#[test]
fn every_test_of_the_session_events_has_its_counterpart() {
    assert_eq!(
        holding("events"),
        json!([
            "test_deferred",
            "test_joined_inheritance",
            "test_joined_inheritance_multilevel",
            "test_single_inheritance",
            "test_unique",
        ])
    );
}

#[test]
fn c6_48_the_faults_of_an_orms_history_are_none_of_ours() {
    assert_eq!(
        holding("faults"),
        json!([
            "s_f1_capture_before_the_key_exists",
            "s_f2_miss_values_made_by_the_database",
            "s_f3_lose_base_tables",
            "s_f4_break_subclasses",
            "s_f5_write_history_elsewhere_than_the_change",
            "s_f6_add_to_a_flush_in_progress",
            "s_f7_be_passed_by",
            "s_f8_guard_only_one_door",
            "s_f9_lose_a_key_change",
            "s_f10_record_a_change_that_is_none",
            "s_f11_drop_columns_by_their_name",
            "s_f13_leave_out_who_and_why",
            "s_f14_fail_on_a_second_call",
        ])
    );
}

#[test]
fn a_leftover_context_is_never_used_with_a_pool_of_connections() {
    assert_eq!(
        holding("context"),
        json!([
            "one_connection_serves_several_people",
            "what_is_left_over_does_not_commit_and_is_not_used",
            "a_savepoint_that_ends_leaves_it",
            "a_transaction_that_is_rolled_back_says_nothing_to_the_next",
            "sqlite3_of_python_says_who_as_the_guide_does",
            "sql_says_who_as_the_guide_does",
        ])
    );
}
