# SPDX-License-Identifier: MIT
"""The job of bench/opt_store.c with Optuna: opt_store_optuna.py [URL [WRITERS [TRIALS]]]"""
import multiprocessing
import os
import sys
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(t):
    return sum(t.suggest_float("x%d" % i, -5, 5) ** 2 for i in range(5))


def storage(url):
    if url.startswith("sqlite:"):
        # Without these, writers wait for each other until they give up.
        return optuna.storages.RDBStorage(url, engine_kwargs={"connect_args": {"timeout": 60}})
    return optuna.storages.RDBStorage(url)


def writer(url, name, n, seed, ready):
    s = optuna.load_study(
        storage=storage(url), study_name=name, sampler=optuna.samplers.RandomSampler(seed=seed)
    )
    ready.wait()
    s.optimize(objective, n_trials=n)


if __name__ == "__main__":
    url = sys.argv[1] if len(sys.argv) > 1 else "sqlite:////tmp/wick-bench-optuna-%d.db" % os.getpid()
    writers = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    n = int(sys.argv[3]) if len(sys.argv) > 3 else 50
    name = "bench-%d" % os.getpid()
    optuna.create_study(storage=storage(url), study_name=name)
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Barrier(writers + 1)
    workers = [spawn.Process(target=writer, args=(url, name, n, i, ready)) for i in range(writers)]
    for w in workers:
        w.start()
    ready.wait()  # imports are over
    start = time.time()
    for w in workers:
        w.join()
    print("%-12s %8d %8d %12.0f  optuna %s" % (url.split(":")[0], writers, 1,
          writers * n / (time.time() - start), optuna.__version__))
    if len(sys.argv) < 2:
        os.unlink(url[len("sqlite:///"):])
