# SPDX-License-Identifier: MIT
"""dashboard.py URL STUDY: what optuna-dashboard's HTTP interface says of a study, against Optuna."""
import io
import json
import sys

import optuna_dashboard._app as app_module
import peer
from optuna_dashboard._storage_url import get_storage

storage = get_storage(sys.argv[1])
app = app_module.create_app(storage, debug=True)


def get(path):
    out = {}

    def start(status, headers, exc_info=None):
        out["status"] = status

    path, _, query = path.partition("?")
    body = b"".join(
        app(
            {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": "",
                "SERVER_NAME": "x",
                "SERVER_PORT": "80",
                "SERVER_PROTOCOL": "HTTP/1.1",
                "wsgi.url_scheme": "http",
                "wsgi.input": io.BytesIO(b""),
                "wsgi.errors": sys.stderr,
            },
            start,
        )
    )
    if not out["status"].startswith("200"):
        sys.exit("%s: %s" % (path, out["status"]))
    return json.loads(body)


summaries = [s for s in get("/api/studies")["study_summaries"] if s["study_name"] == sys.argv[2]]
if len(summaries) != 1:
    sys.exit("the study is not listed")
detail = get("/api/studies/%d?after=0" % summaries[0]["study_id"])
trials = peer.load(sys.argv[1], sys.argv[2]).get_trials(deepcopy=False)
if len(detail["trials"]) != len(trials):
    sys.exit("%d trials shown of %d" % (len(detail["trials"]), len(trials)))
for shown, t in zip(detail["trials"], trials):
    if shown["number"] != t.number or shown["state"].lower() != t.state.name.lower():
        sys.exit("trial %d is shown as %s %s" % (t.number, shown["number"], shown["state"]))
    if len(shown["params"]) != len(t.params):
        sys.exit("trial %d: parameters" % t.number)
    if len(shown["constraints"]) != len(t.system_attrs.get("constraints", [])):
        sys.exit("trial %d: constraints" % t.number)
    if len(shown["intermediate_values"]) != len(t.intermediate_values):
        sys.exit("trial %d: reports" % t.number)
