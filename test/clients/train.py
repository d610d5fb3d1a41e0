import mlflow
import numpy as np
from sklearn.linear_model import LogisticRegression

data = np.arange(40).reshape(20, 2).astype(float)
labels = (data[:, 0] > 20).astype(int)

mlflow.set_experiment("digits")
with mlflow.start_run(run_name="baseline"):
    model = LogisticRegression(C=0.5).fit(data, labels)
    mlflow.log_param("C", 0.5)
    mlflow.log_metric("accuracy", model.score(data, labels))
    mlflow.sklearn.log_model(model, name="clf", registered_model_name="Digits")
