"""The problem in scikit-learn's MLPRegressor: the same layers, batches, epochs and Adam. It has no mean
absolute error and no dropout: it minimises half the mean squared error.

    python3 sklearn_worker.py DIRECTORY SEED
"""

import sys
import warnings

import sklearn
import threadpoolctl
from sklearn.neural_network import MLPRegressor

import problem
import worker

settings, training, test = problem.load(sys.argv[1])
warnings.filterwarnings("ignore", message=".*Maximum iterations.*")


def train(epochs=settings["epochs"]):
    network = MLPRegressor(
        hidden_layer_sizes=settings["hidden"], activation="relu", solver="adam", alpha=0.0,
        batch_size=settings["batch_size"], learning_rate_init=settings["learning_rate"], max_iter=epochs,
        shuffle=True, random_state=int(sys.argv[2]), tol=0.0, n_iter_no_change=epochs + 1, early_stopping=False,
    ).fit(*training)
    assert network.n_iter_ == epochs
    return network


train(epochs=1)
threads = max(pool["num_threads"] for pool in threadpoolctl.threadpool_info())
worker.serve(
    f"scikit-learn {sklearn.__version__}", threads, train, lambda network, features: network.predict(features), test)
