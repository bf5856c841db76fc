"""The problem in JAX: the whole training is one compiled function, a scan over epochs and batches, in float32
on the processor. The same layers, batches (the last one smaller), Adam, mean absolute error and dropout as ours.

    python3 jax_worker.py DIRECTORY DROPOUT SEED

Compiling, which takes seconds, is not measured.
"""

import os
import sys

import jax
import jax.numpy as jnp

import problem
import worker

settings, training, test = problem.load(sys.argv[1])
dropout, seed = float(sys.argv[2]), int(sys.argv[3])
sizes = [settings["inputs"], *settings["hidden"], settings["outputs"]]
batch_size, epochs, learning_rate = settings["batch_size"], settings["epochs"], settings["learning_rate"]
features, targets = map(jnp.asarray, training)
count = len(features)
full_batches = count // batch_size
full_rows = full_batches * batch_size
beta1, beta2, epsilon = 0.9, 0.999, 1e-8


def initial(key):
    gains = [2.0] * len(settings["hidden"]) + [1.0]
    return [
        (jax.random.normal(k, (inputs, outputs)) * jnp.sqrt(gain / inputs), jnp.zeros(outputs))
        for k, inputs, outputs, gain in zip(jax.random.split(key, len(gains)), sizes, sizes[1:], gains)
    ]


def outputs(parameters, x, key=None):
    """Drops units of every hidden layer but the last one where there is a key."""
    last = len(parameters) - 1
    for index, (weights, bias) in enumerate(parameters):
        x = x @ weights + bias
        if index < last:
            x = jax.nn.relu(x)
        if index < last - 1 and dropout > 0 and key is not None:
            key, own = jax.random.split(key)
            x = jnp.where(jax.random.bernoulli(own, 1 - dropout, x.shape), x / (1 - dropout), 0)
    return x


def loss(parameters, x, t, key):
    return jnp.mean(jnp.abs(outputs(parameters, x, key) - t))


def step(state, batch):
    parameters, m, v, time = state
    gradient = jax.grad(loss)(parameters, *batch)
    time = time + 1
    m = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, m, gradient)
    v = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, v, gradient)
    correction1, correction2 = 1 / (1 - beta1**time), 1 / (1 - beta2**time)
    parameters = jax.tree.map(
        lambda p, m, v: p - learning_rate * (m * correction1) / (jnp.sqrt(v * correction2) + epsilon),
        parameters, m, v)
    return (parameters, m, v, time), None


def epoch(state, key):
    order_key, dropout_key = jax.random.split(key)
    order = jax.random.permutation(order_key, count)
    x, t = features[order], targets[order]
    keys = jax.random.split(dropout_key, full_batches + 1)
    full = [a[:full_rows].reshape(full_batches, batch_size, -1) for a in (x, t)]
    state, _ = jax.lax.scan(step, state, (*full, keys[:-1]))
    if full_rows < count:
        state, _ = step(state, (x[full_rows:], t[full_rows:], keys[-1]))
    return state, None


@jax.jit
def trained(key):
    weights_key, epochs_key = jax.random.split(key)
    parameters = initial(weights_key)
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = (parameters, zeros, zeros, jnp.float32(0))
    return jax.lax.scan(epoch, state, jax.random.split(epochs_key, epochs))[0][0]


key = jax.random.key(seed)
trained.lower(key).compile()
worker.serve(
    f"JAX {jax.__version__}", len(os.sched_getaffinity(0)), lambda: jax.block_until_ready(trained(key)),
    jax.jit(outputs), test)
