// The console: asks for the status every two seconds and shows it. Everything is set as text, never as markup.
"use strict";

const periodMs = 2000;
let last = null;

const byId = (id) => document.getElementById(id);
const number = (n) => Math.round(n).toLocaleString("en");
const megabytes = (n) => (n / 1e6).toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const outcomes = {
  clean: "nothing found", redacted: "redacted", filtered: "without a value", partial: "partial results, dropped", masked: "partial results, masked",
  dlq: "to quarantine",
};
const sum = (o) => Object.values(o).reduce((a, b) => a + b, 0);

function table(id, head, rows) {
  const t = document.createElement("tbody");
  const row = (tag, cells) => {
    const tr = t.insertRow();
    cells.forEach((c, i) => {
      const cell = document.createElement(tag);
      cell.textContent = c;
      if (i > 0 && rows.length > 0 && /^\d/.test(rows[0][i])) cell.className = "number";
      tr.append(cell);
    });
  };
  if (rows.length === 0) row("td", ["none yet"]);
  else row("th", head);
  rows.forEach((cells) => row("td", cells));
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
  table("sinks", ["sink", "records", "MB", "retries", "errors"],
    Object.entries(s.sinks).map(([name, v]) => [name, number(v.records || 0), megabytes(v.bytes || 0), number(v.retries || 0), number(v.errors || 0)]));
  counts("outcomes", ["outcome", "records"], Object.fromEntries(Object.entries(s.records).map(([k, v]) => [outcomes[k] || k, v])));
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
