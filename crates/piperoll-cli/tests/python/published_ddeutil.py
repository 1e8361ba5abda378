"""ddeutil-workflow 0.0.86, as it is published: writes runs with its two back ends, and reads what is there.

usage: published_ddeutil.py write-files FOLDER | write-sqlite FILE | read-files FOLDER | read-sqlite FILE

What is read is printed as one JSON document, the runs in the order of their names, releases and ids.
"""

import json
import os
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

os.environ["WORKFLOW_LOG_AUDIT_ENABLE_WRITE"] = "true"

from ddeutil.workflow import audits  # noqa: E402
from ddeutil.workflow.audits import AuditData, LocalFileAudit, LocalSQLiteAudit  # noqa: E402


class Quiet:
    """In the place of its trace, which asks the network for the host's name."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


audits.get_trace = lambda *args, **kwargs: Quiet()


def point_at(path):
    """Its SQLite back end looks for an `audit_url`, which its own configuration has not, and reads two things of it: without this it saves and finds nothing."""
    url = type("Url", (str,), {"path": path})(path)
    known = audits.dynamic
    audits.dynamic = lambda key, f=None, extras=None: (
        url if key == "audit_url" else known(key, f=f, extras=extras)
    )


def runs(with_dates):
    bangkok = timezone(timedelta(hours=7))
    context = {
        "status": "FAILED",
        "params": {
            "whole": 1, "half": 0.5, "one": 1.0, "tiny": 1e-05, "large": 2**60, "huge": 1e16, "none": None, "yes": True,
            "text": "n\u00e4me \u2603 \U0001f600 \x7f \"quoted\"\n", "nan": float("nan"), "lowest": float("-inf"),
            "empty": {}, "list": [], "nested": [[1, [2]], {"a": {}}],
        },
        "errors": {"name": "ValueError", "message": "boom"},
        "jobs": {"extract": {"status": "FAILED", "stages": {"s": {"outputs": {}, "status": "FAILED"}}}},
        "info": {"exec_start": "2026-11-22 09:28:06.708877+00:00", "exec_end": "2026-11-22 09:28:06.710931+00:00", "exec_latency": 0.002097},
    }
    if with_dates:
        context["params"]["day"] = datetime(2024, 1, 1)
    metadata = {"timeout": 600, "original_name": "data-pipeline", "audit_excluded": None}
    for name in ("data-pipeline", "etl process"):
        for number, release in enumerate((
            datetime(2024, 1, 15, 10, 30),
            datetime(2024, 1, 16, 8, 0, tzinfo=timezone.utc),
            datetime(2024, 1, 16, 8, 0, 0, 123456, tzinfo=bangkok),
            datetime(2024, 1, 17, 8, 0, tzinfo=timezone(-timedelta(hours=3, minutes=30))),
        )):
            kind = ("normal", "rerun", "force", "normal")[number]
            yield AuditData(
                name=name, release=release, type=kind, run_id=f"{name}-{number}",
                parent_run_id=(None, "parent", None, "parent")[number], runs_metadata=metadata,
                context=context if number != 3 else {},
            )


def listed(found):
    documents = [audit.model_dump(mode="json") for audit in found]
    # A number that is none is not even equal to itself.
    return json.loads(json.dumps(documents), parse_constant=lambda word: f"constant {word}")


def main(task, path):
    if task == "write-files":
        audit = LocalFileAudit(path=path, extras={"enable_write_audit": True})
        for run in runs(with_dates=True):
            audit.save(run)
        return
    if task == "write-sqlite":
        point_at(path)
        audit = LocalSQLiteAudit(path=path, extras={"enable_write_audit": True})
        for run in runs(with_dates=False):
            audit.save(run)
        return
    if task == "read-files":
        audit = LocalFileAudit(path=path)
        names = [folder.split("=", 1)[1] for folder in os.listdir(path)]
        found = [run for name in names for run in audit.find_audits(name)]
        for run in found:
            # Each is found by its release, too, and is there for whoever asks before a run.
            at_release = audit.find_audit_with_release(run.name, run.release)
            assert at_release.name == run.name and audit.is_pointed(run)
        for file in Path(path).rglob("*.log"):
            # Letter by letter as it would write what stands there.
            text = file.read_text(encoding="utf-8")
            assert text == json.dumps(json.loads(text), indent=2), file
    elif task == "read-sqlite":
        point_at(path)
        import sqlite3

        names = [row[0] for row in sqlite3.connect(path).execute("SELECT DISTINCT workflow FROM audits")]
        found = [run for name in names for run in LocalSQLiteAudit.find_audits(name)]
        audit = LocalSQLiteAudit(path=path)
        for run in found:
            assert LocalSQLiteAudit.find_audit_with_release(run.name, run.release) == run or run.context
            assert audit.is_pointed(run)
    else:
        sys.exit(__doc__)
    found = sorted(listed(found), key=lambda run: (run["name"], run["release"], run["run_id"]))
    print(json.dumps(found))


main(*sys.argv[1:])
