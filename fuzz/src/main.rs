//! What libFuzzer drives: the target that `PIPEROLL_FUZZ` names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();

fuzz_target!(
    init: {
        let name = std::env::var("PIPEROLL_FUZZ").unwrap_or_default();
        let Some(target) = piperoll_fuzz::target(&name) else {
            let known = piperoll_fuzz::TARGETS.map(|(name, _)| name).join(", ");
            panic!("`PIPEROLL_FUZZ` names no target, `{name}`: known are {known}");
        };
        TARGET.get_or_init(|| target);
    },
    |data: &[u8]| {
        if let Some(target) = TARGET.get() {
            target(data);
        }
    }
);
