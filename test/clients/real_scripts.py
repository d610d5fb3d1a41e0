"""Stories that scripts of people tell: what they call beside logging numbers."""

import concurrent.futures
import os
import sys
import tempfile
import time

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from story import refusal, refusal_or, story


def files_of(run_id, path=None):
    found = []
    for file in MlflowClient().list_artifacts(run_id, path):
        found += files_of(run_id, file.path) if file.is_dir else [file.path]
    return found


def codes(*actions):
    answers = [refusal(action) for action in actions]
    return [answer if isinstance(answer, str) else answer[0] for answer in answers]


@story
def figures_and_many_values():
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    mlflow.set_experiment("figures")
    with mlflow.start_run() as run:
        figure, axes = pyplot.subplots()
        axes.plot([1, 2])
        mlflow.log_figure(figure, "plots/a.png")
        mlflow.log_dict({"a": [1, 2]}, "x/y.yaml")
        for step in range(3):
            mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), key="dog", step=step)
        mlflow.log_params({f"p{index:03}": index for index in range(100)})
        mlflow.log_params({f"q{index:03}": "v" * 500 for index in range(60)})
        mlflow.set_tags({f"t{index:03}": index for index in range(100)})
        mlflow.set_tag("mlflow.note.content", "# hello")
    stored = mlflow.get_run(run.info.run_id).data
    files = files_of(run.info.run_id)
    own = [key for key in stored.tags if not key.startswith("mlflow.")]
    plain = sorted(file for file in files if not file.startswith("images/"))
    return plain, len(files), len(stored.params), len(own), stored.tags["mlflow.note.content"]


class AddNumber(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        with open(context.artifacts["number"]) as file:
            self.number = int(file.read())

    def predict(self, context, model_input, params=None):
        return model_input + self.number


@story
def model_of_ones_own():
    mlflow.set_experiment("pyfunc")
    rows = pd.DataFrame({"a": [1.0]})
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
        number = os.path.join(folder, "number.txt")
        with open(number, "w") as file:
            file.write("5")
        info = mlflow.pyfunc.log_model(
            name="add", python_model=AddNumber(), artifacts={"number": number}, input_example=rows
        )
    predicted = mlflow.pyfunc.load_model(info.model_uri).predict(rows)["a"].tolist()
    with tempfile.TemporaryDirectory() as folder:
        whole = mlflow.artifacts.download_artifacts(artifact_uri=info.model_uri, dst_path=folder)
        names = sorted(os.listdir(whole))
        one = mlflow.artifacts.download_artifacts(artifact_uri=f"runs:/{run.info.run_id}/add/MLmodel", dst_path=folder)
        size = os.path.getsize(one) > 0
    needs = mlflow.pyfunc.get_model_dependencies(info.model_uri)
    return predicted, names, size, mlflow.models.get_model_info(info.model_uri).signature is not None, bool(needs)


@story
def model_at_a_path_and_copies_of_it():
    from sklearn.linear_model import LinearRegression

    client = MlflowClient()
    mlflow.set_experiment("artifact path")
    fitted = LinearRegression().fit([[1], [2]], [1, 2])
    with mlflow.start_run() as run:
        mlflow.sklearn.log_model(fitted, artifact_path="model", registered_model_name="Line")
    at_path = f"runs:/{run.info.run_id}/model"
    predict = lambda uri: [round(value, 6) for value in mlflow.sklearn.load_model(uri).predict([[3]])]
    again = mlflow.register_model(at_path, "Line", tags={"a": "b"})
    stored = client.get_model_version("Line", again.version)
    copied = client.copy_model_version("models:/Line/1", "Line elsewhere")
    twice = client.copy_model_version("models:/Line elsewhere/1", "Line far away")
    return (
        [predict(uri) for uri in (at_path, "models:/Line/2", "models:/Line elsewhere/1", "models:/Line far away/latest")],
        [again.version, stored.status, stored.tags, stored.run_id == run.info.run_id, stored.source.split("/")[0]],
        [(each.version, each.run_id == run.info.run_id) for each in (copied, twice)],
    )


@story
def evaluation():
    from sklearn.linear_model import LogisticRegression

    mlflow.set_experiment("evaluation")
    data = pd.DataFrame(np.random.RandomState(0).rand(60, 2), columns=["a", "b"])
    data["y"] = (data.a > 0.5).astype(int)
    fitted = LogisticRegression().fit(data[["a", "b"]], data.y)
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(fitted, name="m", input_example=data[["a", "b"]].head(2))
        mlflow.models.evaluate(info.model_uri, data, targets="y", model_type="classifier", evaluators=["default"])
    stored = mlflow.get_run(run.info.run_id)
    measured = {metric.key for metric in mlflow.get_logged_model(info.model_id).metrics}
    inputs = [len(stored.inputs.dataset_inputs), len(stored.inputs.model_inputs)]
    return sorted(stored.data.metrics), sorted(files_of(run.info.run_id)), sorted(measured), inputs


@story
def logging_from_a_queue():
    mlflow.set_experiment("queue")
    mlflow.config.enable_async_logging()
    with mlflow.start_run() as run:
        for step in range(300):
            mlflow.log_metric("m", step, step=step)
        mlflow.log_params({f"p{index}": index for index in range(50)})
        mlflow.set_tags({"a": "b"})
    mlflow.flush_async_logging()
    mlflow.config.enable_async_logging(False)
    stored = mlflow.get_run(run.info.run_id)
    points = MlflowClient().get_metric_history(run.info.run_id, "m")
    return len(points), len(stored.data.params), stored.data.tags["a"], stored.info.status


@story
def threads():
    mlflow.set_experiment("threads")
    with mlflow.start_run() as run:

        def log(index):
            MlflowClient().log_metric(run.info.run_id, "m", index, step=index)
            MlflowClient().log_text(run.info.run_id, str(index), f"f/{index}.txt")

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(log, range(40)))
    return len(MlflowClient().get_metric_history(run.info.run_id, "m")), len(files_of(run.info.run_id, "f"))


@story
def last_run_and_what_is_deleted():
    client = MlflowClient()
    mlflow.set_experiment("last")
    with mlflow.start_run() as run:
        mlflow.log_metric("x", 1)
    is_last = mlflow.last_active_run().info.run_id == run.info.run_id
    with mlflow.start_run(run_id=run.info.run_id):
        mlflow.log_metric("x", 2, step=1)
    client.delete_run(run.info.run_id)
    of_run = codes(
        lambda: mlflow.start_run(run_id="0" * 32),
        lambda: mlflow.get_run("nope"),
        lambda: mlflow.start_run(run_id=run.info.run_id),
    )
    client.restore_run(run.info.run_id)
    experiment = mlflow.get_experiment_by_name("last").experiment_id
    mlflow.delete_experiment(experiment)
    of_experiment = codes(
        lambda: mlflow.set_experiment("last"),
        lambda: mlflow.create_experiment("last"),
        lambda: client.create_run(experiment),
    )
    client.restore_experiment(experiment)
    return is_last, mlflow.get_run(run.info.run_id).data.metrics, of_run, of_experiment


@story
def runs_in_runs():
    mlflow.set_experiment("in runs")
    with mlflow.start_run() as top:
        with mlflow.start_run(nested=True) as middle:
            with mlflow.start_run(nested=True) as low:
                pass
        with mlflow.start_run(nested=True, parent_run_id=top.info.run_id) as other:
            pass
    parent = lambda run: getattr(mlflow.get_parent_run(run.info.run_id), "info", None)
    return [parent(low).run_id == middle.info.run_id, parent(other).run_id == top.info.run_id, parent(top) is None]


@story
def project():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "MLproject"), "w") as file:
            parameters = "    parameters:\n      lr: {type: float, default: 0.1}\n"
            command = f'    command: "{sys.executable} t.py {{lr}}"\n'
            file.write(f"name: x\nentry_points:\n  main:\n{parameters}{command}")
        with open(os.path.join(folder, "t.py"), "w") as file:
            file.write("import mlflow, sys\nwith mlflow.start_run():\n  mlflow.log_metric('lr', float(sys.argv[1]))\n")
        done = mlflow.projects.run(folder, env_manager="local", experiment_name="project", parameters={"lr": 0.5})
    run = mlflow.get_run(done.run_id)
    tags = sorted(key for key in run.data.tags if ".git." not in key)
    return done.get_status(), run.info.status, run.data.params, run.data.metrics, tags


@story
def kinds_of_data():
    mlflow.set_experiment("kinds of data")
    with mlflow.start_run() as run:
        mlflow.log_input(mlflow.data.from_numpy(np.zeros((3, 2)), name="np"), context="train", tags={"v": "1"})
        table = mlflow.data.from_pandas(pd.DataFrame({"a": [1]}), name="pd")
        mlflow.log_inputs(datasets=[table], contexts=["eval"], tags_list=[None])
    inputs = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    found = mlflow.search_runs(filter_string="dataset.name = 'np'")
    shown = [
        (d.dataset.name, d.dataset.digest, d.dataset.schema, d.dataset.profile, sorted((t.key, t.value) for t in d.tags))
        for d in inputs
    ]
    return sorted(shown), len(found)


@story
def models_of_others():
    client = MlflowClient()
    mlflow.set_experiment("models of others")
    made = mlflow.create_external_model(name="ext", params={"a": "1"}, tags={"b": "2"}, model_type="agent")
    mlflow.set_active_model(name="act")
    with mlflow.start_run():
        mlflow.log_metric("x", 1.0, model_id=made.model_id)
    mlflow.clear_active_model()
    found = mlflow.search_logged_models(output_format="list")
    best = [{"field_name": "metrics.x", "ascending": False}]
    frame = mlflow.search_logged_models(filter_string="metrics.x >= 1", order_by=best)
    mlflow.set_logged_model_tags(made.model_id, {"c": "3"})
    mlflow.delete_logged_model_tag(made.model_id, "b")
    mlflow.finalize_logged_model(made.model_id, "READY")
    stored = mlflow.get_logged_model(made.model_id)
    tags = {key: value for key, value in stored.tags.items() if not key.startswith("mlflow.")}
    refused = codes(
        lambda: mlflow.get_logged_model("m-nope"),
        lambda: mlflow.delete_logged_model_tag(made.model_id, "zz"),
        lambda: client.finalize_logged_model("m-nope", "READY"),
    )
    return sorted(model.name for model in found), len(frame), sorted(frame.columns), stored.params, tags, refused


@story
def prompts():
    client = MlflowClient()
    mlflow.genai.register_prompt(name="greet", template="hi {{x}}", tags={"a": "b"})
    mlflow.genai.register_prompt(name="greet", template="ho {{x}}")
    mlflow.genai.set_prompt_alias("greet", "prod", 2)
    return [
        [model.name for model in client.search_registered_models() if model.name == "greet"],
        [prompt.name for prompt in mlflow.genai.search_prompts() if prompt.name == "greet"],
        [mlflow.genai.load_prompt(uri).template for uri in ("prompts:/greet/1", "prompts:/greet@prod")],
        refusal_or(lambda: client.get_registered_model("greet").name),
    ]


@story
def traces():
    mlflow.set_experiment("traces")
    start = time.time()

    @mlflow.trace
    def add(x):
        with mlflow.start_span("inner") as span:
            span.set_inputs({"x": x})
            return x + 1

    alone = add(1)
    with mlflow.start_run() as run:
        inside = add(2)
        mlflow.log_metric("a", 1)
    mlflow.flush_trace_async_logging()
    # Where there are no traces, whoever makes some goes on, and nobody waits.
    return alone, inside, mlflow.get_run(run.info.run_id).data.metrics, time.time() - start < 60
