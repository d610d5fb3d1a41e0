"""Prints what a client sees of the run of train.py."""

import json

import mlflow
import numpy as np

frame = mlflow.search_runs(experiment_names=["digits"])
data = np.arange(40).reshape(20, 2).astype(float)
predictions = mlflow.pyfunc.load_model("models:/Digits/1").predict(data)
rows = json.loads(frame.sort_index(axis=1).to_json(date_format="iso"))
print(json.dumps({"runs": len(frame), "frame": rows, "predictions": [int(each) for each in predictions]}))
