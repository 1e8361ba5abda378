"""Times ddeutil-workflow 0.0.86: saves, finds and asks with its two back ends. Prints one JSON object: milliseconds of all (of `latest`, of one), bytes of one.

usage: beside_ddeutil.py FOLDER SAVES RELEASES

Its SQLite back end looks for an `audit_url`, which its own configuration has not: what is put in its place here is two lines. Its trace, which asks the network for the
host's name and prints, is left out.
"""

import json
import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

os.environ["WORKFLOW_LOG_AUDIT_ENABLE_WRITE"] = "true"

from ddeutil.workflow import audits  # noqa: E402
from ddeutil.workflow.audits import AuditData, LocalFileAudit, LocalSQLiteAudit  # noqa: E402


class Quiet:
    def __getattr__(self, name):
        return lambda *args, **kwargs: None


folder, saves, releases = Path(sys.argv[1]), *map(int, sys.argv[2:])
database = str(folder / "audits.db")
audits.get_trace = lambda *args, **kwargs: Quiet()
url = type("Url", (str,), {"path": database})(database)
known = audits.dynamic
audits.dynamic = lambda key, f=None, extras=None: url if key == "audit_url" else known(key, f=f, extras=extras)

figures = {}
# How often the latest is asked for.
LATEST = 10


def timed(name, work):
    started = time.perf_counter()
    work()
    figures[name] = (time.perf_counter() - started) * 1000


def sample(number, name):
    """About 2.1 KB, as `sample` of bench/src/runs.rs."""
    stages = {f"stage-{at}": {"outputs": {"rows": number + at, "path": f"warehouse/orders/part-{at}"}, "status": "SUCCESS"} for at in range(12)}
    context = {
        "status": "SUCCESS",
        "params": {"source_table": "users", "target_env": "prod", "batch": number},
        "jobs": {"extract": {"status": "SUCCESS", "stages": stages}},
        "info": {"exec_start": "2026-11-22 09:28:06.708877+00:00", "exec_end": "2026-11-22 09:28:06.710931+00:00", "exec_latency": 0.002054},
    }
    release = datetime(2020, 1, 1) + timedelta(minutes=number)
    return AuditData(name=name, release=release, run_id=f"run-{number}", context=context, runs_metadata={"timeout": 600})


files = LocalFileAudit(path=folder / "audits", extras={"enable_write_audit": True})
rows = LocalSQLiteAudit(path=Path(database), extras={"enable_write_audit": True})
# As many workflows as give each the releases that are looked for.
work = [sample(number, f"workflow-{number // releases}") for number in range(saves)]
timed("save file", lambda: [files.save(run) for run in work])
timed("save sqlite", lambda: [rows.save(run) for run in work])
asked = work[:releases]
timed("find file", lambda: list(files.find_audits("workflow-0")))
timed("find sqlite", lambda: list(rows.find_audits("workflow-0")))
timed("latest file", lambda: [files.find_audit_with_release("workflow-0") for _ in range(LATEST)])
timed("latest sqlite", lambda: [rows.find_audit_with_release("workflow-0") for _ in range(LATEST)])
for back_end in ("file", "sqlite"):
    figures[f"latest {back_end}"] /= LATEST
timed("pointed file", lambda: [files.is_pointed(run) for run in asked])
timed("pointed sqlite", lambda: [rows.is_pointed(run) for run in asked])
stored = [file.stat() for file in (folder / "audits").rglob("*.log")]
figures["bytes file"] = sum(file.st_blocks * 512 for file in stored) / saves
figures["bytes sqlite"] = Path(database).stat().st_size / saves

print(json.dumps(figures))
