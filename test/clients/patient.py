"""Logs to a server that is killed and starts again meanwhile: a client with its default patience."""

import time

import mlflow

with mlflow.start_run():
    for step in range(40):
        mlflow.log_metric("m", step, step=step)
        if step == 19:
            open("half", "w").close()
            time.sleep(1)
