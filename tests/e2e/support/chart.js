// SPDX-License-Identifier: MIT
// A page of --chart without a browser: fails when it raises, draws outside of numbers or draws nothing.
var fs=require('fs'), html=fs.readFileSync(process.argv[2],'utf8');
var code=html.match(/<script>([\s\S]*)<\/script>/)[1];
var ops={}, bad=0, handlers={}, W=1200,H=640;
function chk(x, y) { if (!isFinite(x) || !isFinite(y)) bad++; }
var ctx = new Proxy({}, {
  get: function (t, k) {
    if (k in t) return t[k];
    return function () {
      var a = arguments;
      ops[k] = (ops[k] || 0) + 1;
      if (k === 'moveTo' || k === 'lineTo') chk(a[0], a[1]);
      if (k === 'fillRect') { chk(a[0], a[1]); chk(a[2], a[3]); }
      if (k === 'fillText') { if (String(a[0]).indexOf('NaN') >= 0) bad++; chk(a[1], a[2]); }
    };
  },
  set: function (t, k, v) {
    t[k] = v;
    if (String(v).indexOf('NaN') >= 0) bad++;
    return true;
  }
});
function el(id) {
  return {
    id: id, style: {}, clientWidth: W, clientHeight: H, width: W, height: H, textContent: '', children: [],
    appendChild: function (c) { this.children.push(c); }, getContext: function () { return ctx; },
    addEventListener: function (n, f) { handlers[id + ':' + n] = f; }
  };
}
var els={chart:el('chart'),read:el('read'),symbol:el('symbol')};
global.document={getElementById:function(i){return els[i]}, createElement:function(t){return el(t)}};
global.window={addEventListener:function(n,f){handlers['window:'+n]=f}};
eval(code);
var n0=JSON.stringify(ops);
handlers['chart:mousemove']({offsetX:400,offsetY:100});
handlers['chart:wheel']({offsetX:300,deltaY:1,preventDefault:function(){}});
handlers['chart:wheel']({offsetX:900,deltaY:-1,preventDefault:function(){}});
handlers['chart:mousedown']({offsetX:500}); handlers['chart:mousemove']({offsetX:800}); handlers['window:mouseup']();
for (var i=0;i<20;i++) handlers['chart:wheel']({offsetX:300,deltaY:1,preventDefault:function(){}});
handlers['window:resize']();
console.log(n0, 'bad', bad, 'read:', els.read.textContent.slice(0,160));
process.exit(bad || !(ops.stroke > 100) ? 1 : 0);
