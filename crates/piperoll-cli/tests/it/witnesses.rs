use crate::events::{input, lines};
use crate::sandbox::Sandbox;
use piperoll_testkit::naive::key::Key;
use piperoll_testkit::naive::note::{cosignature, signature_line};

const SECONDS: u64 = 1_793_600_000;

fn witness(number: u8) -> Key {
    Key::cosigner(&format!("witness.example/{number}"), [number; 32])
}

fn line(number: u8, note: &str) -> String {
    let text = &note[..note.find("\n\n").unwrap() + 1];
    let key = witness(number);
    signature_line(&key, &cosignature(&key, text, SECONDS))
}

/// A trail of nine events; `kept.checkpoint` has five of them; a policy asks for two of three.
fn prepared(sandbox: Sandbox) -> Sandbox {
    let sandbox = sandbox.with_project().with_events(&lines(5));
    sandbox.quietly(&["checkpoint", "--out", "kept.checkpoint", "--quiet"]);
    sandbox.write("more.jsonl", input(9));
    sandbox.quietly(&["record", "more.jsonl"]);
    let mut policy = String::new();
    for number in 1..=3 {
        policy += &format!("witness w{number} {}\n", witness(number).vkey());
    }
    sandbox.write(
        "witnesses.policy",
        policy + "group most 2 w1 w2 w3\nquorum most\n",
    );
    sandbox
}

/// C3.27 and C3.28: a witness is absent, and one of them lies.
#[test]
fn witnesses_make_level_3() {
    let mut sandbox = prepared(Sandbox::named("verify_witnessed"));
    let kept = sandbox.read("kept.checkpoint");
    let cosigned = format!("{kept}{}{}", line(1, &kept), line(3, &kept));
    sandbox.write("cosigned.checkpoint", &cosigned);
    let witnessed = [
        "verify",
        "--since",
        "cosigned.checkpoint",
        "--policy",
        "witnesses.policy",
    ];
    assert_eq!(sandbox.run(&witnessed).code, 0);
    let json = sandbox.run(&[&witnessed[..], &["--json"]].concat()).json();
    assert_eq!(
        (&json["level"], &json["witnessed"]),
        (&"L3".into(), &5.into())
    );

    sandbox.remark("only one of them has cosigned");
    sandbox.write("one.checkpoint", format!("{kept}{}", line(2, &kept)));
    let one = [
        "verify",
        "--since",
        "one.checkpoint",
        "--policy",
        "witnesses.policy",
    ];
    assert_eq!(sandbox.run(&one).code, 3);
    let json = sandbox.run(&[&one[..], &["--json"]].concat()).json();
    assert_eq!(
        (&json["level"], &json["requested"]),
        (&"L2".into(), &"L3".into())
    );
    assert!(json["witnessed"].is_null());
    assert_eq!(
        sandbox.run(&[&one[..], &["--level", "L2"]].concat()).code,
        0
    );

    sandbox.remark("a witness has signed something else");
    let lie = line(2, "something else\n\n");
    sandbox.write("lie.checkpoint", format!("{cosigned}{lie}"));
    let lie = [
        "verify",
        "--since",
        "lie.checkpoint",
        "--policy",
        "witnesses.policy",
    ];
    assert_eq!(sandbox.run(&lie).code, 1);
}

#[test]
fn a_policy_needs_a_checkpoint_and_no_faults() {
    let mut sandbox = prepared(Sandbox::named("verify_policy_refused"));
    let policy = ["verify", "--policy", "witnesses.policy"];
    assert_eq!(sandbox.run(&policy).code, 2);
    let since = ["verify", "--since", "kept.checkpoint"];
    assert_eq!(
        sandbox.run(&[&since[..], &["--level", "L3"]].concat()).code,
        2
    );
    let missing = [&since[..], &["--policy", "missing"]].concat();
    assert_eq!(sandbox.run(&missing).code, 3);
    sandbox.write("bad.policy", "witness w nonsense\ngroup g 2 w\nquorum h\n");
    let bad = [&since[..], &["--policy", "bad.policy"]].concat();
    assert_eq!(sandbox.run(&bad).code, 2);
    sandbox.write("foreign.policy", {
        let key = Key::log("shop.example/audit", [9; 32]);
        format!("log {}\nquorum none\n", key.vkey())
    });
    let foreign = [&since[..], &["--policy", "foreign.policy"]].concat();
    assert_eq!(sandbox.run(&foreign).code, 2);
}

#[test]
fn the_policy_of_the_project_goes_with_since() {
    let mut sandbox = prepared(Sandbox::named("verify_policy_of_project"));
    let yaml = sandbox.read("piperoll.yaml");
    sandbox.write("piperoll.yaml", yaml + "policy: witnesses.policy\n");
    assert_eq!(sandbox.run(&["verify"]).code, 0);
    let since = ["verify", "--since", "kept.checkpoint"];
    assert_eq!(sandbox.run(&since).code, 3);
    assert_eq!(
        sandbox.run(&[&since[..], &["--level", "L2"]].concat()).code,
        0
    );
    let kept = sandbox.read("kept.checkpoint");
    let cosigned = format!("{kept}{}{}", line(1, &kept), line(2, &kept));
    sandbox.write("kept.checkpoint", cosigned);
    assert_eq!(sandbox.run(&since).code, 0);
    sandbox.write("witnesses.policy", "quorum none\n");
    assert_eq!(sandbox.run(&since).code, 3);
}
