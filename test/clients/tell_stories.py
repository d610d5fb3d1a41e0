"""Stories that real clients of MLflow tell, against whatever server MLFLOW_TRACKING_URI names.

Each story is a function that returns what a client sees, as plain data. Whoever runs this file twice, against two
servers, can compare the answers: names and times that no two servers share are replaced.

usage: tell_stories.py RESULT.json [STORY…]
"""

import json
import os
import sys
import time
import traceback

os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
os.environ["GIT_PYTHON_REFRESH"] = "quiet"
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"

import mlflow
import bad_requests  # noqa: F401
import real_scripts  # noqa: F401
import scenarios  # noqa: F401
from story import STORIES


def plain(value):
    return json.loads(json.dumps(value, default=str))


def main():
    results = {}
    only = sys.argv[2:]
    for told in STORIES:
        if only and told.__name__ not in only:
            continue
        start = time.time()
        try:
            results[told.__name__] = {"answer": plain(told())}
        except Exception:
            results[told.__name__] = {"error": traceback.format_exc()[-3000:]}
        finally:
            while mlflow.active_run():
                mlflow.end_run()
        results[told.__name__]["seconds"] = round(time.time() - start, 2)
        # After each, so that one that hangs is known by what is missing.
        with open(sys.argv[1], "w") as file:
            json.dump(results, file, indent=1, sort_keys=True)


if __name__ == "__main__":
    main()
