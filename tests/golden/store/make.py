# SPDX-License-Identifier: MIT
"""make.py DIR: the files of this folder, with the Optuna of the Python that runs it (see SOURCE)."""
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "store"))
import optuna
import peer

out = sys.argv[1]
major = optuna.__version__.split(".")[0]
LEGACY = [
    ("u", 0.25, '{"name": "UniformDistribution", "attributes": {"low": 0.0, "high": 1.0}}'),
    ("lu", 0.01, '{"name": "LogUniformDistribution", "attributes": {"low": 0.001, "high": 1.0}}'),
    ("du", 0.4, '{"name": "DiscreteUniformDistribution", "attributes": {"low": 0.0, "high": 1.0, "q": 0.2}}'),
    ("iu", 6.0, '{"name": "IntUniformDistribution", "attributes": {"low": 0, "high": 10, "step": 2}}'),
    ("ilu", 8.0, '{"name": "IntLogUniformDistribution", "attributes": {"low": 1, "high": 64, "step": 1}}'),
]


def legacy(path, url):
    """A trial as releases before 3.0 wrote it; only its rows can still be made."""
    s = optuna.create_study(storage=peer.storage(url), study_name="legacy")
    s.tell(s.ask(), 1.5)
    with sqlite3.connect(path) as db:
        trial = db.execute("SELECT max(trial_id) FROM trials").fetchone()[0]
        for name, value, dist in LEGACY:
            db.execute(
                "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) "
                "VALUES (?, ?, ?, ?)",
                (trial, name, value, dist),
            )


def dump(url, names, file):
    with open(file, "w", encoding="utf-8") as f:
        for name in names:
            f.write("# %s\n" % name)
            for t in peer.load(url, name).get_trials(deepcopy=False):
                f.write(peer.line(t) + "\n")


for kind in ("db", "log"):
    path = os.path.join(out, "optuna%s.%s" % (major, kind))
    if os.path.exists(path):
        os.unlink(path)
    url = ("sqlite:///" if kind == "db" else "journal:") + path
    peer.rich(url)
    names = ["hyper", "two"]
    if kind == "db":
        legacy(path, url)
        names.append("legacy")
        with sqlite3.connect(path) as db:
            db.execute("VACUUM")
    dump(url, names, path + ".txt")
