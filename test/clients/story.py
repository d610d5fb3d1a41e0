"""What the stories have in common."""

import os
import re

from mlflow.exceptions import MlflowException

STORIES = []


def story(function):
    STORIES.append(function)
    return function


def refusal(action):
    """What a client is told when it asks for something that cannot be."""
    try:
        action()
    except MlflowException as error:
        return [error.error_code, str(error).split("\n")[0][:160]]
    return "no error"


def refusal_or(action):
    """What is found, or the code of the refusal."""
    try:
        return action()
    except MlflowException as error:
        return error.error_code


def raw_post(path, body):
    import requests

    url = f"{os.environ['MLFLOW_TRACKING_URI']}/api/2.0/mlflow/{path}"
    answer = requests.get(url) if body is None else requests.post(url, json=body)
    if answer.status_code == 200:
        return [200]
    try:
        content = answer.json()
        message = re.sub(r"[0-9a-f]{32,64}", "<id>", content.get("message", ""))
        return [answer.status_code, content.get("error_code"), message[:120]]
    except ValueError:
        return [answer.status_code]
