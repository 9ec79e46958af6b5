"use strict";
(() => {
  const root = document.currentScript.previousElementSibling;
  const { keys, steps, last, seed } = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
  const part = (name) => document.getElementById(root.dataset.prefix + name);
  const end = steps.length - 1;
  const slider = part("slider"), help = part("help"), graph = root.querySelector(".graph");
  const stops = new Set();
  let at = 0;

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
    for (const row of root.querySelectorAll(".values tr[id]")) {
      const node = row.id.slice(root.dataset.prefix.length + 1);
      const [, value, , gradient, arrived] = set[node] || [null, null, null, null, ""];
      const cells = row.querySelectorAll("td");
      write(cells[0], value ?? "·");
      write(cells[1], gradient ?? "·");
      write(cells[2], arrived);
      row.className = step.node == node ? "now" : "";
      write(part("v" + node), value ?? "");
      write(part("g" + node), set[node] && set[node][2] !== null || gradient && !/^(data|constant)$/.test(gradient) ? gradient : "");
      const box = part("b" + node).classList;
      box.toggle("pending", value === null);
      box.toggle("active", step.active == node);
      box.toggle("stopped", stops.has(+node));
      for (const letter of "vg") part(letter + node).classList.toggle("now", step.node == node && (letter === "g") === back);
    }
    for (const wire of root.querySelectorAll(".w")) {
      // The arrow of the output has no number: it is at work when the gradient enters there.
      const number = wire.id.slice(root.dataset.prefix.length + 1);
      const on = wires.has(+number) || (number === "ut" && n === seed);
      wire.classList.toggle("active", on);
      wire.classList.toggle("back", on && back);
      write(part("c" + number), sent[number] ?? "");
    }
    for (const on of root.querySelectorAll(".w.active")) on.parentNode.append(on);
    drawTyped(step.typed);
    root.querySelectorAll(".step").forEach((section, place) => section.classList.toggle("now", place === n));
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
    const where = `Step ${at} of ${last} · ${steps[at].phase}`;
    slider.value = at;
    slider.setAttribute("aria-valuetext", where);
    write(part("where"), where);
    for (const button of root.querySelectorAll("[data-do]")) {
      const name = button.dataset.do;
      button.setAttribute("aria-disabled", String(/first|back/.test(name) ? at === 0 : /step|over|last/.test(name) ? at === end : false));
    }
    if (quiet) return;
    write(part("say"), `Step ${at}. ${steps[at].say}`);
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
  const stopsAt = (n) => stops.has(steps[n].node);

  function next(n) {
    if (!stops.size) return n;
    for (let m = n + 1; m <= end; m += 1) if (stopsAt(m)) return m;
    return end;
  }

  function previous(n) {
    if (!stops.size) return n;
    for (let m = n - 1; m > 0; m -= 1) if (stopsAt(m)) return m;
    return 0;
  }

  function toggle(node) {
    if (node === undefined) return;
    if (!stops.delete(node)) stops.add(node);
    draw(at);
    write(part("say"), stops.has(node) ? "Breakpoint here." : "No breakpoint here.");
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
  go(asked() ?? 0, true);
})();
