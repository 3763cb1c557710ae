#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The position manager written down a second time, straight from its rules and without numpy: slow,
plain, and independent of the C kernels it is compared with.

  reference.py part-a RUN_ROOT OUT_DIR [RUN_ID]   the files of pm-search/ and backtest/
  reference.py path INPUT.csv CONFIG.json OUT_PREFIX   trades, events, equity, metrics of part B
  reference.py random-a SEED RUN_ROOT             a made-up data set of the same kind
  reference.py random-path SEED PREFIX            a made-up path input, config and account
"""
import csv, hashlib, itertools, json, math, os, random, sys

GRID = [("long_open_prob", [.54, .56, .58, .60]), ("short_open_prob", [.54, .56, .58, .60]),
        ("min_entry_prob", [.50, .52, .55, .58]), ("max_market_risk_prob", [.35, .45, .55]),
        ("min_expected_edge_bps", [1., 2., 3., 5.]), ("min_direction_margin", [.02, .03, .05])]
KEYS = [k for k, _ in GRID]
TRADE = ("sample_id symbol event_time split_id side direction_prob entry_prob market_risk_prob "
         "predicted_edge_bps actual_edge_bps entry_target planned_ratio weighted_edge_bps "
         "threshold_hash").split()
METRICS = ("trade_count win_rate avg_actual_edge_bps avg_weighted_edge_bps total_weighted_edge_bps "
           "max_drawdown_bps avg_planned_ratio profit_factor max_consecutive_losses").split()
SPLITS = [("tune_inner", "tune"), ("validation_locked", "validation_locked"),
          ("latest_stress", "latest_stress")]


def default_config():
    return {
        "pmConfigVersion": "pm-config-v1",
        "open": dict(longOpenProb=.58, shortOpenProb=.58, minLongEntryProb=.55,
                     minShortEntryProb=.55, maxMarketRiskProb=.45, minExpectedEdgeBps=3.,
                     minDirectionMargin=.03, minLiquidityCapacityRatio=.1, maxOodScore=.8),
        "add": dict(minLongProb=.6, minShortProb=.6, minContinueProb=.58, minEntryProb=.55,
                    maxExitProb=.45, maxMarketRiskProb=.45, maxPositionRiskProb=.5,
                    minExpectedEdgeBps=3., minContinueVsExitEdgeBps=0.,
                    minLiquidityCapacityRatio=.1, minPostTradeLiquidationBufferBps=500.,
                    maxAddCount=3, cooldownMinutes=5),
        "exit": dict(closeExitProb=.7, closePositionRiskProb=.7, closeMarketRiskProb=.7,
                     closeContinueMax=.25, reduceAdverseMoveProb=.62, reduceContinueMin=.35,
                     reduceContinueMax=.7, minProfitForReduceBps=5., maxPositionPathRiskBps=80.),
        "sizing": dict(baseRatio=.8, minInitialRatio=.05, maxSingleLegRatio=1., minAddRatio=.02,
                       maxAddRatio=.25, maxTotalPositionRatio=1., minEdgeBps=3.,
                       maxLossPerTradeBps=80., maxLiquidityUsageRatio=.2,
                       uncertaintyPenaltyMultiplier=.5, minPostTradeLiquidationBufferBps=500.),
    }


# ---- text ----------------------------------------------------------------------------------------

def canonical_number(x):
    x = float(x)
    if math.isnan(x): return '"nan"'
    if math.isinf(x): return '"inf"' if x > 0 else '"-inf"'
    if x == 0: return "0"
    sign = "-" if x < 0 else ""
    m, _, e = repr(abs(x)).partition("e")
    whole, _, frac = m.partition(".")
    exp = int(e or 0) + len(whole)
    digits = whole + frac
    stripped = digits.lstrip("0")
    exp -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    n = len(digits)
    if n <= exp <= 21: return sign + digits + "0" * (exp - n)
    if 0 < exp <= 21: return sign + digits[:exp] + "." + digits[exp:]
    if -6 < exp <= 0: return sign + "0." + "0" * -exp + digits
    e = exp - 1
    return sign + digits[0] + ("." + digits[1:] if n > 1 else "") + "e" + ("+" if e > 0 else "-") + str(abs(e))


def canonical(v):
    if v is None: return "null"
    if v is True or v is False: return "true" if v else "false"
    if isinstance(v, (int, float)): return canonical_number(v)
    if isinstance(v, str):
        out = []
        short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
        for c in v: out.append(short.get(c) or ("\\u%04x" % ord(c) if ord(c) < 32 else c))
        return '"' + "".join(out) + '"'
    if isinstance(v, list): return "[" + ",".join(map(canonical, v)) + "]"
    return "{" + ",".join(canonical(k) + ":" + canonical(v[k])
                          for k in sorted(v, key=lambda s: s.encode("utf-16-be"))) + "}"


def sha(v): return hashlib.sha256(canonical(v).encode()).hexdigest()


def pretty(v, depth=0):
    pad = "  " * (depth + 1)
    if isinstance(v, dict) and v:
        return "{\n" + ",\n".join(pad + canonical(k) + ": " + pretty(x, depth + 1) for k, x in v.items()) + "\n" + "  " * depth + "}"
    if isinstance(v, list) and v:
        return "[\n" + ",\n".join(pad + pretty(x, depth + 1) for x in v) + "\n" + "  " * depth + "]"
    return canonical(v)


def cell(v):
    if isinstance(v, str): return '"' + v + '"' if "," in v else v
    if isinstance(v, float): return "" if math.isnan(v) else repr(v)
    return str(v)


def write_csv(path, columns, rows):
    with open(path, "w", newline="") as f:
        f.write(",".join(columns) + "\n")
        for r in rows: f.write(",".join(cell(r[c]) for c in columns) + "\n")


def number(s): return float(s) if s != "" else math.nan


# ---- part A --------------------------------------------------------------------------------------

def read(path):
    with open(path, newline="") as f: return list(csv.DictReader(f))


def by_id(rows, path):
    out = {}
    for r in rows:
        if r["sample_id"] in out: raise SystemExit(f"{path}: duplicate {r['sample_id']}")
        out[r["sample_id"]] = r
    return out


def frame(root, split):
    p = lambda head: os.path.join(root, "model", head, split + "_predictions.csv")
    entry = by_id(read(p("entry")), "entry")
    risk = by_id(read(p("risk")), "risk")
    data = by_id(read(os.path.join(root, "dataset", "entry_train.csv")), "dataset")
    direction = read(p("direction"))
    by_id(direction, "direction")
    out = []
    for d in direction:
        i = d["sample_id"]
        if i not in entry or i not in risk or i not in data: continue
        e, r, a = entry[i], risk[i], data[i]
        out.append(dict(
            sample_id=i, symbol=d["symbol"], event_time=int(d["event_time"]), split_id=d["split_id"],
            lp=number(d["long_prob"]), sp=number(d["short_prob"]),
            le=number(e["long_entry_prob"]), se=number(e["short_entry_prob"]),
            pl=number(e["long_expected_net_edge_bps"]), ps=number(e["short_expected_net_edge_bps"]),
            mr=number(r["market_risk_prob"]), al=number(a["long_expected_net_edge_bps"]),
            as_=number(a["short_expected_net_edge_bps"]), lt=int(a["long_entry_target"]),
            st=int(a["short_entry_target"])))
    return out


def side_of(r, th, short_entry=None):
    lo, so, en, mr, ed, mg = (th[k] for k in KEYS)
    se = en if short_entry is None else short_entry
    long_ok = r["lp"] >= lo and r["lp"] - r["sp"] >= mg and r["le"] >= en and r["mr"] <= mr and r["pl"] >= ed
    short_ok = r["sp"] >= so and r["sp"] - r["lp"] >= mg and r["se"] >= se and r["mr"] <= mr and r["ps"] >= ed
    if long_ok and (not short_ok or r["pl"] + 10 * (r["lp"] - r["sp"]) >= r["ps"] + 10 * (r["sp"] - r["lp"])):
        return "LONG"
    return "SHORT" if short_ok else None


def clip(x, lo, hi): return min(max(x, lo), hi)


def planned(edge, risk, min_edge):
    return clip(clip((edge - min_edge) / 20, 0., 1.5) * clip(1 - risk, 0., 1.), .05, 1.)


def trades(rows, th):
    h = sha(th)[:16]
    out = []
    for r in rows:
        s = side_of(r, th)
        if not s: continue
        L = s == "LONG"
        pe, ae = (r["pl"], r["al"]) if L else (r["ps"], r["as_"])
        ratio = planned(pe, r["mr"], th["min_expected_edge_bps"])
        out.append(dict(zip(TRADE, (
            r["sample_id"], r["symbol"], r["event_time"], r["split_id"], s, r["lp"] if L else r["sp"],
            r["le"] if L else r["se"], r["mr"], pe, ae, r["lt"] if L else r["st"], ratio, ae * ratio, h))))
    out.sort(key=lambda t: t["event_time"])
    return out


def pairwise(a):
    """The order in which numpy adds: eight running sums up to 128 values, halves above."""
    n = len(a)
    if n < 8:
        t = 0.0
        for x in a: t += x
        return t
    if n <= 128:
        r = list(a[:8])
        i = 8
        while i < n - n % 8:
            for k in range(8): r[k] += a[i + k]
            i += 8
        t = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
        for x in a[i:]: t += x
        return t
    half = n // 2
    half -= half % 8
    return pairwise(a[:half]) + pairwise(a[half:])


def metrics(actual, weighted, ratio):
    n = len(weighted)
    if n == 0: return {k: 0 if k in ("trade_count", "max_consecutive_losses") else 0.0 for k in METRICS}
    cum = peak = dd = 0.0
    pos, neg = pairwise([w for w in weighted if w > 0]), pairwise([w for w in weighted if w < 0])
    run = worst = 0
    for i, w in enumerate(weighted):
        cum = w if i == 0 else cum + w
        peak = cum if i == 0 else max(peak, cum)
        dd = max(dd, peak - cum)
        run = run + 1 if w < 0 else 0
        worst = max(worst, run)
    return dict(zip(METRICS, (
        n, sum(a > 0 for a in actual) / n, pairwise(actual) / n, pairwise(weighted) / n, cum, dd,
        pairwise(ratio) / n, pos / -neg if neg < 0 else math.inf, worst)))


def trade_metrics(t):
    return metrics(*([x[k] for x in t] for k in ("actual_edge_bps", "weighted_edge_bps", "planned_ratio")))


def score(m):
    n = m["trade_count"]
    if n == 0: return -1000000.0
    return (m["avg_weighted_edge_bps"] * math.sqrt(n) + .05 * m["total_weighted_edge_bps"]
            - .25 * m["max_drawdown_bps"] - 5 * max(0, 20 - n))


def equity(t):
    out, cum, peak = [], 0.0, None
    for i, x in enumerate(t):
        cum = x["weighted_edge_bps"] if i == 0 else cum + x["weighted_edge_bps"]
        peak = cum if peak is None else max(peak, cum)
        out.append(dict(event_time=x["event_time"], trade_index=i + 1,
                        weighted_edge_bps=x["weighted_edge_bps"], equity_bps=cum, drawdown_bps=peak - cum))
    return out


EQUITY = "event_time trade_index weighted_edge_bps equity_bps drawdown_bps".split()
REGIME = "split_id side trade_count win_rate avg_actual_edge_bps total_weighted_edge_bps".split()


def regimes(t):
    groups = {}
    for x in t: groups.setdefault((x["split_id"], x["side"]), []).append(x)
    out = []
    for key in sorted(groups):
        m = trade_metrics(groups[key])
        out.append(dict(zip(REGIME, key + tuple(m[k] for k in (
            "trade_count", "win_rate", "avg_actual_edge_bps", "total_weighted_edge_bps")))))
    return out


def status(v, s):
    r = []
    if v["total_weighted_edge_bps"] <= 0: r.append("validation_locked_net_edge_not_positive")
    if v["trade_count"] < 80: r.append("validation_locked_trade_count_below_80")
    if v["profit_factor"] < 1.15: r.append("validation_locked_profit_factor_below_1.15")
    if v["avg_weighted_edge_bps"] <= 0: r.append("validation_locked_avg_trade_edge_not_positive")
    if v["max_consecutive_losses"] > 8: r.append("validation_locked_max_consecutive_losses_above_8")
    if s["trade_count"] < 20: r.append("latest_stress_trade_count_below_20")
    if s["profit_factor"] < 1.0: r.append("latest_stress_profit_factor_below_1.0")
    if s["avg_weighted_edge_bps"] < -3.0: r.append("latest_stress_avg_trade_edge_below_minus_3")
    if s["max_consecutive_losses"] > 10: r.append("latest_stress_max_consecutive_losses_above_10")
    if v["total_weighted_edge_bps"] > 0 and s["total_weighted_edge_bps"] < -.5 * v["total_weighted_edge_bps"]:
        r.append("latest_stress_loss_too_large_vs_validation")
    return r


def part_a(root, out, run_id):
    frames = {s: frame(root, f) for s, f in SPLITS}
    tune = frames["tune_inner"]
    best, candidates = None, []
    for values in itertools.product(*(v for _, v in GRID)):
        th = dict(zip(KEYS, values))
        m = trade_metrics(trades(tune, th))
        s = score(m)
        candidates.append({**th, **m, "score": s})
        if math.isfinite(s) and (best is None or s > best[0]): best = (s, th, m)
    s, th, m = best
    cfg = default_config()
    o, a, z = cfg["open"], cfg["add"], cfg["sizing"]
    o["longOpenProb"], o["shortOpenProb"] = th["long_open_prob"], th["short_open_prob"]
    o["minLongEntryProb"] = o["minShortEntryProb"] = th["min_entry_prob"]
    o["maxMarketRiskProb"] = a["maxMarketRiskProb"] = th["max_market_risk_prob"]
    o["minExpectedEdgeBps"] = a["minExpectedEdgeBps"] = z["minEdgeBps"] = th["min_expected_edge_bps"]
    o["minDirectionMargin"] = th["min_direction_margin"]
    z["maxSingleLegRatio"] = 1.0
    for d in ("pm-search", "backtest"): os.makedirs(os.path.join(out, d), exist_ok=True)
    p = lambda *x: os.path.join(out, *x)
    doc = dict(pm_config_version="pm-config-v1", config=cfg, config_hash_sha256=sha(cfg),
               threshold_stability_json=dict(source="tune_predictions_and_entry_labels",
                                             method="deterministic_grid_search_v1",
                                             candidate_count=len(candidates), best_score=s, best_metrics=m))
    for name in ("position_manager_config.json", "pm_threshold_config.json"):
        with open(p("pm-search", name), "w") as f: f.write(pretty(doc) + "\n")
    with open(p("canonical_config.json"), "w") as f: f.write(canonical(cfg))
    order = sorted(range(len(candidates)), key=lambda i: -candidates[i]["score"])
    write_csv(p("pm-search", "pm_search_candidates.csv"), KEYS + METRICS + ["score"], [candidates[i] for i in order])
    t = trades(tune, th)
    write_csv(p("pm-search", "pm_backtest_trades.csv"), TRADE, t)
    write_csv(p("pm-search", "pm_equity_curve.csv"), EQUITY, equity(t))
    write_csv(p("pm-search", "pm_regime_metrics.csv"), REGIME, regimes(t))
    per, whole = {}, []
    for name, _ in SPLITS:
        t = [{**x, "eval_split": name} for x in trades(frames[name], th)]
        per[name] = trade_metrics(t)
        whole += t
    per["combined"] = trade_metrics(whole)
    reasons = status(per["validation_locked"], per["latest_stress"])
    manifest = dict(backtest_manifest_id="backtest-" + run_id, mode="VALIDATION_PM_BACKTEST",
                    pm_config_hash_sha256=sha(cfg), metrics=per, status_reasons=reasons,
                    status="REJECTED" if reasons else "PASS")
    with open(p("backtest", "backtest_manifest.json"), "w") as f: f.write(pretty(manifest) + "\n")
    write_csv(p("backtest", "backtest_trades.csv"), TRADE + ["eval_split"], whole)
    write_csv(p("backtest", "equity_curve.csv"), EQUITY, equity(whole))
    write_csv(p("backtest", "regime_metrics.csv"), REGIME, regimes(whole))
    worst = sorted(whole, key=lambda x: x["weighted_edge_bps"])[:20]
    write_csv(p("backtest", "failure_cases.csv"), TRADE + ["eval_split"], worst)
    with open(p("frame_counts.json"), "w") as f:
        f.write(pretty({k: len(v) for k, v in frames.items()}) + "\n")
    print(manifest["status"], *reasons)


# ---- part B --------------------------------------------------------------------------------------

PATH_TRADE = ("symbol side open_time close_time entry_price avg_price exit_price adds max_ratio "
              "weighted_edge_bps actual_edge_bps exit_reason bars").split()
EVENT = "event_time symbol action reason side delta_ratio ratio_after price".split()


def path_rows(name, cfg):
    out = []
    for r in read(name):
        g = lambda k, other=math.nan: number(r[k]) if k in r else other
        x = dict(event_time=int(r["event_time"]), symbol=r["symbol"], close=g("close"), fill=g("fill_price"),
                 lp=g("long_prob"), sp=g("short_prob"), np=g("neutral_prob"), le=g("long_entry_prob"),
                 se=g("short_entry_prob"), pl=g("pred_long_expected_net_edge_bps"),
                 ps=g("pred_short_expected_net_edge_bps"), mr=g("market_risk_prob"),
                 prl=g("long_position_risk_prob"), prs=g("short_position_risk_prob"))
        x["cl"] = g("continue_long_prob", x["lp"] + .5 * x["np"])
        x["cs"] = g("continue_short_prob", x["sp"] + .5 * x["np"])
        x["xl"], x["xs"] = g("exit_long_prob", x["sp"]), g("exit_short_prob", x["lp"])
        x["dl"], x["ds"] = g("adverse_long_prob", x["prl"]), g("adverse_short_prob", x["prs"])
        x["lq"], x["ood"] = g("liquidity_capacity_ratio", 10.0), g("ood_score", 0.0)
        x["path"] = g("path_risk_bps", cfg["exit"]["maxPositionPathRiskBps"])
        out.append(x)
    out.sort(key=lambda x: (x["event_time"], x["symbol"]))
    return out


def path_simulate(rows, cfg, acc):
    o, a, e, z = cfg["open"], cfg["add"], cfg["exit"], cfg["sizing"]
    cost = acc["fee_bps"] + acc["slippage_bps"]
    last = {}
    for i, r in enumerate(rows): last[r["symbol"]] = i
    pos, mark, account = {}, {}, {"realised": 0.0}
    out_t, out_e, out_q = [], [], []
    th = dict(long_open_prob=o["longOpenProb"], short_open_prob=o["shortOpenProb"],
              min_entry_prob=o["minLongEntryProb"], max_market_risk_prob=o["maxMarketRiskProb"],
              min_expected_edge_bps=o["minExpectedEdgeBps"], min_direction_margin=o["minDirectionMargin"])

    def cap(buffer): return 1e4 / (acc["leverage"] * (buffer + acc["maintenance_bps"]))

    def size(r, s, floor, sym):
        edge = r["pl"] if s > 0 else r["ps"]
        p = [r["lp"], r["sp"], r["np"]]
        t = sum(p)
        H = -sum(x / t * math.log(x / t) for x in p if x / t > 0) / math.log(3)
        raw = (z["baseRatio"] * clip((edge - z["minEdgeBps"]) / 20, 0, 1.5) * clip(1 - r["mr"], 0, 1)
               * (1 - z["uncertaintyPenaltyMultiplier"] * H))
        others = sum(pos[k]["R"] for k in sorted(pos) if k != sym)
        return min(max(raw, floor), z["maxSingleLegRatio"], z["maxLossPerTradeBps"] / max(r["path"], 1),
                   z["maxLiquidityUsageRatio"] * r["lq"], z["maxTotalPositionRatio"] - others,
                   cap(z["minPostTradeLiquidationBufferBps"]))

    def event(r, action, reason, s, delta, after):
        out_e.append(dict(zip(EVENT, (r["event_time"], r["symbol"], action, reason,
                                      {1: "LONG", -1: "SHORT"}[s], delta, after, r["fill"]))))

    def book(p, amount):
        p["real"] += amount
        account["realised"] += amount

    def reduce(p, r, q):
        book(p, p["s"] * (r["fill"] / p["P"] - 1) * 1e4 * q - cost * q)
        p["R"] -= q

    def close(p, r, reason):
        q = p["R"]
        reduce(p, r, q)
        del pos[r["symbol"]]
        out_t.append(dict(zip(PATH_TRADE, (
            r["symbol"], {1: "LONG", -1: "SHORT"}[p["s"]], p["t0"], r["event_time"], p["first"], p["P"],
            r["fill"], p["adds"], p["max"], p["real"], p["real"] / p["max"], reason, p["bars"]))))
        event(r, "CLOSE", reason, p["s"], -q, 0.0)

    i = 0
    while i < len(rows):
        j = i
        while j < len(rows) and rows[j]["event_time"] == rows[i]["event_time"]: j += 1
        for r in rows[i:j]: mark[r["symbol"]] = r["close"]
        value = 0.0
        for k in sorted(pos):
            p = pos[k]
            value += p["s"] * (mark[k] / p["P"] - 1) * 1e4 * p["R"]
        out_q.append(dict(event_time=rows[i]["event_time"], equity_bps=account["realised"] + value,
                          open_ratio=float(sum(pos[k]["R"] for k in sorted(pos)))))
        for at in range(i, j):
            r = rows[at]
            sym = r["symbol"]
            if sym in pos:
                p = pos[sym]
                s = p["s"]
                p["bars"] += 1
                L = s > 0
                u = s * (r["close"] / p["P"] - 1) * 1e4
                p["peak"] = max(p["peak"], u)
                cont, ext, adv, prisk = ((r["cl"], r["xl"], r["dl"], r["prl"]) if L else
                                         (r["cs"], r["xs"], r["ds"], r["prs"]))
                if at == last[sym]: close(p, r, "end_of_data")
                elif ext >= e["closeExitProb"]: close(p, r, "close_exit_prob")
                elif prisk >= e["closePositionRiskProb"]: close(p, r, "close_position_risk")
                elif r["mr"] >= e["closeMarketRiskProb"]: close(p, r, "close_market_risk")
                elif cont <= e["closeContinueMax"]: close(p, r, "close_continue_low")
                elif -u * p["R"] >= z["maxLossPerTradeBps"]: close(p, r, "close_max_loss")
                elif p["peak"] - u >= e["maxPositionPathRiskBps"]: close(p, r, "close_path_risk")
                elif (adv >= e["reduceAdverseMoveProb"] and e["reduceContinueMin"] <= cont <= e["reduceContinueMax"]
                      and u >= e["minProfitForReduceBps"] and not p["reduced"]):
                    if p["R"] / 2 < z["minInitialRatio"]: close(p, r, "reduce_below_minimum")
                    else:
                        q = p["R"] / 2
                        reduce(p, r, q)
                        p["reduced"] = True
                        event(r, "REDUCE", "adverse_move", s, -q, p["R"])
                else:
                    pr, en, edge, mn = ((r["lp"], r["le"], r["pl"], a["minLongProb"]) if L else
                                        (r["sp"], r["se"], r["ps"], a["minShortProb"]))
                    if (pr >= mn and cont >= a["minContinueProb"] and en >= a["minEntryProb"]
                            and ext <= a["maxExitProb"] and r["mr"] <= a["maxMarketRiskProb"]
                            and prisk <= a["maxPositionRiskProb"] and edge >= a["minExpectedEdgeBps"]
                            and edge >= a["minContinueVsExitEdgeBps"] and r["lq"] >= a["minLiquidityCapacityRatio"]
                            and p["adds"] < a["maxAddCount"]
                            and (r["event_time"] - p["tadd"]) / 60000 >= a["cooldownMinutes"]):
                        target = size(r, s, 0.0, sym)
                        room = cap(a["minPostTradeLiquidationBufferBps"])
                        q = min(target - p["R"], z["maxAddRatio"], room - p["R"])
                        if q >= z["minAddRatio"]:
                            book(p, -cost * q)
                            p["P"] = (p["P"] * p["R"] + r["fill"] * q) / (p["R"] + q)
                            p["R"] += q
                            p["adds"] += 1
                            p["tadd"] = r["event_time"]
                            p["reduced"] = False
                            p["max"] = max(p["max"], p["R"])
                            event(r, "ADD", "signal", s, q, p["R"])
                continue
            if at == last[sym]: continue
            d = side_of(r, th, o["minShortEntryProb"])
            if not d: continue
            s = 1 if d == "LONG" else -1
            if r["lq"] < o["minLiquidityCapacityRatio"]: event(r, "SKIP", "liquidity", s, 0.0, 0.0); continue
            if r["ood"] > o["maxOodScore"]: event(r, "SKIP", "ood", s, 0.0, 0.0); continue
            q = size(r, s, z["minInitialRatio"], sym)
            if not q >= z["minInitialRatio"]: event(r, "SKIP", "size_below_minimum", s, 0.0, 0.0); continue
            pos[sym] = dict(s=s, R=q, P=r["fill"], first=r["fill"], adds=0, tadd=r["event_time"], peak=0.0,
                            reduced=False, real=0.0, t0=r["event_time"], max=q, bars=0)
            book(pos[sym], -cost * q)
            event(r, "OPEN", "signal", s, q, q)
        i = j
    return out_t, out_e, out_q


def path(name, config, prefix):
    with open(config) as f: c = json.load(f)
    rows = path_rows(name, c["config"])
    t, e, q = path_simulate(rows, c["config"], c["account"])
    write_csv(prefix + "_trades.csv", PATH_TRADE, t)
    write_csv(prefix + "_events.csv", EVENT, e)
    write_csv(prefix + "_equity.csv", ["event_time", "equity_bps", "open_ratio"], q)
    m = metrics(*([x[k] for x in t] for k in ("actual_edge_bps", "weighted_edge_bps", "max_ratio")))
    with open(prefix + "_metrics.json", "w") as f:
        f.write(pretty(dict(account=c["account"], config=c["config"], metrics=m)) + "\n")


# ---- made-up data --------------------------------------------------------------------------------

def softmax(*x):
    e = [math.exp(v) for v in x]
    return [v / sum(e) for v in e]


def random_a(seed, root):
    """Samples of the same kind as the goldens: a latent signal, noisy heads, rows missing here and
    there, shuffled tables, ties in time, probabilities on the grid's own values."""
    g = random.Random(int(seed))
    strength, state, number, data = g.uniform(0.3, 1.2), {}, 0, []
    time = 1700000000000
    for head in ("direction", "entry", "risk"): os.makedirs(os.path.join(root, "model", head), exist_ok=True)
    os.makedirs(os.path.join(root, "dataset"), exist_ok=True)
    for (split, name), n in zip(SPLITS, (g.randint(60, 500), g.randint(40, 300), g.randint(5, 200))):
        d, e, r = [], [], []
        for _ in range(n):
            time += g.choice((0, 0, 60000, 300000))
            sym, i, number = g.choice(("AAA", "BBB", "C,C")), f"s{number:05d}", number + 1
            x = state[sym] = .8 * state.get(sym, 0) + g.gauss(0, .6)
            lp, sp, npr = softmax(1.4 * x + g.gauss(0, .4), -1.4 * x + g.gauss(0, .4), 0)
            snap = lambda p: g.choice((.54, .55, .56, .58, .6)) if g.random() < .1 else round(p, g.choice((2, 6)))
            al = round(6 * strength * x + g.gauss(0, 5) - 1.8, 4)
            pl = round(6 * x + g.gauss(0, 2) - 1.8, 4) if g.random() > .1 else g.choice((1.0, 2.0, 3.0, 5.0))
            d.append((i, sym, time, split, snap(lp), snap(sp), round(npr, 6)))
            e.append((i, snap(1 / (1 + math.exp(-x))) if g.random() > .01 else "", snap(1 / (1 + math.exp(x))), pl,
                      round(-pl - 3.6, 4)))
            r.append((i, g.choice((.35, .45, .55, round(g.random(), 6), round(g.random(), 6))), .2, .2))
            data.append((i, al, round(-al - 3.6, 4), int(al >= 3), int(-al - 3.6 >= 3)))
        for rows in (e, r):
            for _ in range(g.randint(0, 4)): rows.pop(g.randrange(len(rows)))
            g.shuffle(rows)
        for head, header, rows in (
                ("direction", "sample_id,symbol,event_time,split_id,long_prob,short_prob,neutral_prob", d),
                ("entry", "sample_id,long_entry_prob,short_entry_prob,long_expected_net_edge_bps,"
                          "short_expected_net_edge_bps", e),
                ("risk", "sample_id,market_risk_prob,long_position_risk_prob,short_position_risk_prob", r)):
            save(os.path.join(root, "model", head, name + "_predictions.csv"), header, rows)
    g.shuffle(data)
    save(os.path.join(root, "dataset", "entry_train.csv"), "sample_id,long_expected_net_edge_bps,"
         "short_expected_net_edge_bps,long_entry_target,short_entry_target", data)


def save(path, header, rows):
    with open(path, "w", newline="") as f:
        f.write(header + "\n")
        w = csv.writer(f, lineterminator="\n")
        w.writerows(rows)


def random_path(seed, prefix):
    """PREFIX.csv and PREFIX.json: three symbols with gaps, some optional columns absent, a config and
    an account drawn at random."""
    g = random.Random(int(seed))
    optional = "continue_long_prob continue_short_prob exit_long_prob exit_short_prob adverse_long_prob " \
               "adverse_short_prob liquidity_capacity_ratio ood_score path_risk_bps".split()
    kept = [c for c in optional if g.random() < .7]
    names = ("event_time symbol close fill_price long_prob short_prob neutral_prob long_entry_prob "
             "short_entry_prob pred_long_expected_net_edge_bps pred_short_expected_net_edge_bps "
             "market_risk_prob long_position_risk_prob short_position_risk_prob").split() + kept
    price, x, rows = {}, {}, []
    for t in range(g.randint(50, 300)):
        for sym in ("AAA", "BBB", "CCC"):
            if g.random() < .1: continue
            x[sym] = .85 * x.get(sym, 0) + g.gauss(0, .5)
            price[sym] = price.get(sym, 100) * math.exp(g.gauss(.0004 * x[sym], .002))
            lp, sp, npr = softmax(1.6 * x[sym], -1.6 * x[sym], 0)
            p = lambda v: round(min(max(v, 0), 1), 4)
            row = [1700000000000 + t * 300000, sym, round(price[sym], 5),
                   round(price[sym] * math.exp(g.gauss(0, .0005)), 5), p(lp), p(sp), p(npr), p(lp + g.gauss(0, .1)),
                   p(sp + g.gauss(0, .1)), round(9 * x[sym] + g.gauss(0, 2), 4), round(-9 * x[sym] + g.gauss(0, 2), 4),
                   p(g.gauss(.35, .15)), p(g.gauss(.35, .15)), p(g.gauss(.35, .15))]
            extra = dict(zip(optional, (p(lp + g.gauss(.1, .15)), p(sp + g.gauss(.1, .15)), p(sp + g.gauss(.1, .15)),
                                        p(lp + g.gauss(.1, .15)), p(g.gauss(.45, .15)), p(g.gauss(.45, .15)),
                                        round(abs(g.gauss(2, 1.5)), 3), p(g.gauss(.4, .25)), round(abs(g.gauss(60, 30)), 2))))
            rows.append(row + [extra[c] for c in kept])
    g.shuffle(rows)
    save(prefix + ".csv", ",".join(names), rows)
    cfg = default_config()
    for section in ("open", "add", "exit", "sizing"):
        for k, v in cfg[section].items():
            if g.random() < .3 and k not in ("maxAddCount", "cooldownMinutes"):
                cfg[section][k] = round(min(v * g.uniform(.7, 1.3), 1 if v <= 1 else 1e9), 3)
    account = dict(fee_bps=round(g.uniform(0, 2), 2), slippage_bps=round(g.uniform(0, 1), 2),
                   leverage=g.choice((1, 2, 5, 20)), maintenance_bps=g.choice((0, 50, 100)))
    with open(prefix + ".json", "w") as f: f.write(pretty(dict(account=account, config=cfg)) + "\n")


if __name__ == "__main__":
    arg = sys.argv[1:]
    if arg[0] == "part-a": part_a(arg[1], arg[2], arg[3] if len(arg) > 3 else "golden")
    elif arg[0] == "path": path(*arg[1:4])
    elif arg[0] == "random-a": random_a(*arg[1:3])
    elif arg[0] == "random-path": random_path(*arg[1:3])
    else: raise SystemExit(__doc__)
