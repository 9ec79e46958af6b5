"use strict";
(() => {
  const root = document.currentScript.previousElementSibling;
  const { keys, words, breaks, steps, last, seed } = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
  // A message with its fields, in the language of the page.
  const said = (name, fields) => words[name].replace(/\{(\w+)\}/g, (_, field) => fields[field]);
  const part = (name) => document.getElementById(root.dataset.prefix + name);
  const end = steps.length - 1;
  const slider = part("slider"), help = part("help"), graph = root.querySelector(".graph");
  const stops = new Set(), marks = new Map(Object.entries(breaks).map(([n, why]) => [+n, why]));
  let at = 0, seen = 0;

  // Looked up once: a large page has half a million elements.
  const sections = [...root.querySelectorAll(".step")];
  const rows = [...root.querySelectorAll(".values tr[id]")].map((row) => {
    const node = row.id.slice(root.dataset.prefix.length + 1);
    return { row, node, cells: row.querySelectorAll("td"), value: part("v" + node), gradient: part("g" + node), box: part("b" + node).classList };
  });
  const edges = [...root.querySelectorAll(".w")].map((wire) => {
    // The arrow of the output has no number: it is at work when the gradient enters there.
    const number = wire.id.slice(root.dataset.prefix.length + 1);
    return { wire, number, sent: part("c" + number) };
  });

  // A step says what it changes: what is known after it is what all steps up to it have said.
  function known(n) {
    const set = {}, sent = {};
    for (const step of steps.slice(0, n + 1)) {
      Object.assign(set, step.set);
      Object.assign(sent, step.sent);
    }
    return { set, sent };
  }

  function write(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  function drawTyped(lines) {
    const typed = part("typed");
    typed.replaceChildren(...lines.map((pieces) => {
      const line = document.createElement("div");
      let column = 0;
      for (const [start, text, kind] of pieces) {
        line.append(" ".repeat(start - column));
        const piece = document.createElement("span");
        piece.className = kind;
        piece.textContent = text;
        line.append(piece);
        column = start + text.length;
      }
      return line;
    }));
    const now = typed.querySelector(".target, .active");
    if (now) typed.scrollLeft = now.offsetLeft + now.offsetWidth / 2 - typed.clientWidth / 2;
  }

  function draw(n) {
    const step = steps[n], { set, sent } = known(n), wires = new Set(step.wires);
    const back = step.phase === "backward";
    for (const { row, node, cells, value: above, gradient: below, box } of rows) {
      const [, value, , gradient, arrived] = set[node] || [null, null, null, null, ""];
      const now = step.node == node;
      write(cells[0], value ?? "·");
      write(cells[1], gradient ?? "·");
      write(cells[2], arrived);
      row.classList.toggle("now", now);
      write(above, value ?? "");
      write(below, set[node] && set[node][2] !== null || gradient && !/^(data|constant)$/.test(gradient) ? gradient : "");
      box.toggle("pending", value === null);
      box.toggle("active", step.active == node);
      box.toggle("stopped", stops.has(+node));
      above.classList.toggle("now", now && !back);
      below.classList.toggle("now", now && back);
    }
    for (const { wire, number, sent: below } of edges) {
      const on = wires.has(+number) || (number === "ut" && n === seed);
      wire.classList.toggle("active", on);
      wire.classList.toggle("back", on && back);
      if (on && wire.parentNode.lastChild !== wire) wire.parentNode.append(wire);
      write(below, sent[number] ?? "");
    }
    drawTyped(step.typed);
    sections[seen].classList.remove("now");
    sections[n].classList.add("now");
    seen = n;
  }

  // A graph that is a little too wide is drawn smaller; a wider one scrolls.
  function fit() {
    const svg = graph.querySelector("svg"), width = +svg.getAttribute("width");
    svg.classList.toggle("fit", width > graph.clientWidth && width < 1.3 * graph.clientWidth);
  }

  function follow() {
    const box = root.querySelector(".box.active");
    if (!box) return;
    const inside = box.getBoundingClientRect(), view = graph.getBoundingClientRect();
    if (inside.left < view.left || inside.right > view.right) graph.scrollLeft += inside.left - view.left - view.width / 2;
    if (inside.top < view.top || inside.bottom > view.bottom) graph.scrollTop += inside.top - view.top - view.height / 2;
  }

  function go(n, quiet) {
    at = Math.min(Math.max(n, 0), end);
    draw(at);
    follow();
    const where = said("where", { at, last, phase: words[steps[at].phase] }) + (marks.has(at) ? ` · ● ${marks.get(at)}` : "");
    slider.value = at;
    slider.setAttribute("aria-valuetext", where);
    write(part("where"), where);
    for (const button of root.querySelectorAll("[data-do]")) {
      const name = button.dataset.do;
      button.setAttribute("aria-disabled", String(/first|back/.test(name) ? at === 0 : /step|over|last|continue/.test(name) ? at === end : false));
    }
    if (quiet) return;
    const stop = marks.has(at) ? said("stop", { why: marks.get(at) }) : "";
    write(part("say"), said("step", { at, say: steps[at].say, stop }).trim());
    // A page from a string has no address to write to.
    try { history.replaceState(null, "", `#step=${at}`); } catch { /* it stays as it is */ }
  }

  function sameWork(m, n) {
    return m > seed && steps[m].gate === steps[n].gate && steps[m].phase === "backward" && steps[n].phase === "backward";
  }

  function over(n) {
    if (n < end) n += 1;
    while (n < end && sameWork(n, n + 1)) n += 1;
    return n;
  }

  function backOver(n) {
    while (n > 1 && sameWork(n - 1, n)) n -= 1;
    return Math.max(n - 1, 0);
  }

  function finish(n) {
    const ends = steps.map((_, m) => m).filter((m) => m === end || steps[m].phase !== steps[m + 1].phase);
    return ends.find((m) => m > n && steps[m].phase !== "start") ?? end;
  }

  // Without a breakpoint there is nothing to stop at, as in the terminal.
  const stopsAt = (n) => marks.has(n) || stops.has(steps[n].node);
  const stopsAnywhere = () => marks.size + stops.size > 0;

  // Where continuing stops, each under its place on the slider, whose thumb is 16 pixels wide.
  function mark() {
    part("marks").replaceChildren(...steps.map((_, n) => n).filter((n) => n > 0 && stopsAt(n)).map((n) => {
      const place = document.createElement("i");
      place.style.left = `calc(8px + ${n / end} * (100% - 16px))`;
      return place;
    }));
    for (const button of root.querySelectorAll('[data-do="continue"]')) button.hidden = !stopsAnywhere();
  }

  function next(n) {
    if (!stopsAnywhere()) return n;
    for (let m = n + 1; m <= end; m += 1) if (stopsAt(m)) return m;
    return end;
  }

  function previous(n) {
    if (!stopsAnywhere()) return n;
    for (let m = n - 1; m > 0; m -= 1) if (stopsAt(m)) return m;
    return 0;
  }

  function toggle(node) {
    if (node === undefined) return;
    if (!stops.delete(node)) stops.add(node);
    draw(at);
    mark();
    write(part("say"), stops.has(node) ? words.set : words.gone);
  }

  const actions = {
    step: () => go(at + 1),
    back: () => go(at - 1),
    over: () => go(over(at)),
    back_over: () => go(backOver(at)),
    finish: () => go(finish(at)),
    first: () => go(0),
    last: () => go(end),
    continue: () => go(next(at)),
    continue_back: () => go(previous(at)),
    break_at: () => toggle(steps[at].node),
    help: () => (help.open ? help.close() : help.showModal()),
  };

  document.addEventListener("keydown", (event) => {
    const name = keys[event.key];
    if (!name || event.ctrlKey || event.altKey || event.metaKey || (help.open && name !== "help")) return;
    // What has the focus keeps its own keys.
    if (event.target === slider && /^(Arrow|Home|End)/.test(event.key)) return;
    if (event.target.closest("button") && event.key === " ") return;
    event.preventDefault();
    actions[name]();
  });
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) actions[button.dataset.do]();
    const box = event.target.closest(".box");
    if (box) toggle(+box.id.slice(root.dataset.prefix.length + 1));
  });
  slider.addEventListener("input", () => go(+slider.value));

  function asked() {
    const match = /^#step=(\d+)$/.exec(location.hash);
    return match ? +match[1] : null;
  }

  window.addEventListener("hashchange", () => { if (asked() !== null) go(asked()); });
  // On paper it is the worked solution, whatever step is on the screen.
  window.addEventListener("beforeprint", () => draw(end));
  window.addEventListener("afterprint", () => draw(at));
  // Without scripts an address such as #step=4 finds the section of its step; here it is the only one that is seen.
  for (const place of root.querySelectorAll("a[name]")) place.remove();
  document.documentElement.classList.add("steps-on");
  for (const hidden of root.querySelectorAll(".controls, .typed")) hidden.hidden = false;
  window.addEventListener("resize", fit);
  fit();
  mark();
  go(asked() ?? 0, true);
})();
