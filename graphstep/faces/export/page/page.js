"use strict";
(() => {
  const root = document.currentScript.previousElementSibling;
  const content = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
  const { prefix, keys, words, breaks, last, runs, views } = Array.isArray(content) ? JSON.parse(unpacked(content)) : content;
  // A message with its fields, in the language of the page.
  const said = (name, fields) => words[name].replace(/\{(\w+)\}/g, (_, field) => fields[field]);
  const part = (name) => document.getElementById(prefix + name);
  const slider = part("slider"), help = part("help"), path = part("path"), graph = root.querySelector(".graph");
  const stops = new Set(), marks = new Map(Object.entries(breaks).map(([n, why]) => [+n, why]));

  // Where one is: the view, the step of its run, and around an opened gate the places at which the gates were opened.
  let view = views[0], at = 0, callers = [];
  // The parts of the page that show the view, looked up once: a large one has half a million elements.
  let shown = views[0], sections, rows, edges, boxes, seen;

  // The length; then what is new, and of what stood before how far back it is and how long.
  function unpacked([length, ...parts]) {
    const text = new Uint16Array(length);
    let end = 0;
    for (let i = 0; i < parts.length; i += 1) {
      if (typeof parts[i] === "string") for (let k = 0; k < parts[i].length; k += 1) text[end++] = parts[i].charCodeAt(k);
      else {
        text.copyWithin(end, end - parts[i], end - parts[i] + parts[i + 1]);
        end += parts[i += 1];
      }
    }
    return new TextDecoder("utf-16le").decode(text);
  }

  // -- views ----------------------------------------------------------------------------------------------------------------

  views.forEach((each, place) => {
    each.place = place;
    each.prefix = prefix + (place ? `${place}-` : "");
    each.outer = each.around === null ? null : views[each.around];
    each.index = new Map(each.stops.map((stop, index) => [stop.n, index]));
    each.calls = views.filter((other) => other.around === place);
    each.gates = views.filter((other) => other.around === null && runs[other.run].opened?.view === place);
  });
  views[0].graph = graph.innerHTML;
  views[0].sections = [...root.querySelectorAll(".step")].map((section) => section.outerHTML).join("");
  views[0].rows = [...root.querySelectorAll(".values tr[id]")].map((row) => row.outerHTML).join("");

  const run = () => runs[view.run];
  const passOf = (each, n) => each.passes.find(([first, end]) => first <= n && n <= end);
  const callAt = (each, n) => each.calls.find((call) => passOf(call, n));
  const around = (each) => (each ? [each, ...around(each.outer)] : []);
  const outermost = (each) => around(each).at(-1);
  const phaseOf = (n) => (n === 0 ? "start" : n < run().seed ? "forward" : "backward");
  // Whether the gradient of the opened gate is complete where it was opened, so that its parts send.
  const sends = () => run().opened.complete !== null && callers.at(-1).at >= run().opened.complete;
  const end = () => Math.min(run().steps.length, callers.length && !sends() ? run().seed : Infinity) - 1;

  // A view, or as much more as has to be open for a step to be seen.
  function descended(each, n) {
    while (!each.index.has(n) && callAt(each, n)) each = callAt(each, n);
    return each;
  }

  const viewAt = (n, from) => descended(around(from).find((each) => passOf(each, n)), n);

  // Where a step on, or back, ends that goes over calls as one and would lead to another step.
  function forth(to) {
    const each = around(view).find((other) => passOf(other, at + 1)), call = each && callAt(each, at + 1);
    return call ? passOf(call, at + 1)[1] : to;
  }

  function back(to) {
    const call = callAt(view, at);
    return call ? passOf(call, at)[0] - 1 : to;
  }

  // -- drawing --------------------------------------------------------------------------------------------------------------

  // A step says what it changes: what is known after it is what all steps up to it have said.
  const known = (n) => Object.assign({}, ...run().steps.slice(0, n + 1).map((step) => step.set));

  function write(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  function put() {
    const id = (name) => document.getElementById(view.prefix + name), table = root.querySelector(".values tbody");
    if (shown !== view) {
      shown = view;
      graph.innerHTML = view.graph;
      for (const old of [...root.querySelectorAll(".step, .values tr[id]")]) old.remove();
      root.querySelector(".steps").insertAdjacentHTML("beforeend", view.sections);
      table.insertAdjacentHTML("beforeend", view.rows);
    }
    // Without scripts an address such as #step=4 finds the section of its step; here it is the only one that is seen.
    for (const place of root.querySelectorAll("a[name]")) place.remove();
    sections = [...root.querySelectorAll(".step")];
    boxes = view.boxes.map((_, box) => id(`b${box}`).classList);
    rows = [...table.querySelectorAll("tr[id]")].map((row) => {
      const box = +row.id.slice(view.prefix.length + 1);
      return { row, box, node: view.boxes[box], cells: row.querySelectorAll("td"), value: id(`v${box}`), gradient: id(`g${box}`) };
    });
    edges = [...graph.querySelectorAll(".w")].map((wire) => {
      // The arrow of the output has no number: it is at work when the gradient enters there.
      const number = wire.id.slice(view.prefix.length + 1);
      return { wire, number, sent: id(`c${number}`) };
    });
    for (const box of view.opens) boxes[box].add("opens");
    seen = 0;
    slider.max = view.stops.length - 1;
    fit();
    mark();
    if (!path) return;
    const names = crumbs();
    path.hidden = names.length < 2;
    write(path, names.join(" › "));
  }

  const levels = () => [...callers, { view, at }];
  // What is open, from the outside in.
  const crumbs = () => levels().flatMap((level) => around(level.view).reverse()).map((each) => each.title);

  function drawTyped(lines) {
    const typed = part("typed");
    typed.replaceChildren(...lines.map((pieces) => {
      const line = document.createElement("div");
      for (const [blanks, text, kind] of pieces) {
        line.append(" ".repeat(blanks));
        const piece = document.createElement("span");
        piece.className = kind;
        piece.textContent = text;
        line.append(piece);
      }
      return line;
    }));
    const now = typed.querySelector(".target, .active");
    if (now) typed.scrollLeft = now.offsetLeft + now.offsetWidth / 2 - typed.clientWidth / 2;
  }

  function draw() {
    const place = view.index.get(at), stop = view.stops[place], { node: target } = run().steps[at], numbers = known(at);
    const wires = new Set(stop.wires), isBack = phaseOf(at) === "backward";
    const sent = Object.fromEntries(view.sent.filter(([, n]) => n <= at).map(([wire, , text]) => [wire, text]));
    boxes.forEach((box, number) => {
      const node = view.boxes[number];
      box.toggle("pending", node !== null && !(node in numbers));
      box.toggle("active", stop.active === number);
      box.toggle("stopped", node !== null && stops.has(key(node)));
    });
    for (const { row, node, cells, value: above, gradient: below } of rows) {
      const [, value, raw, gradient, arrived] = numbers[node] || [null, null, null, null, ""];
      const now = target === node;
      write(cells[0], value ?? "·");
      write(cells[1], gradient ?? "·");
      write(cells[2], arrived);
      row.classList.toggle("now", now);
      write(above, value ?? "");
      write(below, raw !== null || ![words.data, words.constant].includes(gradient) ? gradient ?? "" : "");
      above?.classList.toggle("now", now && !isBack);
      below?.classList.toggle("now", now && isBack);
    }
    for (const { wire, number, sent: below } of edges) {
      const on = wires.has(+number) || (number === "ut" && at === run().seed);
      wire.classList.toggle("active", on);
      wire.classList.toggle("back", on && isBack);
      if (on && wire.parentNode.lastChild !== wire) wire.parentNode.append(wire);
      write(below, sent[number] ?? "");
    }
    drawTyped(stop.typed);
    sections[seen].classList.remove("now");
    sections[place].classList.add("now");
    seen = place;
  }

  // A graph that is a little too wide is drawn smaller; a wider one scrolls.
  function fit() {
    const svg = graph.querySelector("svg"), width = +svg.getAttribute("width");
    svg.classList.toggle("fit", width > graph.clientWidth && width < 1.3 * graph.clientWidth);
  }

  function follow() {
    const box = graph.querySelector(".box.active");
    if (!box) return;
    const inside = box.getBoundingClientRect(), port = graph.getBoundingClientRect();
    if (inside.left < port.left || inside.right > port.right) graph.scrollLeft += inside.left - port.left - port.width / 2;
    if (inside.top < port.top || inside.bottom > port.bottom) graph.scrollTop += inside.top - port.top - port.height / 2;
  }

  // -- moving ---------------------------------------------------------------------------------------------------------------

  const reasons = (n) => (view.run ? undefined : marks.get(n));

  function show(next, n, quiet) {
    const before = view;
    view = next;
    at = n;
    if (shown !== view || !sections) put();
    draw();
    follow();
    const stop = view.stops[view.index.get(at)], why = reasons(at), phase = words[phaseOf(at)];
    const where = said("where", { at, last: view.run ? run().steps.length - 1 : last, phase }) + (why ? ` · ● ${why}` : "");
    slider.value = view.index.get(at);
    slider.setAttribute("aria-valuetext", where);
    write(part("where"), where);
    const outside = callers.length > 0;
    for (const button of root.querySelectorAll("[data-do]")) {
      const name = button.dataset.do;
      const off = { into: !opening(), out: !outside && !view.outer }[name] ?? (
        /first|back/.test(name) ? at === 0 && !outside : /step|over|last|continue/.test(name) && at === end() && !outside
      );
      button.setAttribute("aria-disabled", String(off));
    }
    if (quiet) return;
    const inside = before !== view && view.place ? `${said("inside", { what: crumbs().at(-1) })} ` : "";
    write(part("say"), inside + said("step", { at, say: stop.say, stop: why ? said("stop", { why }) : "" }).trim());
    // A page from a string has no address to write to.
    try { history.replaceState(null, "", `#step=${address()}`); } catch { /* it stays as it is */ }
  }

  function go(n, quiet) {
    const to = Math.min(Math.max(n, 0), end());
    show(viewAt(to, view), to, quiet);
  }

  // From the end of an opened gate a step leads out of it, behind all that it does, or before it.
  function leave(way) {
    const { computes, sent } = run().opened, done = sends(), caller = callers.at(-1);
    callers = callers.slice(0, -1);
    const n = way > 0 ? Math.max(caller.at, done ? sent : computes) : Math.min(caller.at, computes - 1);
    show(viewAt(n, caller.view), n);
  }

  const on = (n) => (callers.length && at >= end() ? leave(1) : go(n));
  const backTo = (n) => (callers.length && !at ? leave(-1) : go(n));

  function sameWork(m, n) {
    const { seed, steps } = run();
    return m > seed && steps[m].gate === steps[n].gate;
  }

  function over(n) {
    if (n < end()) n += 1;
    while (n < end() && sameWork(n, n + 1)) n += 1;
    return n;
  }

  function backOver(n) {
    while (n > 1 && sameWork(n - 1, n)) n -= 1;
    return n - 1;
  }

  // What would be opened: the call that is at work or comes next, or the composite gate.
  function opening() {
    for (const n of [at, Math.min(at + 1, end())]) {
      const call = callAt(view, n), gate = view.gates.find((each) => runs[each.run].opened.gate === run().steps[n].gate);
      if (call) return call;
      if (gate) return gate;
    }
    return null;
  }

  function into() {
    const inner = opening();
    if (!inner) return write(part("say"), words.noParts);
    if (inner.run !== view.run) {
      callers = [...callers, { view, at }];
      const { complete } = runs[inner.run].opened;
      const first = complete !== null && at >= complete ? runs[inner.run].seed : 0;
      return show(descended(inner, first), first);
    }
    const [first] = inner.passes[at >= run().seed ? 1 : 0] ?? inner.passes[0];
    const n = inner.stops.find((stop) => stop.n >= first).n;
    return show(inner, n);
  }

  function out() {
    if (view.outer) {
      const n = Math.min((passOf(view, at) ?? [0, at])[1], end());
      return show(descended(view.outer, n), n);
    }
    const caller = callers.at(-1);
    if (!caller) return write(part("say"), words.outermost);
    callers = callers.slice(0, -1);
    return show(caller.view, caller.at);
  }

  // -- addresses ------------------------------------------------------------------------------------------------------------

  // Which step of a call the one on show is, counted through both passes.
  function counted(each, n) {
    const [forward, backward] = each.passes;
    return passOf(each, n) === forward ? n - forward[0] + 1 : forward[1] - forward[0] + 1 + n - backward[0] + 1;
  }

  function within(each, n) {
    let text = String(n);
    for (const call of around(each).reverse()) if (call.outer && !isNeeded(call, n)) text += `/${encodeURIComponent(call.name)}/${counted(call, n)}`;
    return text;
  }

  // Whether a call is open at a step whoever comes there.
  const isNeeded = (call, n) => around(descended(outermost(call), n)).includes(call);

  function address() {
    return levels().map((level, depth) => (depth ? `${encodeURIComponent(outermost(level.view).name)}/` : "") + within(level.view, level.at)).join("/");
  }

  function asked() {
    const match = /^#step=(\d+(?:\/[^/]+\/\d+)*)$/.exec(location.hash);
    return match ? match[1].split("/") : null;
  }

  // An address that is not, or not any more, one of the page leads as near as it can.
  function find([first, ...rest], quiet) {
    callers = [];
    let n = Math.min(+first, runs[0].steps.length - 1), each = descended(views[0], n);
    for (let k = 0; k < rest.length; k += 2) {
      const name = decodeURIComponent(rest[k]), step = +rest[k + 1];
      const gate = views.find((other) => other.outer === null && runs[other.run].opened && views[runs[other.run].opened.view].run === each.run && other.name === name);
      const calls = views.filter((other) => other.outer && other.run === each.run && other.name === name);
      const call = calls.find((other) => passOf(other, n) || passOf(other, n + 1)) ?? calls[0];
      if (gate) {
        callers = [...callers, { view: each, at: n }];
        n = Math.min(step, runs[gate.run].steps.length - 1);
        each = descended(gate, n);
      } else if (call) {
        const [forward, backward] = call.passes, length = forward[1] - forward[0] + 1;
        n = step <= length || !backward ? Math.min(forward[0] + step - 1, forward[1]) : Math.min(backward[0] + step - length - 1, backward[1]);
        each = descended(call, n);
      }
    }
    show(each, n, quiet);
  }

  // -- breakpoints ----------------------------------------------------------------------------------------------------------

  const key = (node) => `${view.run}:${node}`;
  // Without a breakpoint there is nothing to stop at, as in the terminal.
  const stopsAt = (n) => reasons(n) !== undefined || stops.has(key(run().steps[n].node));
  const stopsAnywhere = () => marks.size + stops.size > 0;

  // Where continuing stops, each under its place on the slider, whose thumb is 16 pixels wide.
  function mark() {
    const most = view.stops.length - 1;
    const hits = view.stops.map((stop, index) => [index, stop.n]).filter(([, n]) => {
      const call = callAt(view, n);
      for (let m = call ? passOf(call, n)[0] : n; m <= n; m += 1) if (m > 0 && stopsAt(m)) return true;
      return false;
    });
    part("marks").replaceChildren(...hits.map(([index]) => {
      const place = document.createElement("i");
      place.style.left = `calc(8px + ${index / most} * (100% - 16px))`;
      return place;
    }));
    for (const button of root.querySelectorAll('[data-do="continue"]')) button.hidden = !stopsAnywhere();
  }

  function next() {
    if (!stopsAnywhere()) return go(at);
    for (let m = at + 1; m <= end(); m += 1) if (stopsAt(m)) return go(m);
    if (!callers.length) return go(end());
    const before = callers.at(-1).at;
    leave(1);
    return at > before && stopsAt(at) ? undefined : next();
  }

  function previous() {
    if (!stopsAnywhere()) return go(at);
    for (let m = at - 1; m > 0; m -= 1) if (stopsAt(m)) return go(m);
    if (!callers.length) return go(0);
    const before = callers.at(-1).at;
    leave(-1);
    return at < before && at > 0 && stopsAt(at) ? undefined : previous();
  }

  function toggle(node) {
    if (node === undefined || node === null) return;
    if (!stops.delete(key(node))) stops.add(key(node));
    draw();
    mark();
    write(part("say"), stops.has(key(node)) ? words.set : words.gone);
  }

  // -- keys -----------------------------------------------------------------------------------------------------------------

  const actions = {
    step: () => on(forth(at + 1)),
    back: () => backTo(back(at - 1)),
    over: () => on(forth(over(at))),
    back_over: () => backTo(back(backOver(at))),
    finish: () => on(at < run().seed - 1 ? run().seed - 1 : run().steps.length - 1),
    first: () => go(0),
    last: () => go(end()),
    continue: next,
    continue_back: previous,
    break_at: () => toggle(run().steps[at].node),
    into,
    out,
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
    if (box) toggle(view.boxes[+box.id.slice(view.prefix.length + 1)]);
  });
  slider.addEventListener("input", () => show(view, view.stops[+slider.value].n));

  window.addEventListener("hashchange", () => { if (asked()) find(asked()); });
  // On paper it is the worked solution, whatever step is on the screen.
  let place = null;
  window.addEventListener("beforeprint", () => {
    place = { view, at, callers };
    callers = [];
    show(views[0], views[0].stops.at(-1).n, true);
  });
  window.addEventListener("afterprint", () => {
    callers = place.callers;
    show(place.view, place.at, true);
  });
  // As wide as with the numbers of the last step, which stand there now: what is beside it stays where it is from step to step.
  root.style.setProperty("--numbers", `${root.querySelector(".values table").offsetWidth}px`);
  document.documentElement.classList.add("steps-on");
  for (const hidden of root.querySelectorAll(".controls, .typed")) hidden.hidden = false;
  window.addEventListener("resize", fit);
  find(asked() ?? ["0"], true);
})();
