// SPDX-License-Identifier: MIT
// The page of --chart: price, plots and trades on a canvas. DATA comes before this file; no library, no network.
(function () {
  'use strict';
  var canvas = document.getElementById('chart'), read = document.getElementById('read');
  var pick = document.getElementById('symbol'), g = canvas.getContext('2d');
  var S, view, panes, mouse = null, GAP = 70, AXIS = 20;
  function colour(c) {
    if (c === null || c === undefined) return null;
    var rgb = c % 16777216, clear = Math.floor(c / 16777216);
    return 'rgba(' + (rgb >> 16) + ',' + (rgb >> 8 & 255) + ',' + (rgb & 255) + ',' + (100 - clear) / 100 + ')';
  }
  function look(text) {
    var o = {};
    text.split('\n').forEach(function (l) {
      var i = l.indexOf('=');
      if (i > 0) o[l.slice(0, i)] = l.slice(i + 1);
    });
    return o;
  }
  function paint(p, i, other) {
    var c = p.c ? p.c[i] : p.look.color !== undefined ? +p.look.color : undefined;
    return c === undefined ? other : colour(c);
  }
  // A plot belongs to the price when most of its values lie about where prices do.
  function near_price(p) {
    var inside = 0, all = 0, i, v;
    for (i = 0; i < p.v.length; i++) {
      v = p.v[i];
      if (v === null) continue;
      all++;
      if (v >= S.l[i] * 0.8 && v <= S.h[i] * 1.2) inside++;
    }
    return all === 0 || inside > all / 2;
  }
  function load(k) {
    var candles = {};
    S = DATA.symbols[k];
    S.daily = S.t.every(function (t) { return t % 86400 === 0; });
    view = { from: Math.max(0, S.t.length - 300), n: Math.min(300, S.t.length) };
    panes = [{ price: true, plots: [], lines: [], share: 1 }];
    S.back = []; S.bars = null; S.marks = []; S.fills = [];
    S.plots.forEach(function (p) {
      p.look = look(p.text);
      p.n = +(p.look.offset || 0);
      var kind = p.look.kind;
      if (kind === 'bgcolor') S.back.push(p);
      else if (kind === 'barcolor') S.bars = p;
      else if (kind === 'fill') S.fills.push(p);
      else if (kind === 'plotshape' || kind === 'plotchar' || kind === 'plotarrow') S.marks.push(p);
      else if (kind === 'hline') p.v = [];
      if ((kind === 'plotcandle' || kind === 'plotbar') && / (open|high|low|close)$/.test(p.title)) {
        var name = p.title.replace(/ \w+$/, '');
        (candles[name] = candles[name] || {})[p.title.slice(name.length + 1)] = p;
      }
    });
    var other = [];
    S.plots.forEach(function (p) {
      if (p.look.kind !== 'plot' && p.look.kind !== 'plotcandle' && p.look.kind !== 'plotbar') return;
      if (near_price(p)) panes[0].plots.push(p); else other.push(p);
    });
    if (other.length) panes.push({ plots: other, lines: [], share: 0.45 });
    S.plots.forEach(function (p) {
      if (p.look.kind !== 'hline') return;
      var y = +p.look.price, low = Math.min.apply(null, S.l.slice(-300));
      var top = Math.max.apply(null, S.h.slice(-300));
      panes[panes.length > 1 && (y < low || y > top) ? 1 : 0].lines.push(p);
    });
    draw();
  }
  function range(pane) {
    var lo = Infinity, hi = -Infinity, i, k, v, to = view.from + view.n;
    for (i = view.from; i < to; i++) {
      if (pane.price) { lo = Math.min(lo, S.l[i]); hi = Math.max(hi, S.h[i]); }
      for (k = 0; k < pane.plots.length; k++) {
        v = pane.plots[k].v[i - pane.plots[k].n];
        if (v !== null && v !== undefined) { lo = Math.min(lo, v); hi = Math.max(hi, v); }
      }
    }
    if (!pane.price) {
      pane.lines.forEach(function (p) {
        lo = Math.min(lo, +p.look.price); hi = Math.max(hi, +p.look.price);
      });
    }
    if (!(hi > lo)) { lo = isFinite(lo) ? lo - 1 : 0; hi = lo + 2; }
    pane.lo = lo - (hi - lo) * 0.05; pane.hi = hi + (hi - lo) * 0.05;
  }
  function x_of(i) { return (i - view.from + 0.5) * (canvas.width - GAP) / view.n; }
  function y_of(pane, v) { return pane.y + (pane.hi - v) / (pane.hi - pane.lo) * pane.h; }
  function line(x1, y1, x2, y2, c, w) {
    g.strokeStyle = c; g.lineWidth = w || 1;
    g.beginPath(); g.moveTo(x1, y1); g.lineTo(x2, y2); g.stroke();
  }
  function axis(pane) {
    var step = Math.pow(10, Math.floor(Math.log(pane.hi - pane.lo) / Math.LN10)), v, y;
    if ((pane.hi - pane.lo) / step < 3) step /= 5; else if ((pane.hi - pane.lo) / step < 6) step /= 2;
    for (v = Math.ceil(pane.lo / step) * step; v < pane.hi; v += step) {
      y = y_of(pane, v);
      line(0, y, canvas.width - GAP, y, '#8883');
      g.fillStyle = '#888';
      g.fillText(+v.toPrecision(8) + '', canvas.width - GAP + 4, y + 4);
    }
  }
  function drawn(p, pane, i, w) {
    var k = i - p.n, v = p.v[k], c, style = (p.look.style || 'style_line').replace('style_', '');
    if (v === null || v === undefined || !(c = paint(p, k, '#2196F3'))) return;
    var x = x_of(i), y = y_of(pane, v), u = p.v[k - 1], wide = +(p.look.linewidth || 1);
    if (style === 'histogram' || style === 'columns') {
      g.fillStyle = c;
      g.fillRect(x - w * 0.4, Math.min(y, y_of(pane, 0)), Math.max(1, w * 0.8), Math.abs(y - y_of(pane, 0)));
    } else if (style === 'circles' || style === 'cross') {
      g.fillStyle = c; g.fillRect(x - 2, y - 2, 4, 4);
    } else if (u !== null && u !== undefined && i > view.from) {
      if (style.indexOf('stepline') === 0) {
        line(x_of(i - 1), y_of(pane, u), x, y_of(pane, u), c, wide);
        line(x, y_of(pane, u), x, y, c, wide);
      } else {
        line(x_of(i - 1), y_of(pane, u), x, y, c, wide);
      }
    }
  }
  function mark(p, i, w) {
    var k = i - p.n, v = p.v[k], c, y, up, kind = p.look.kind, price = panes[0];
    if (v === null || v === undefined || v === 0 || !(c = paint(p, k, '#FF9800'))) return;
    up = kind === 'plotarrow' ? v > 0 : p.look.location === 'belowbar' || p.look.location === 'bottom';
    y = p.look.location === 'absolute' ? y_of(price, v) : p.look.location === 'top' ? price.y + 10 :
      p.look.location === 'bottom' ? price.y + price.h - 10 :
      up ? y_of(price, S.l[i]) + 10 : y_of(price, S.h[i]) - 10;
    g.fillStyle = c;
    if (p.look.char || kind === 'plotchar') {
      g.fillText(p.look.char || '*', x_of(i) - 3, y + 4);
    } else {
      g.beginPath();
      g.moveTo(x_of(i), y + (up ? -5 : 5));
      g.lineTo(x_of(i) - 5, y + (up ? 5 : -5)); g.lineTo(x_of(i) + 5, y + (up ? 5 : -5));
      g.fill();
    }
    if (p.look.text) g.fillText(p.look.text, x_of(i) - 8, y + (up ? 18 : -10));
  }
  function filled(f, i) {
    var a, b, pane, c = paint(f, i, '#2196F320');
    panes.forEach(function (q) {
      q.plots.forEach(function (p) {
        if (p.title === f.look.from) { a = p; pane = q; }
        if (p.title === f.look.to) b = p;
      });
    });
    if (!a || !b || !c || i === view.from) return;
    var v = [a.v[i - 1], a.v[i], b.v[i], b.v[i - 1]], k;
    for (k = 0; k < 4; k++) if (v[k] === null || v[k] === undefined) return;
    g.fillStyle = c; g.beginPath();
    g.moveTo(x_of(i - 1), y_of(pane, v[0])); g.lineTo(x_of(i), y_of(pane, v[1]));
    g.lineTo(x_of(i), y_of(pane, v[2])); g.lineTo(x_of(i - 1), y_of(pane, v[3]));
    g.fill();
  }
  function candle(i, w) {
    var price = panes[0], c = S.bars ? colour(S.bars.v[i]) : null;
    if (!c) c = S.c[i] >= S.o[i] ? '#089981' : '#F23645';
    line(x_of(i), y_of(price, S.h[i]), x_of(i), y_of(price, S.l[i]), c);
    var top = y_of(price, Math.max(S.o[i], S.c[i])), low = y_of(price, Math.min(S.o[i], S.c[i]));
    g.fillStyle = c; g.fillRect(x_of(i) - w * 0.35, top, Math.max(1, w * 0.7), Math.max(1, low - top));
  }
  function trades() {
    var price = panes[0], to = view.from + view.n;
    S.trades.forEach(function (t) {
      if (t[3] < view.from || t[1] >= to) return;
      var x1 = x_of(t[1]), y1 = y_of(price, t[2]), x2 = x_of(t[3]), y2 = y_of(price, t[4]);
      line(x1, y1, x2, y2, t[5] >= 0 ? '#089981' : '#F23645', 1);
      g.fillStyle = t[0] > 0 ? '#2962FF' : '#FF6D00';
      g.beginPath(); g.moveTo(x1, y1); g.lineTo(x1 - 6, y1 + t[0] * 8); g.lineTo(x1 + 6, y1 + t[0] * 8); g.fill();
      g.fillStyle = '#888'; g.fillRect(x2 - 3, y2 - 3, 6, 6);
    });
  }
  function draw() {
    var w, i, k, y = 0, total = 0, to;
    canvas.width = canvas.clientWidth || 1200; canvas.height = canvas.clientHeight || 640;
    g.font = '11px sans-serif';
    panes.forEach(function (p) { total += p.share; });
    panes.forEach(function (p) {
      p.y = y + 6; p.h = (canvas.height - AXIS) * p.share / total - 12; y += p.h + 12;
      range(p);
    });
    w = (canvas.width - GAP) / view.n; to = view.from + view.n;
    g.clearRect(0, 0, canvas.width, canvas.height);
    for (i = view.from; i < to; i++)
      for (k = 0; k < S.back.length; k++) {
        var c = colour(S.back[k].v[i]);
        if (c) { g.fillStyle = c; g.fillRect(x_of(i) - w / 2, 0, w + 1, canvas.height - AXIS); }
      }
    panes.forEach(axis);
    for (k = 0; k < S.fills.length; k++) for (i = view.from; i < to; i++) filled(S.fills[k], i);
    for (i = view.from; i < to; i++) candle(i, w);
    panes.forEach(function (p) {
      p.lines.forEach(function (h) {
        var y = y_of(p, +h.look.price);
        line(0, y, canvas.width - GAP, y, paint(h, 0, '#888'));
      });
      p.plots.forEach(function (q) { for (i = view.from; i < to; i++) drawn(q, p, i, w); });
    });
    for (k = 0; k < S.marks.length; k++) for (i = view.from; i < to; i++) mark(S.marks[k], i, w);
    trades();
    g.fillStyle = '#888';
    for (k = 0; k < 6; k++) {
      i = view.from + Math.floor(view.n * (k + 0.5) / 6);
      if (i < S.t.length) g.fillText(stamp(i), x_of(i) - 45, canvas.height - 5);
    }
    if (mouse !== null) tell(mouse);
  }
  function stamp(i) { return new Date(S.t[i] * 1000).toISOString().slice(0, S.daily ? 10 : 16).replace('T', ' '); }
  function tell(px) {
    var i = view.from + Math.floor(px / (canvas.width - GAP) * view.n), text;
    if (i < 0 || i >= S.t.length) return;
    text = stamp(i) + '   O ' + S.o[i] + '  H ' + S.h[i] + '  L ' + S.l[i] + '  C ' + S.c[i];
    S.plots.forEach(function (p) {
      var v = p.look.kind === 'bgcolor' || p.look.kind === 'barcolor' ? null : p.v[i];
      if (v !== null && v !== undefined) text += '   ' + p.title + ' ' + +v.toPrecision(8);
    });
    read.textContent = text;
    line(px, 0, px, canvas.height - AXIS, '#8886');
  }
  function clamp() {
    view.n = Math.max(10, Math.min(view.n, S.t.length));
    view.from = Math.max(0, Math.min(view.from, S.t.length - view.n));
  }
  canvas.addEventListener('wheel', function (e) {
    var at = e.offsetX / (canvas.width - GAP), n = Math.round(view.n * (e.deltaY > 0 ? 1.25 : 0.8));
    var focus = view.from + at * view.n;
    view.n = Math.max(10, Math.min(n, S.t.length));
    view.from = Math.round(focus - at * view.n);
    clamp(); draw(); e.preventDefault();
  });
  var held = null;
  canvas.addEventListener('mousedown', function (e) { held = { x: e.offsetX, from: view.from }; });
  window.addEventListener('mouseup', function () { held = null; });
  canvas.addEventListener('mousemove', function (e) {
    mouse = e.offsetX;
    if (held) view.from = Math.round(held.from - (e.offsetX - held.x) / (canvas.width - GAP) * view.n);
    clamp(); draw();
  });
  window.addEventListener('resize', draw);
  DATA.symbols.forEach(function (s, k) {
    var o = document.createElement('option');
    o.value = k; o.textContent = s.name; pick.appendChild(o);
  });
  if (DATA.symbols.length < 2) pick.style.display = 'none';
  pick.addEventListener('change', function () { load(+pick.value); });
  if (DATA.symbols.length) load(0);
})();
