"""Stories of the protocol, part by part: what `tell_stories.py` tells."""

import json
import math
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from story import raw_post, refusal, refusal_or, story


def picture(run):
    """A run without what differs from server to server."""
    ours = ("mlflow.source.name", "mlflow.user", "mlflow.parentRunId")
    return {
        "status": run.info.status,
        "stage": run.info.lifecycle_stage,
        "name": run.info.run_name,
        "ended": run.info.end_time is not None,
        "params": dict(sorted(run.data.params.items())),
        "metrics": {key: repr(value) for key, value in sorted(run.data.metrics.items())},
        "tags": {key: value for key, value in sorted(run.data.tags.items()) if key not in ours and ".git." not in key},
    }


@story
def fluent():
    mlflow.set_experiment("fluent")
    with mlflow.start_run(run_name="first", tags={"team": "red"}, description="a note") as run:
        mlflow.log_param("lr", 0.001)
        mlflow.log_params({"epochs": 3, "none": None, "text": "x y/z"})
        for step in range(5):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_metrics({"acc": 0.5, "nan": math.nan}, step=2)
        mlflow.set_tags({"a": "1", "b": ""})
        mlflow.delete_tag("a")
    history = MlflowClient().get_metric_history(run.info.run_id, "loss")
    return picture(mlflow.get_run(run.info.run_id)), [(point.step, point.value) for point in history]


@story
def nested_and_resumed():
    mlflow.set_experiment("nested")
    with mlflow.start_run(run_name="parent") as parent:
        with mlflow.start_run(run_name="child", nested=True) as child:
            mlflow.log_metric("x", 1)
    with mlflow.start_run(run_id=parent.info.run_id):
        mlflow.log_metric("x", 2)
        live = mlflow.get_run(parent.info.run_id)
    is_child = mlflow.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id
    children = mlflow.search_runs(filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
    return is_child, len(children), picture(live), picture(mlflow.get_run(parent.info.run_id))


@story
def failing_run():
    mlflow.set_experiment("failing")
    try:
        with mlflow.start_run(run_name="broken") as run:
            raise ValueError
    except ValueError:
        return picture(mlflow.get_run(run.info.run_id))


@story
def client_runs():
    client = MlflowClient()
    experiment = client.create_experiment("client", tags={"kind": "test"})
    run = client.create_run(experiment, start_time=1000, run_name="made")
    client.log_metric(run.info.run_id, "m", 3.5, timestamp=10, step=-1)
    client.log_metric(run.info.run_id, "m", 2.5, timestamp=5, step=7)
    client.log_metric(run.info.run_id, "m", 2.5, timestamp=5, step=7)
    client.update_run(run.info.run_id, name="renamed")
    client.set_terminated(run.info.run_id, "KILLED", end_time=2000)
    stored = client.get_run(run.info.run_id)
    points = [(p.timestamp, p.step, p.value) for p in client.get_metric_history(run.info.run_id, "m")]
    client.delete_run(run.info.run_id)
    deleted = picture(client.get_run(run.info.run_id))
    error = refusal(lambda: client.log_metric(run.info.run_id, "m", 1))
    client.restore_run(run.info.run_id)
    times = [stored.info.start_time, stored.info.end_time]
    code = error if isinstance(error, str) else [error[0], re.sub(r"[0-9a-f]{32,64}", "<run>", error[1])]
    return picture(stored), times, points, deleted, code, picture(client.get_run(run.info.run_id))


@story
def experiments():
    client = MlflowClient()
    first = client.create_experiment("exp-a", tags={"team": "red"})
    second = client.create_experiment("exp-b", tags={"team": "blue", "x": "1"})
    client.set_experiment_tag(first, "a/b", "2")
    client.rename_experiment(second, "exp-c")
    names = lambda **query: sorted(e.name for e in client.search_experiments(**query) if e.name.startswith("exp-"))
    client.delete_experiment(first)
    answers = {
        "active": names(),
        "deleted": names(view_type=mlflow.entities.ViewType.DELETED_ONLY),
        "all": names(view_type=mlflow.entities.ViewType.ALL),
        "like": names(filter_string="name LIKE 'exp-%'"),
        "ilike": names(filter_string="name ILIKE 'EXP-%' AND tags.team = 'blue'"),
        "none": names(filter_string="tags.team != 'blue'"),
        "renamed": client.get_experiment_by_name("exp-c").tags,
        "unknown": client.get_experiment_by_name("exp-b") is None,
    }
    taken = refusal(lambda: client.create_experiment("exp-c"))[0]
    client.restore_experiment(first)
    ordered = client.search_experiments(filter_string="name LIKE 'exp-%'", order_by=["name DESC"], max_results=1)
    rest = client.search_experiments(
        filter_string="name LIKE 'exp-%'", order_by=["name DESC"], max_results=1, page_token=ordered.token
    )
    return answers, taken, [e.name for e in ordered], [e.name for e in rest], bool(rest.token)


FILTERS = [
    "",
    "metrics.m > 1",
    "metrics.m >= 1 AND metrics.m < 3",
    "metrics.m = 2",
    "metrics.m != 2",
    "metrics.`odd name` <= 1",
    'metrics."odd name" <= 1',
    "params.p = 'a'",
    "params.p != 'a'",
    "params.p LIKE '%b%'",
    "params.p ILIKE '%B%'",
    "params.number = '10'",
    "tags.t = 'x'",
    "tag.t != 'x'",
    "tags.t LIKE 'x_'",
    "attributes.status = 'FINISHED'",
    "status != 'FINISHED'",
    "attributes.run_name = 'run-1'",
    "run_name LIKE 'run-%'",
    "run.run_name ILIKE 'RUN-2'",
    "attributes.start_time > 1001",
    "attributes.end_time <= 2002",
    "datasets.name = 'train'",
    "datasets.context = 'eval'",
    "datasets.digest IN ('d1', 'd9')",
    "dataset.name LIKE 'tr%'",
    "params.missing = 'x'",
    "metrics.missing != 1",
    "tags.t IS NULL",
    "tags.t is not null AND params.p IS NOT NULL",
    "params.p IS NULL",
    "parameters.p = 'a'",
    "attr.run_name = 'run-1'",
    "params.p like 'a%'",
    "created > 1002",
    "user_id = 'nobody'",
    "datasets.context != 'eval'",
    "datasets.digest NOT IN ('d1')",
    "tags.`mlflow.runName` = 'run-3'",
]
BAD_FILTERS = [
    "metrics.m > '1'",
    "params.p > 'a'",
    "params.p = a",
    "foo.bar = 'x'",
    "metrics.m = 1 OR metrics.m = 2",
    "attributes.unknown = 'x'",
    "metrics.m",
    "start_time = 'x'",
    "status > 'RUNNING'",
    "datasets.unknown = 'x'",
    "metrics.m IS NULL",
    "status IS NOT NULL",
    "run_name IN ('run-1')",
    "metrics.m LIKE '1'",
    "AND metrics.m = 1",
    "metrics.m = 1 AND",
    "params.p = 'a' params.number = '9'",
    "tags.t IS",
]
ORDERS = [
    [],
    ["metrics.m ASC"],
    ["metrics.m DESC"],
    ["params.number"],
    ["params.number DESC", "metrics.m"],
    ["tags.t DESC"],
    ["start_time"],
    ["attributes.end_time DESC"],
    ["run_name DESC"],
    ["status", "start_time DESC"],
    ["metrics.`odd name` DESC"],
]


def searchable():
    client = MlflowClient()
    experiment = client.create_experiment("search")
    rows = [(1.0, "a", "9", "x"), (2.0, "abc", "10", "xy"), (3.0, "B", "2", None), (math.nan, None, None, "z"), (None, "c", "x", "x")]
    ids = []
    for index, (metric, param, number, tag) in enumerate(rows):
        run = client.create_run(experiment, start_time=1000 + index, run_name=f"run-{index}")
        ids.append(run.info.run_id)
        if metric is not None:
            client.log_metric(run.info.run_id, "m", metric)
        if index == 1:
            client.log_metric(run.info.run_id, "odd name", 0.5)
        for key, value in (("p", param), ("number", number)):
            if value is not None:
                client.log_param(run.info.run_id, key, value)
        if tag is not None:
            client.set_tag(run.info.run_id, "t", tag)
        if index < 3:
            client.set_terminated(run.info.run_id, "FINISHED" if index else "FAILED", end_time=2000 + index)
    for index, name, digest, context in ((0, "train", "d1", "training"), (1, "test", "d2", "eval")):
        dataset = mlflow.entities.Dataset(name, digest, "local", "{}")
        tags = [mlflow.entities.InputTag("mlflow.data.context", context)]
        client.log_inputs(ids[index], [mlflow.entities.DatasetInput(dataset, tags)])
    return client, experiment, ids


@story
def search_runs():
    client, experiment, ids = searchable()
    names = lambda text, order=(): [
        run.info.run_name for run in client.search_runs([experiment], text, order_by=list(order))
    ]
    found = {text: names(text) for text in FILTERS}
    found["by id"] = len(client.search_runs([experiment], f"run_id IN ('{ids[0]}', '{ids[3]}', 'nope')"))
    found["not by id"] = len(client.search_runs([experiment], f"attributes.run_id NOT IN ('{ids[0]}')"))
    ordered = {" ".join(order): names("", order) for order in ORDERS}
    bad = {text: refusal(lambda text=text: names(text)) for text in BAD_FILTERS}
    codes = {text: answer if isinstance(answer, str) else answer[0] for text, answer in bad.items()}
    pages, token = [], None
    while True:
        page = client.search_runs([experiment], max_results=2, page_token=token)
        pages.append([run.info.run_name for run in page])
        token = page.token
        if not token:
            break
    client.delete_run(ids[0])
    views = {
        name: len(client.search_runs([experiment], run_view_type=getattr(mlflow.entities.ViewType, name)))
        for name in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL")
    }
    frame = mlflow.search_runs([experiment], order_by=["metrics.m DESC"])
    columns = sorted(name for name in frame.columns if not name.startswith("tags.mlflow"))
    return found, ordered, codes, pages, views, columns


@story
def search_others():
    client = MlflowClient()
    first = client.create_experiment("others-a", tags={"team": "red", "a/b": "2"})
    second = client.create_experiment("others-b", tags={"team": "blue"})
    of = lambda text: refusal_or(
        lambda: sorted(
            each.name for each in client.search_experiments(filter_string=text) if each.name.startswith("others-")
        )
    )
    texts = [
        "attribute.name = 'others-a'",
        "name != 'others-a'",
        "tags.`a/b` = '2'",
        "tags.team IS NULL",
        "tags.team IS NOT NULL",
        "tags.`a/b` IS NULL",
        "creation_time > 0",
        "creation_time < 1 AND name LIKE 'others%'",
        "last_update_time >= 1",
        "name = 'x' OR name = 'y'",
        "nothing = 'x'",
        "name > 'a'",
        "creation_time = 'x'",
        "name IS NULL",
    ]
    answers = {text: of(text) for text in texts}
    answers["by id"] = of(f"experiment_id = '{first}'")
    answers["by ids"] = of(f"experiment_id IN ('{first}', '{second}')")
    client.create_registered_model("others", tags={"a": "1"})
    run = client.create_run(first)
    for index in range(3):
        client.create_model_version("others", f"s3://bucket/{index}", run_id=run.info.run_id if index else None)
    versions = lambda text, **query: refusal_or(
        lambda: [each.version for each in client.search_model_versions(text, **query)]
    )
    for text in (
        "name = 'others' AND version_number > 1",
        "name = 'others' and source_path = 's3://bucket/1'",
        "name = 'others' AND source_path LIKE 's3://%'",
        "name IN ('others', 'x')",
        "version_number > 'a'",
        "foo = 'x'",
    ):
        answers[text] = versions(text, order_by=["version_number DESC"])
    answers["of run"] = versions(f"run_id = '{run.info.run_id}'", order_by=["version_number ASC"])
    models = lambda text: refusal_or(lambda: [each.name for each in client.search_registered_models(text)])
    for text in ("name = 'others'", "name ILIKE 'OTH%'", "tags.a = '1' AND name != 'x'", "tags.a LIKE '1'", "foo = 'x'"):
        answers["models: " + text] = models(text)
    return answers


@story
def said_twice():
    client = MlflowClient()
    run = client.create_run(client.create_experiment("twice")).info.run_id
    for _ in range(2):
        client.log_param(run, "lr", 0.1)
        client.log_param(run, "password_file", "x")
        client.log_batch(run, params=[mlflow.entities.Param("flag", "True"), mlflow.entities.Param("none", "None")])
        client.set_tag(run, "t", "1")
        client.log_metric(run, "m", 1, timestamp=5, step=1)
    mixed = [mlflow.entities.Param("fresh", "1"), mlflow.entities.Param("flag", "False")]
    refused = refusal(lambda: client.log_batch(run, params=mixed))[0]
    same = [mlflow.entities.Param("dup", "1"), mlflow.entities.Param("dup", "1")]
    duplicate = refusal(lambda: client.log_batch(run, params=same))
    stored = client.get_run(run).data
    points = len(client.get_metric_history(run, "m"))
    return dict(sorted(stored.params.items())), points, refused, duplicate if isinstance(duplicate, str) else duplicate[0]


@story
def deleted_artifacts():
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    mlflow.set_experiment("deleted artifacts")
    with mlflow.start_run() as run:
        for name in ("a.txt", "b.txt", "deep/c.txt", "deep/er/d.txt"):
            mlflow.log_text(name, name)
        repository = get_artifact_repository(run.info.artifact_uri)
        for name in ("a.txt", "b.txt", "deep/er", "nothing"):
            repository.delete_artifacts(name)
        mlflow.log_text("again", "b.txt")
        names = lambda path=None: [file.path for file in MlflowClient().list_artifacts(run.info.run_id, path)]
        text = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/b.txt")
        gone = refusal(lambda: mlflow.artifacts.load_text(f"{run.info.artifact_uri}/a.txt")) == "no error"
        return names(), names("deep"), text, gone


@story
def limits():
    client = MlflowClient()
    run = client.create_run(client.create_experiment("limits")).info.run_id
    metric = lambda **fields: mlflow.entities.Metric(
        **{"key": "a", "value": 1.0, "timestamp": 1, "step": 0, **fields}
    )
    param = mlflow.entities.Param
    raw = lambda path, body: raw_post(path, body)
    client.log_param(run, "p", "1")
    client.log_param(run, "p", "1")
    answers = {
        "changed param": refusal(lambda: client.log_param(run, "p", "2"))[0],
        "bad key": raw("runs/log-metric", {"run_id": run, "key": "a$b", "value": 1, "timestamp": 1}),
        "path key": raw("runs/set-tag", {"run_id": run, "key": "../a", "value": "1"}),
        "long key": raw("runs/log-parameter", {"run_id": run, "key": "k" * 251, "value": "1"}),
        "no key": raw("runs/log-metric", {"run_id": run, "value": 1, "timestamp": 1}),
        "no value": raw("runs/log-metric", {"run_id": run, "key": "a", "timestamp": 1}),
        "text value": raw("runs/log-metric", {"run_id": run, "key": "a", "value": "abc", "timestamp": 1}),
        "nan value": raw("runs/log-metric", {"run_id": run, "key": "n", "value": "NaN", "timestamp": "7"}),
        "no run": raw("runs/log-metric", {"key": "a", "value": 1, "timestamp": 1}),
        "unknown run": raw("runs/get?run_id=" + "0" * 32, None),
        "batch of 1001": raw(
            "runs/log-batch",
            {"run_id": run, "metrics": [{"key": "a", "value": 1, "timestamp": 1}] * 1001},
        ),
        "batch of 101 params": raw(
            "runs/log-batch", {"run_id": run, "params": [{"key": f"k{i}", "value": "1"} for i in range(101)]}
        ),
        "twice": raw(
            "runs/log-batch", {"run_id": run, "params": [{"key": "d", "value": "1"}, {"key": "d", "value": "2"}]}
        ),
        "bad time": raw(
            "runs/log-batch", {"run_id": run, "metrics": [{"key": "a", "value": 1, "timestamp": -1}]}
        ),
        "no such tag": refusal(lambda: client.delete_tag(run, "nope"))[0],
        "unknown experiment": raw("experiments/get?experiment_id=999999", None)[0],
        "unknown endpoint": raw("nothing/here", {})[0],
        "search too many": raw("runs/search", {"experiment_ids": ["0"], "max_results": 50001}),
        "search none": raw("experiments/search", {"max_results": 0})[0],
        "two names": raw(
            "runs/create", {"run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}], "start_time": 1}
        ),
    }
    client.log_param(run, "long", "v" * 7000)
    client.set_tag(run, "long", "v" * 9000)
    stored = client.get_run(run).data
    lengths = [len(stored.params["long"]), len(stored.tags["long"])]
    return answers, lengths


@story
def artifacts():
    mlflow.set_experiment("artifacts")
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
        path = os.path.join(folder, "hello.txt")
        with open(path, "w") as file:
            file.write("hello")
        mlflow.log_artifact(path)
        mlflow.log_artifact(path, "deep/er")
        mlflow.log_artifacts(folder, "all")
        mlflow.log_text("t", "text/ä b.txt")
        mlflow.log_dict({"a": 1}, "d.json")
        mlflow.log_text("", "empty.txt")
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "image.png")
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), key="steps", step=1)
        mlflow.log_table({"a": [1, 2]}, "table.json")
        mlflow.log_table({"a": [3]}, "table.json")
        client = MlflowClient()
        below = lambda path=None: [
            (file.path, file.is_dir, file.file_size) for file in client.list_artifacts(run.info.run_id, path)
        ]
        listed = [entry for entry in below()]
        deep = below("deep"), below("deep/er"), below("deep/er/hello.txt"), below("nope")
        text = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/deep/er/hello.txt")
        whole = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, dst_path=os.path.join(folder, "out"))
        files = sorted(
            os.path.relpath(os.path.join(at, name), whole)
            for at, _, names in os.walk(whole)
            for name in names
            if "images" not in at
        )
        table = mlflow.load_table("table.json", run_ids=[run.info.run_id])["a"].tolist()
    absent = refusal(lambda: mlflow.artifacts.load_text(f"{run.info.artifact_uri}/nope"))
    return listed, deep, text, files, table, absent == "no error"


@story
def datasets():
    mlflow.set_experiment("datasets")
    with mlflow.start_run() as run:
        dataset = mlflow.data.from_pandas(pd.DataFrame({"a": [1.5, 2]}), name="frame", source="file:///data.csv")
        mlflow.log_input(dataset, context="training")
        mlflow.log_input(dataset, context="training")
    inputs = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    return [
        [each.dataset.name, each.dataset.digest, each.dataset.schema, each.dataset.profile, [t.value for t in each.tags]]
        for each in inputs
    ]


@story
def models():
    from sklearn.linear_model import LogisticRegression

    mlflow.set_experiment("models")
    data = np.arange(40).reshape(20, 2).astype(float)
    labels = (data[:, 0] > 20).astype(int)
    model = LogisticRegression().fit(data, labels)
    with mlflow.start_run() as run:
        mlflow.log_params({"C": 1.0})
        info = mlflow.sklearn.log_model(model, name="clf", registered_model_name="Digits")
        dataset = mlflow.data.from_pandas(pd.DataFrame(data), name="eval")
        mlflow.log_metric("acc", 0.9, step=1, model_id=info.model_id, dataset=dataset)
        mlflow.log_metric("acc", 0.8, step=2, model_id=info.model_id)
    client = MlflowClient()
    client.set_registered_model_alias("Digits", "champion", 1)
    same = {}
    for name, uri in {
        "model": info.model_uri,
        "version": "models:/Digits/1",
        "latest": "models:/Digits/latest",
        "alias": "models:/Digits@champion",
        "run": f"runs:/{run.info.run_id}/clf",
    }.items():
        same[name] = bool((mlflow.pyfunc.load_model(uri).predict(data) == model.predict(data)).all())
    logged = mlflow.get_logged_model(info.model_id)
    metrics = sorted((m.key, m.value, m.step, m.dataset_name, m.run_id == run.info.run_id) for m in logged.metrics)
    outputs = mlflow.get_run(run.info.run_id).outputs.model_outputs
    picture_of_model = {
        "name": logged.name,
        "status": str(logged.status),
        "params": logged.params,
        "tags": sorted(key for key in logged.tags if not key.startswith("mlflow.source") and key != "mlflow.user"),
        "type": logged.model_type,
        "of the run": logged.source_run_id == run.info.run_id,
        "outputs": [(each.model_id == info.model_id, each.step) for each in outputs],
    }
    return same, metrics, picture_of_model


@story
def search_logged_models():
    client = MlflowClient()
    experiment = client.create_experiment("logged")
    made = []
    for index, (kind, c) in enumerate([("a", "1"), ("b", "2"), ("b", "3")]):
        model = client.create_logged_model(
            experiment, name=f"model{index}", model_type=kind, params={"C": c}, tags={"t": f"v{index}"}
        )
        made.append(model.model_id)
        time.sleep(0.01)
    run = client.create_run(experiment)
    for index, value in enumerate([0.1, 0.3, 0.2]):
        client.log_metric(
            run.info.run_id, "acc", value, model_id=made[index], dataset_name="d" if index else None,
            dataset_digest="1" if index else None,
        )
    client.finalize_logged_model(made[0], "READY")
    client.set_logged_model_tags(made[1], {"x/y": "2"})
    client.delete_logged_model_tag(made[2], "t")
    find = lambda text=None, **query: [
        model.name for model in client.search_logged_models([experiment], filter_string=text, **query)
    ]
    answers = {
        "all": find(),
        "name": find("name = 'model1'"),
        "type": find("model_type = 'b'"),
        "like": find("name LIKE 'model%'"),
        "param": find("params.C = '2'"),
        "tag": find("tags.t = 'v0'"),
        "metric": find("metrics.acc > 0.15"),
        "on data": find("metrics.acc > 0.15", datasets=[{"dataset_name": "d", "dataset_digest": "1"}]),
        "data": find(datasets=[{"dataset_name": "d"}]),
        "by metric": find(order_by=[{"field_name": "metrics.acc", "ascending": False}]),
        "by name": find(order_by=[{"field_name": "name", "ascending": True}]),
        "bad": refusal(lambda: find("nothing.x = 'a'"))[0],
    }
    first = client.search_logged_models([experiment], max_results=2)
    second = client.search_logged_models([experiment], max_results=2, page_token=first.token)
    pages = [[m.name for m in first], [m.name for m in second], bool(second.token)]
    tags = [dict(client.get_logged_model(each).tags) for each in made]
    client.delete_logged_model(made[0])
    runs = len(client.search_runs([experiment]))
    return answers, pages, tags, find(), refusal(lambda: client.get_logged_model(made[0]))[0], runs


@story
def registry():
    client = MlflowClient()
    client.create_registered_model("Reg", tags={"a": "1"}, description="first")
    made = [client.create_model_version("Reg", f"s3://bucket/{i}", tags={"i": str(i)}).version for i in range(3)]
    client.delete_model_version("Reg", "3")
    made.append(client.create_model_version("Reg", "s3://bucket/4").version)
    client.update_model_version("Reg", "1", description="one")
    client.set_model_version_tag("Reg", "1", "k", "v")
    client.delete_model_version_tag("Reg", "2", "i")
    client.set_registered_model_tag("Reg", "b", "2")
    client.delete_registered_model_tag("Reg", "a")
    client.set_registered_model_alias("Reg", "best", "2")
    client.set_registered_model_alias("Reg", "other", "2")
    client.delete_registered_model_alias("Reg", "other")
    client.transition_model_version_stage("Reg", "1", "Production")
    client.transition_model_version_stage("Reg", "2", "Production", archive_existing_versions=True)
    show = lambda version: [
        version.version, version.current_stage, version.description, version.source, version.status,
        dict(version.tags), list(version.aliases),
    ]
    # MLflow's own server leaves the aliases out of this answer.
    versions = [show(v)[:-1] for v in client.search_model_versions("name = 'Reg'", order_by=["version_number ASC"])]
    model = client.get_registered_model("Reg")
    whole = [model.description, dict(model.tags), dict(model.aliases), sorted(v.version for v in model.latest_versions)]
    latest = sorted(v.version for v in client.get_latest_versions("Reg", stages=["Production"]))
    alias = show(client.get_model_version_by_alias("Reg", "best"))
    client.create_registered_model("Reg two")
    found = [m.name for m in client.search_registered_models("name LIKE 'Reg%'", order_by=["name DESC"])]
    tagged = [m.name for m in client.search_registered_models("tags.b = '2'")]
    by_tag = [v.version for v in client.search_model_versions("name = 'Reg' AND tags.k = 'v'")]
    uri = client.get_model_version_download_uri("Reg", "1")
    client.rename_registered_model("Reg two", "Renamed")
    errors = [
        refusal(lambda: client.create_registered_model("Reg"))[0],
        refusal(lambda: client.get_registered_model("Reg two"))[0],
        refusal(lambda: client.get_model_version("Reg", "3"))[0],
        refusal(lambda: client.get_model_version_by_alias("Reg", "nope"))[0],
        refusal(lambda: client.set_registered_model_alias("Reg", "latest", "1"))[0],
        refusal(lambda: client.set_registered_model_alias("Reg", "v1", "1"))[0],
        refusal(lambda: client.create_registered_model("a/b"))[0],
        refusal(lambda: client.transition_model_version_stage("Reg", "1", "Nowhere"))[0],
    ]
    client.delete_registered_model("Renamed")
    gone = refusal(lambda: client.get_registered_model("Renamed"))[0]
    return made, versions, whole, latest, alias, found, tagged, by_tag, uri, errors, gone


@story
def autologging():
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import GridSearchCV

    mlflow.set_experiment("autolog")
    mlflow.sklearn.autolog(silent=True)
    try:
        data = np.arange(60).reshape(30, 2).astype(float)
        labels = (data[:, 0] > 30).astype(int)
        search = GridSearchCV(RandomForestClassifier(random_state=0), {"n_estimators": [2, 3]}, cv=2)
        with mlflow.start_run(run_name="grid") as run:
            search.fit(data, labels)
    finally:
        mlflow.sklearn.autolog(disable=True)
    stored = mlflow.get_run(run.info.run_id)
    children = mlflow.search_runs(filter_string=f"tags.mlflow.parentRunId = '{run.info.run_id}'")
    files = sorted(file.path for file in MlflowClient().list_artifacts(run.info.run_id))
    return sorted(stored.data.params), sorted(stored.data.metrics), len(children), files, stored.info.status


@story
def system_metrics():
    mlflow.set_experiment("system")
    mlflow.set_system_metrics_sampling_interval(0.2)
    with mlflow.start_run(log_system_metrics=True) as run:
        time.sleep(3)
    names = [key for key in mlflow.get_run(run.info.run_id).data.metrics if key.startswith("system/")]
    return "system/cpu_utilization_percentage" in names, len(names) > 3


@story
def command_line():
    def call(*words):
        done = subprocess.run([sys.executable, "-m", "mlflow", *words], capture_output=True, text=True)
        return done.returncode, done.stdout

    made = call("experiments", "create", "--experiment-name", "from-cli")[0]
    listed = "from-cli" in call("experiments", "search")[1]
    experiment = MlflowClient().get_experiment_by_name("from-cli").experiment_id
    run = MlflowClient().create_run(experiment, run_name="of-cli").info.run_id
    runs = "of-cli" in call("runs", "list", "--experiment-id", experiment)[1]
    described = json.loads(call("runs", "describe", "--run-id", run)[1])["info"]["run_name"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("x")
        file.flush()
        logged = call("artifacts", "log-artifact", "--local-file", file.name, "--run-id", run)[0]
        shown = os.path.basename(file.name) in call("artifacts", "list", "--run-id", run)[1]
    deleted = call("runs", "delete", "--run-id", run)[0]
    return made, listed, runs, described, logged, shown, deleted


def work(index):
    mlflow.set_experiment("parallel")
    for attempt in range(3):
        with mlflow.start_run(run_name=f"{index}-{attempt}"):
            mlflow.log_param("index", index)
            for step in range(20):
                mlflow.log_metric("m", index * step, step=step)


@story
def parallel_workers():
    mlflow.set_experiment("parallel")
    with multiprocessing.get_context("spawn").Pool(8) as pool:
        pool.map(work, range(8))
    frame = mlflow.search_runs(experiment_names=["parallel"])
    client = MlflowClient()
    points = [len(client.get_metric_history(run, "m")) for run in frame["run_id"]]
    return len(frame), sorted(set(frame["status"])), sorted(set(points)), sorted(frame["tags.mlflow.runName"])


@story
def abrupt_end():
    code = "\n".join([
        "import mlflow, os, signal",
        "mlflow.set_experiment('abrupt')",
        "run = mlflow.start_run(run_name='cut')",
        "[mlflow.log_metric('m', step, step=step) for step in range(10)]",
        "os.kill(os.getpid(), signal.SIGKILL)",
    ])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True)
    frame = mlflow.search_runs(experiment_names=["abrupt"])
    points = MlflowClient().get_metric_history(frame["run_id"][0], "m")
    return done.returncode == -signal.SIGKILL, list(frame["status"]), len(points)
