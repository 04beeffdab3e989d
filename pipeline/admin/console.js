// The console: asks for the status every two seconds and shows it. Everything is set as text, never as markup.
"use strict";

const periodMs = 2000;
let last = null;

const byId = (id) => document.getElementById(id);
const number = (n) => Math.round(n).toLocaleString("en");
const sum = (o) => Object.values(o).reduce((a, b) => a + b, 0);

function table(id, head, rows) {
  const t = document.createElement("tbody");
  if (rows.length === 0) rows = [["none yet"]];
  else rows.unshift(head);
  rows.forEach((cells, i) => {
    const tr = t.insertRow();
    for (const c of cells) {
      const cell = document.createElement(i === 0 && rows.length > 1 ? "th" : "td");
      cell.textContent = c;
      if (/^[\d,.–]+$/.test(c)) cell.className = "number";
      tr.append(cell);
    }
  });
  byId(id).replaceChildren(t);
}

function counts(id, head, o) {
  table(id, head, Object.entries(o).sort((a, b) => b[1] - a[1]).map(([k, v]) => [k, number(v)]));
}

function show(s) {
  const now = performance.now() / 1000, records = sum(s.records);
  const state = byId("state");
  state.textContent = s.not_ready ? "not ready: " + s.not_ready : "ready";
  state.className = s.not_ready ? "bad" : "good";
  byId("about").textContent = `version ${s.version} · policy ${s.policy}`;
  if (last && now > last.now && records >= last.records) {
    byId("rate").textContent = number((records - last.records) / (now - last.now));
    byId("mbps").textContent = (Math.max(0, s.source_bytes - last.bytes) / (now - last.now) / 1e6).toFixed(1);
  }
  last = { now, records, bytes: s.source_bytes };
  byId("lag").textContent = Math.max(0, ...s.lanes.map((l) => l.lag_seconds)).toFixed(1);
  byId("inflight").textContent = `${number((100 * s.inflight_bytes) / Math.max(1, s.limit_bytes))} %`;
  byId("calls").textContent = number(s.open_calls);
  byId("dead").textContent = number(sum(s.quarantine));
  table("lanes", ["topic", "partition", "acknowledged to", "end", "lag, records", "lag, s", "in flight"],
    s.lanes.map((l) => [l.topic, String(l.partition), number(l.watermark), number(l.high_watermark), number(l.lag_records),
      l.lag_seconds.toFixed(1), number(l.inflight_records)]));
  table("sinks", ["sink", "records", "bytes", "retries", "errors"],
    Object.entries(s.sinks).map(([name, v]) => [name, ...["records", "bytes", "retries", "errors"].map((k) => number(v[k] || 0))]));
  counts("outcomes", ["outcome", "records"], s.records);
  counts("findings", ["type", "findings"], s.findings);
  counts("quarantine", ["class", "records"], s.quarantine);
}

async function refresh() {
  try {
    const r = await fetch("api/status");
    if (!r.ok) throw new Error(`status ${r.status}`);
    show(await r.json());
  } catch (e) {
    byId("state").textContent = "no answer: the process may have ended";
    byId("state").className = "bad";
  }
  setTimeout(refresh, periodMs);
}

refresh();
