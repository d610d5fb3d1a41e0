"""The questions of bench/peers.mjs, put to MLflow with its runs in SQLite."""

import json
import sqlite3
import sys
import time


def client(database):
    from mlflow.tracking import MlflowClient

    return MlflowClient(tracking_uri=f"sqlite:///{database}")


def fill(database):
    """Reads a run a line, and writes them as rows: one at a time through the client would take hours."""
    tracking = client(database)
    experiment = tracking.create_experiment("digits")
    records = [json.loads(line) for line in sys.stdin]
    connection = sqlite3.connect(database)

    def insert(table, columns, rows):
        marks = ", ".join("?" for _ in columns)
        names = ", ".join(columns)
        connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)

    run_columns = ("run_uuid", "name", "source_type", "source_name", "entry_point_name", "user_id", "status")
    run_columns += ("start_time", "end_time", "source_version", "lifecycle_stage", "artifact_uri", "experiment_id")
    insert(
        "runs",
        run_columns,
        (
            (r["id"], r["name"], "LOCAL", "train.py", "", "ada", r["status"].upper(), r["started"], r["finished"])
            + ("", "active", "artifacts", experiment)
            for r in records
        ),
    )
    metric_columns = ("key", "value", "timestamp", "step", "is_nan", "run_uuid")
    last = [(k, v, r["finished"], 11, 0, r["id"]) for r in records for k, v in r["metrics"].items()]
    insert("latest_metrics", metric_columns, last)
    points = ((k, v, t - 11 + step, step, n, run) for k, v, t, _, n, run in last for step in range(12))
    insert("metrics", metric_columns, points)
    for table in ("params", "tags"):
        insert(
            table,
            ("key", "value", "run_uuid"),
            ((k, str(v), r["id"]) for r in records for k, v in r[table].items()),
        )
    # MLflow never does this. Without it SQLite takes a plan whose time grows with the square of the number of runs.
    connection.execute("ANALYZE")
    connection.commit()


def search(database, limit):
    """Prints how long the question alone took, in milliseconds, and how many runs it found."""
    tracking = client(database)
    experiment = tracking.get_experiment_by_name("digits").experiment_id
    start = time.perf_counter()
    found, token = [], None
    while len(found) < limit:
        page = tracking.search_runs(
            [experiment],
            order_by=["metrics.`val/acc` DESC"],
            max_results=min(1000, limit - len(found)),
            page_token=token,
        )
        found, token = found + page, page.token
        if token is None:
            break
    print(json.dumps({"ms": (time.perf_counter() - start) * 1000, "runs": [run.info.run_name for run in found]}))


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(sys.argv[2])
    else:
        search(sys.argv[2], int(sys.argv[3]))
