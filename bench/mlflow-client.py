"""Times what MLflow's client waits for. Prints milliseconds of each round as JSON.

usage: mlflow-client.py ours|theirs|idle RUNS [DATABASE]

With a database, as many runs as the other side has are put into it first, with the same numbers of everything.
"""

import json
import os
import random
import sqlite3
import sys
import tempfile
import time

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
client = MlflowClient()
times = {}


def timed(name, action, rounds=ROUNDS, per=1):
    action()
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        times.setdefault(name, []).append((time.perf_counter() - start) * 1000 / per)


def seed(database, experiment, count):
    numbers = random.Random(1)
    connection = sqlite3.connect(database, timeout=60)
    for index in range(count):
        run = f"{index:032x}"
        connection.execute(
            "INSERT INTO runs (run_uuid, name, source_type, status, start_time, end_time, lifecycle_stage,"
            " artifact_uri, experiment_id, user_id) VALUES (?, ?, 'LOCAL', 'FINISHED', ?, ?, 'active', ?, ?, 'ada')",
            (run, f"sweep-{index}", index, index + 1, f"mlflow-artifacts:/{experiment}/{run}/artifacts", experiment),
        )
        for key in ("train/loss", "val/acc", "val/f1", "val/loss"):
            connection.execute(
                "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, 1, 12, 0, ?)",
                (key, numbers.random(), run),
            )
        for key in ("batch", "dropout", "epochs", "lr", "optimizer", "seed", "width"):
            connection.execute(
                "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", (key, str(numbers.random()), run)
            )
        connection.execute("INSERT INTO tags (key, value, run_uuid) VALUES ('host', 'node', ?)", (run,))
    connection.commit()
    connection.close()


def main():
    side, count = sys.argv[1], int(sys.argv[2])
    if side == "theirs":
        many = client.create_experiment("digits")
        seed(sys.argv[3], many, count)
    elif side == "ours":
        many = client.get_experiment_by_name("digits").experiment_id
    experiment = client.create_experiment("bench")
    run = client.create_run(experiment).info.run_id
    step = iter(range(10**9))

    def log_metrics():
        for _ in range(50):
            client.log_metric(run, "loss", random.random(), step=next(step))

    def log_batch():
        now = int(time.time() * 1000)
        client.log_batch(run, [Metric("batch", random.random(), now, next(step)) for _ in range(1000)])

    def create_and_finish():
        for _ in range(5):
            client.set_terminated(client.create_run(experiment).info.run_id)

    def search():
        found = client.search_runs([many], order_by=["metrics.`val/acc` DESC"], max_results=20)
        assert len(found) == 20

    timed("log_metric, one at a time", log_metrics, per=50)
    timed("log_batch of 1,000 metrics", log_batch)
    timed("create and finish a run", create_and_finish, per=5)
    if side == "idle":
        print(json.dumps(times))
        return
    timed("search_runs by a metric, 20 of the runs", search)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.bin")
        with open(path, "wb") as file:
            for _ in range(64):
                file.write(os.urandom(1 << 24))

        def put():
            client.log_artifact(run, path)

        start = time.perf_counter()
        put()
        times["PUT of a 1 GB artifact"] = [(time.perf_counter() - start) * 1000]
    client.set_terminated(run)
    print(json.dumps(times))


main()
