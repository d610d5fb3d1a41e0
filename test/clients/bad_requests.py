"""What nobody should send, and what it is answered: status and code, which clients go by."""

import json
import os

import requests
from story import story

NOBODY = "0" * 40
LONG = "x" * 251


def ask(method, path, body=None, raw=None):
    """Answers as status and code. `path` begins with a slash where it is below `mlflow-artifacts`."""
    base = os.environ["MLFLOW_TRACKING_URI"]
    below = f"-artifacts{path}" if path.startswith("/") else f"/{path}"
    headers = {"Content-Type": "application/json"}
    data = raw if raw is not None else None if body is None else json.dumps(body)
    request = requests.Request(method, base, data=data, headers=headers).prepare()
    # As it stands: nobody takes `..` away.
    request.url = f"{base}/api/2.0/mlflow{below}"
    answer = requests.Session().send(request, timeout=60)
    try:
        return [answer.status_code, answer.json().get("error_code")]
    except ValueError:
        return [answer.status_code, None]


def batch(**fields):
    return {"metrics": [{"key": "a", "value": 1, "timestamp": 1, **fields}]}


def dataset(**fields):
    return {"datasets": [{"dataset": {"name": "n", "digest": "d", "source_type": "l", "source": "s", **fields}}]}


def of_experiments(experiment, run):
    own = {"experiment_id": experiment}
    return [
        *(("POST", "experiments/create", {"name": name}) for name in (None, "", 5, ["a"], "x" * 501, "bad requests")),
        ("POST", "experiments/create", {"name": "bad tags", "tags": "x"}),
        ("POST", "experiments/create", {"name": "bad place", "artifact_location": "s3://b/a#fragment"}),
        ("GET", "experiments/get"),
        ("GET", "experiments/get-by-name"),
        ("GET", "experiments/get-by-name?experiment_name=nobody"),
        ("POST", "experiments/delete", {}),
        ("POST", "experiments/delete", {"experiment_id": "77777"}),
        ("POST", "experiments/restore", own),
        ("POST", "experiments/update", own),
        ("POST", "experiments/update", {**own, "new_name": ""}),
        *(
            ("POST", "experiments/set-experiment-tag", {**own, **tag})
            for tag in ({"value": "x"}, {"key": LONG, "value": "1"}, {"key": "x", "value": "1" * 20001})
        ),
        ("POST", "experiments/delete-experiment-tag", {**own, "key": "nobody"}),
        *(("POST", "experiments/search", {"max_results": most}) for most in (None, "abc", 50001, -1)),
        ("POST", "experiments/search", {"max_results": 1, "filter": "name ="}),
        ("POST", "experiments/search", {"max_results": 1, "order_by": ["foo"]}),
        ("POST", "experiments/search", {"max_results": 1, "page_token": "%%%"}),
    ]


def of_runs(experiment, run):
    own = {"run_id": run}
    metric = {**own, "key": "a", "value": 1, "timestamp": 1}
    return [
        ("POST", "runs/create", {"experiment_id": "88888"}),
        ("POST", "runs/create", {"experiment_id": 5}),
        ("POST", "runs/create", {"experiment_id": experiment, "start_time": "abc"}),
        ("POST", "runs/create", {"experiment_id": experiment, "run_name": 5}),
        *(("GET", f"runs/get{query}") for query in ("", f"?run_id={NOBODY}", "?run_id=..%2F..%2Fetc", "?run_id=")),
        ("POST", "runs/update", {}),
        ("POST", "runs/update", {**own, "status": 77}),
        ("POST", "runs/update", {**own, "status": "RUNNING", "end_time": "abc"}),
        ("POST", "runs/update", {"run_id": NOBODY, "status": "FINISHED"}),
        *(("POST", f"runs/{verb}", body) for verb in ("delete", "restore") for body in ({}, {"run_id": NOBODY})),
        *(
            ("POST", "runs/log-metric", {**metric, **changed})
            for changed in (
                *({"key": key} for key in (None, 5, "../a", "a$", LONG)),
                *({"value": value} for value in ("x", None)),
                *({"timestamp": time} for time in (-1, "z", None)),
                *({"step": step} for step in ("abc", 2)),
                *({"run_id": other} for other in (NOBODY, None)),
            )
        ),
        *(
            ("POST", "runs/log-parameter", {**own, **param})
            for param in ({}, {"key": "p", "value": 5}, {"key": LONG, "value": "x"}, {"key": "a//b", "value": "x"})
        ),
        *(("POST", "runs/set-tag", {**own, **tag}) for tag in ({"value": "x"}, {"key": "x", "value": 5})),
        ("POST", "runs/delete-tag", {**own, "key": "nobody"}),
        ("POST", "runs/delete-tag", own),
        *(
            ("POST", "runs/log-batch", {**own, **fields})
            for fields in (
                {"run_id": None},
                {"metrics": "x"},
                {"metrics": {"a": 1}},
                *(batch(**changed) for changed in ({"key": None}, {"value": None}, {"timestamp": None}, {"timestamp": -3})),
                {"metrics": batch()["metrics"] + batch(key="$")["metrics"]},
                {"params": [{"value": "1"}]},
                {"params": [{"key": "z", "value": "1"}] * 2},
                {"tags": [{"value": "1"}]},
                {"tags": [{"key": "a$", "value": "1"}]},
                {"run_id": NOBODY, **batch()},
                {"metrics": batch()["metrics"] * 1001},
                {"metrics": batch()["metrics"] * 990, "tags": [{"key": f"t{i}", "value": "1"} for i in range(20)]},
            )
        ),
        *(
            ("POST", "runs/log-inputs", {**own, **fields})
            for fields in ({"run_id": None}, {"datasets": "x"}, dataset(name="n" * 501), dataset(digest="d" * 37))
        ),
        ("POST", "runs/log-inputs", {"run_id": NOBODY, "datasets": []}),
        *(("POST", "runs/log-model", {**own, "model_json": text}) for text in (None, "{", "{}")),
        *(
            ("POST", "runs/search", {"experiment_ids": [experiment], **fields})
            for fields in ({"max_results": 50001}, {"max_results": "z"}, {"filter": 5}, {"page_token": "zz"})
        ),
        *(
            ("GET", f"metrics/get-history{query}")
            for query in (
                "",
                f"?run_id={run}",
                f"?run_id={NOBODY}&metric_key=a",
                f"?run_id={run}&metric_key=a&max_results=0",
                f"?run_id={run}&metric_key=a&max_results=1&page_token=zzz",
                f"-bulk-interval?run_ids={run}&metric_key=a&start_step=5&end_step=1",
                f"-bulk-interval?run_ids={run}&metric_key=a&start_step=5",
                f"-bulk-interval?run_ids={run}&metric_key=a&max_results=99999",
            )
        ),
    ]


def of_models(experiment, run):
    own = {"experiment_id": experiment}
    named = {"name": "Bad"}
    return [
        *(
            ("POST", "logged-models", fields)
            for fields in ({}, {"experiment_id": "99999"}, {**own, "name": "a/b"}, {**own, "name": "a:b"})
        ),
        ("GET", "logged-models/m-nobody"),
        ("DELETE", "logged-models/m-nobody"),
        *(
            ("POST", "logged-models/search", {"experiment_ids": [experiment], **fields})
            for fields in (
                {"experiment_ids": None},
                {"filter": "x y z"},
                {"order_by": [{"field_name": "zzz"}]},
                {"datasets": [{"dataset_digest": "d"}]},
            )
        ),
        *(("POST", "registered-models/create", {"name": name}) for name in (None, "", "a/b", "a:b", "Bad")),
        ("GET", "registered-models/get?name=nobody"),
        ("GET", "registered-models/get"),
        ("PATCH", "registered-models/update", {"name": "nobody", "description": "x"}),
        ("POST", "registered-models/rename", named),
        ("POST", "registered-models/rename", {**named, "new_name": "Bad"}),
        ("POST", "registered-models/rename", {"name": "nobody", "new_name": "x"}),
        ("DELETE", "registered-models/delete", {"name": "nobody"}),
        *(("GET", f"registered-models/search?{query}") for query in ("max_results=9999", "filter=foo", "order_by=foo")),
        ("GET", "registered-models/alias?name=Bad&alias=nobody"),
        *(
            ("POST", "registered-models/alias", {**named, "alias": alias, "version": version})
            for alias, version in (("a b", "1"), ("v1", "1"), ("latest", "1"), ("ok", "9"))
        ),
        ("POST", "registered-models/set-tag", named),
        *(
            ("POST", "model-versions/create", {**named, "source": source})
            for source in (
                None,
                "/etc/passwd",
                "file:///etc/passwd",
                "../x",
                "s3://x",
                "s3://b/../x",
                "s3://b/%252e%252e/x",
                "s3://b/x%00",
                f"runs:/{NOBODY}/m",
                "mlflow-artifacts:/0/x/artifacts/m",
                "models:/nobody/1",
                "models://host/Bad/1",
            )
        ),
        ("POST", "model-versions/create", {**named, "source": f"runs:/{run}/m", "run_id": run}),
        ("POST", "model-versions/create", {**named, "source": f"mlflow-artifacts:/{experiment}/{run}/artifactsx", "run_id": run}),
        ("POST", "model-versions/create", {"name": "nobody", "source": "s3://b/x"}),
        *(("GET", f"model-versions/get?name=Bad{version}") for version in ("", "&version=99", "&version=abc")),
        ("POST", "model-versions/transition-stage", {**named, "version": "1", "stage": "Nowhere"}),
        ("POST", "model-versions/transition-stage", {**named, "version": "1"}),
        ("GET", "model-versions/search?max_results=999999"),
        ("GET", "model-versions/search?filter=name"),
        ("GET", "model-versions/get-download-uri?name=Bad&version=99"),
    ]


def of_artifacts(experiment, run):
    root = f"/artifacts/{experiment}/{run}/artifacts"
    places = ("/../x", "/%2e%2e/x", "/%252e%252e/x", f"{root}/a/../../x"[len("/artifacts") :])
    return [
        *((method, f"/artifacts{place}") for place in places for method in ("GET", "DELETE")),
        *(("PUT", f"/artifacts{place}", {}) for place in places),
        ("GET", f"{root}/nobody"),
        ("DELETE", f"{root}/nobody"),
        *(("GET", f"/artifacts{query}") for query in ("", "?path=../x", "?path=/etc", "?path=%252e%252e")),
        *(("GET", f"artifacts/list?run_id={run}&path={path}") for path in ("../x", "/etc", "%252e%252e/x")),
        ("GET", "artifacts/list"),
        ("GET", f"artifacts/list?run_id={NOBODY}"),
    ]


@story
def bad_requests():
    create = lambda path, body: requests.post(f"{os.environ['MLFLOW_TRACKING_URI']}/api/2.0/mlflow/{path}", json=body)
    experiment = create("experiments/create", {"name": "bad requests"}).json()["experiment_id"]
    run = create("runs/create", {"experiment_id": experiment, "start_time": 1}).json()["run"]["info"]["run_id"]
    create("registered-models/create", {"name": "Bad"})
    answers = []
    for kind in (of_experiments, of_runs, of_models, of_artifacts):
        # No two servers give the same ids: what is asked is told without them.
        for request, told in zip(kind(experiment, run), kind("E", "R")):
            answers.append([json.dumps(told)[:200], *ask(*request)])
    return [*answers, ["{", *ask("POST", "runs/log-batch", raw="{")]]
