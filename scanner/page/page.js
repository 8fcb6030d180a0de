"use strict";
// Shows, hides and sorts what the page already holds; it writes no HTML.
(() => {
  const FEW = 5;
  const byId = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const fold = (text) => text.toLowerCase();

  const groups = all(".cycles > tbody").map((body, rank) => {
    const named = fold(body.rows[0].textContent);
    const entries = all(".entries > li", body).map((row) => ({
      row,
      text: `${named} ${fold(row.textContent)}`,
      paths: all(".place > code", row).map((code) => fold(code.textContent)),
      status: row.dataset.status,
      scopes: row.dataset.scope.split(" "),
      marks: row.dataset.marks.split(" "),
    }));
    const more = document.createElement("button");
    more.type = "button";
    more.className = "more-button";
    more.hidden = true;
    body.querySelector(".entries").after(more);
    const { name, end } = body.dataset;
    const group = { body, entries, more, rank, name, end, count: entries.length, open: false, fitting: entries };
    more.addEventListener("click", () => {
      group.open = !group.open;
      fill(group);
    });
    return group;
  });
  const total = groups.reduce((sum, group) => sum + group.count, 0);
  let printing = false;

  // A cycle shows a few of its places at once, and all of them on demand and on paper.
  function fill(group) {
    const shown = new Set(group.open || printing ? group.fitting : group.fitting.slice(0, FEW));
    for (const entry of group.entries) entry.row.hidden = !shown.has(entry);
    const rest = group.fitting.length - FEW;
    group.more.hidden = rest <= 0;
    group.more.textContent = group.open ? "Show fewer" : `Show ${rest.toLocaleString("en")} more`;
    group.more.setAttribute("aria-expanded", String(group.open));
    group.body.hidden = group.fitting.length === 0;
    group.body.querySelector(".c-count").textContent = group.fitting.length.toLocaleString("en");
  }

  const value = (id) => byId(id)?.value ?? "";
  const pills = all("#filters [data-status]");

  function wanted() {
    const words = fold(value("text")).split(/\s+/).filter(Boolean);
    const path = fold(value("path").trim());
    const scope = value("scope");
    const mark = value("mark");
    const statuses = pills.filter((pill) => pill.ariaPressed === "true").map((pill) => pill.dataset.status);
    return (entry) =>
      words.every((word) => entry.text.includes(word)) &&
      (!path || entry.paths.some((one) => one.includes(path))) &&
      (!scope || entry.scopes.includes(scope)) &&
      (!mark || entry.marks.includes(mark)) &&
      (!statuses.length || statuses.includes(entry.status));
  }

  const counted = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

  function filter() {
    const fits = wanted();
    let entries = 0;
    let cycles = 0;
    for (const group of groups) {
      group.fitting = group.entries.filter(fits);
      fill(group);
      entries += group.fitting.length;
      cycles += group.fitting.length > 0;
    }
    const of = entries < total ? ` (of ${total.toLocaleString("en")})` : "";
    byId("count").textContent =
      `${counted(entries, "entry", "entries")} in ${counted(cycles, "release cycle", "release cycles")}${of}`;
    byId("nothing").hidden = entries > 0;
  }

  function sort(button) {
    const head = button.closest("th");
    const key = button.dataset.sort;
    const again = head.ariaSort === "ascending";
    for (const other of all(".cycles > thead th[aria-sort]")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", again ? "descending" : "ascending");
    const sign = again ? -1 : 1;
    const by = (group) => (key === "count" ? group.fitting.length : group[key]);
    const compare = (a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0) * sign || a.rank - b.rank;
    const table = head.closest("table");
    table.append(...[...groups].sort(compare).map((group) => group.body));
  }

  function filtering(fields) {
    fields.hidden = false;
    let asked = 0;
    const soon = () => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(filter);
    };
    fields.addEventListener("input", soon);
    byId("clear").addEventListener("click", () => {
      for (const field of all("input, select", fields)) field.value = "";
      for (const pill of pills) pill.ariaPressed = "false";
      filter();
    });
    for (const pill of pills) {
      pill.addEventListener("click", () => {
        pill.ariaPressed = String(pill.ariaPressed !== "true");
        soon();
      });
    }
    for (const button of all("[data-sort]")) {
      button.disabled = false;
      button.addEventListener("click", () => sort(button));
    }
    const print = (now) => {
      printing = now;
      groups.forEach(fill);
    };
    addEventListener("beforeprint", () => print(true));
    addEventListener("afterprint", () => print(false));
    // A browser that goes back fills the fields in again.
    addEventListener("pageshow", filter);
    filter();
  }

  function coloring(select) {
    const key = "eolscan-colours";
    const paint = () => document.documentElement.setAttribute("data-colours", select.value);
    // A page that was opened from a disk may be kept from remembering.
    try {
      select.value = localStorage.getItem(key) ?? "auto";
    } catch {}
    select.addEventListener("change", () => {
      paint();
      try {
        localStorage.setItem(key, select.value);
      } catch {}
    });
    select.closest("label").hidden = false;
    paint();
  }

  if (byId("filters")) filtering(byId("filters"));
  coloring(byId("colours"));
})();
