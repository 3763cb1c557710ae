# SPDX-License-Identifier: MIT
"""What the scripts of this folder need of Optuna.

    peer.py run URL STUDY TRIALS [HEARTBEAT]    adds trials
    peer.py rich URL                            a study with everything a reader may meet
    peer.py check URL STUDY                     numbers are 0, 1, 2 ... and nothing is left running
"""
import math
import sys
import warnings

import optuna

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
CHOICES = ['sm\u00e4 "x"', None, True, 3, 2.5]


def storage(url, heartbeat=None):
    if url.startswith("journal:"):
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        return JournalStorage(JournalFileBackend(url[len("journal:") :]))
    if heartbeat is None:
        return optuna.storages.RDBStorage(url)
    return optuna.storages.RDBStorage(url, heartbeat_interval=heartbeat)


def load(url, name):
    return optuna.load_study(storage=storage(url), study_name=name)


def number(v):
    if v is None or isinstance(v, (bool, str)):
        return str(v)
    if isinstance(v, int):
        return str(v)
    return "%.17g" % v


def line(t):
    out = "%d %s" % (t.number, t.state.name)
    for v in t.values or []:
        out += " =" + number(v)
    for name, v in t.params.items():
        out += " %s:%s" % (name, number(v))
    for step, v in sorted(t.intermediate_values.items()):
        out += " @%d:%s" % (step, number(v))
    for v in t.system_attrs.get("constraints") or []:
        out += " !" + number(float(v))
    return out


def objective(t):
    x = t.suggest_float("x", -3, 3)
    l = t.suggest_float("l", 1e-5, 1, log=True)
    g = t.suggest_float("g", 0, 1, step=0.3)
    t.suggest_int("n", 5, 100, step=5)
    c = t.suggest_categorical("c", CHOICES)
    if c == 3:
        t.suggest_float("only3", 0, 1)
    t.set_user_attr("note", {"a": [1, 2.5, "\u00e4"]})
    for i in range(3):
        t.report(x * x + i, i)
        if t.should_prune():
            raise optuna.TrialPruned()
    if t.number % 11 == 7:
        return float("nan")
    return math.inf if t.number % 13 == 5 else x * x + abs(math.log10(l)) + g


def run(url, name, n, heartbeat=None):
    s = optuna.create_study(
        storage=storage(url, heartbeat),
        study_name=name,
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5),
    )
    s.optimize(objective, n_trials=n)


def rich(url):
    """Hyperband, NSGA-II with constraints, enqueued, added, pruned, failed, odd reports, attributes."""
    s = optuna.create_study(
        storage=storage(url),
        study_name="hyper",
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=1),
        pruner=optuna.pruners.HyperbandPruner(min_resource=1, max_resource=9),
    )
    s.set_user_attr("nan", float("nan"))
    s.enqueue_trial({"x": 0.5, "c": "b"})

    def f(t):
        x = t.suggest_float("x", 0, 1)
        t.suggest_categorical("c", ["a", "b", None])
        t.suggest_int("k", 1, 64, log=True)
        t.set_user_attr("inf", float("inf"))
        for i in range(9):
            t.report(float("nan") if i == 8 else -math.inf if i == 7 else x * i, i)
            if t.should_prune():
                raise optuna.TrialPruned()
        if t.number == 4:
            raise ValueError("no")
        return x

    s.optimize(f, n_trials=30, catch=(ValueError,))
    s.enqueue_trial({"x": 0.25, "c": None})
    s.add_trial(
        optuna.trial.create_trial(
            value=0.3,
            params={"x": 0.3, "c": "a", "k": 8},
            distributions={
                "x": optuna.distributions.FloatDistribution(0, 1),
                "c": optuna.distributions.CategoricalDistribution(["a", "b", None]),
                "k": optuna.distributions.IntDistribution(1, 64, log=True),
            },
        )
    )
    m = optuna.create_study(
        storage=storage(url),
        study_name="two",
        directions=["minimize", "maximize"],
        sampler=optuna.samplers.NSGAIISampler(
            seed=2, population_size=6, constraints_func=lambda t: (t.params["x"] - 0.8, -0.1)
        ),
    )
    m.optimize(lambda t: (t.suggest_float("x", 0, 1), t.suggest_float("y", 0, 1)), n_trials=20)


def check(url, name):
    trials = load(url, name).get_trials(deepcopy=False)
    numbers = [t.number for t in trials]
    if numbers != list(range(len(trials))):
        sys.exit("numbers are not 0..%d: %s" % (len(trials) - 1, numbers))
    states = {}
    for t in trials:
        states[t.state.name] = states.get(t.state.name, 0) + 1
    print(len(trials), " ".join("%s=%d" % kv for kv in sorted(states.items())))


if __name__ == "__main__":
    what, url, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
    if what == "run":
        run(url, rest[0], int(rest[1]), int(rest[2]) if len(rest) > 2 else None)
    elif what == "rich":
        rich(url)
    else:
        check(url, rest[0])
