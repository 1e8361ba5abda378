"""Times Layker 0.1.0: load, validate and compare one table. Prints milliseconds, a line a run.

usage: beside_layker.py DECLARED LIVE RUNS

`import layker` imports pyspark, which nothing that is measured here uses: modules without contents stand in its place.
"""

import contextlib
import sys
import time
import types


class Empty(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {})


for name in ("", ".sql", ".sql.functions", ".sql.types", ".sql.utils", ".errors"):
    sys.modules["pyspark" + name] = Empty("pyspark" + name)

from layker.differences import generate_differences  # noqa: E402
from layker.snapshot_yaml import validate_and_snapshot_yaml  # noqa: E402

declared, live, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])


def load(path):
    # It tells of what it does on the standard output.
    with contextlib.redirect_stdout(sys.stderr):
        loaded = validate_and_snapshot_yaml(path)
    return loaded[0] if isinstance(loaded, tuple) else loaded


there = load(live)
for _ in range(runs):
    started = time.perf_counter()
    snapshot = load(declared)
    found = generate_differences(snapshot, there)
    print((time.perf_counter() - started) * 1000)
    if not found.get("update", {}).get("columns"):
        sys.exit("Layker found no column that differs")
