"use strict";
(() => {
  const record = JSON.parse(document.getElementById("record").textContent);
  const by = (id) => document.getElementById(id);
  const table = by("matrix");
  const rows = [...table.tBodies[0].rows];
  const [groups, heads] = table.tHead.rows;
  const columns = [...heads.cells];
  const LEAD = 2; // columns of project and person

  // Makes an element with text, never with markup.
  const make = (name, text, className) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  // One cell at a time is in the tab order; arrow keys move it.
  const visible = () =>
    rows
      .filter((row) => !row.hidden)
      .map((row) => [...row.querySelectorAll("button")].filter((button) => !button.closest("td").hidden))
      .filter((buttons) => buttons.length > 0);
  let current;
  const enter = (button) => {
    if (current) current.tabIndex = -1;
    current = button;
    if (current) current.tabIndex = 0;
  };
  for (const button of table.querySelectorAll("button")) button.tabIndex = -1;

  table.addEventListener("focusin", (event) => {
    if (event.target.matches("button")) enter(event.target);
  });
  table.addEventListener("keydown", (event) => {
    if (!event.target.matches("button") || event.altKey || event.ctrlKey || event.metaKey) return;
    const grid = visible();
    const down = grid.findIndex((buttons) => buttons.includes(event.target));
    if (down < 0) return;
    const across = grid[down].indexOf(event.target);
    const moves = {
      ArrowLeft: [down, across - 1],
      ArrowRight: [down, across + 1],
      ArrowUp: [down - 1, across],
      ArrowDown: [down + 1, across],
      Home: [down, 0],
      End: [down, grid[down].length - 1],
      PageUp: [0, across],
      PageDown: [grid.length - 1, across],
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const next = grid[move[0]]?.[move[1]];
    if (next) next.focus();
  });

  // Filters
  const choice = { project: by("project"), person: by("person"), data: by("data"), beyond: by("only-beyond") };
  const apply = () => {
    const part = choice.data.value.trim().toLowerCase();
    const shown = columns.map((head) => head.textContent.toLowerCase().includes(part));
    columns.forEach((head, index) => (head.hidden = !shown[index]));
    let first = 0;
    for (const group of [...groups.cells].slice(LEAD)) {
      group.dataset.span ??= group.colSpan;
      const span = Number(group.dataset.span);
      const left = shown.slice(first, first + span).filter(Boolean).length;
      group.hidden = left === 0;
      group.colSpan = Math.max(left, 1);
      first += span;
    }
    let count = 0;
    for (const row of rows) {
      const [project, person] = row.cells;
      row.hidden =
        (choice.project.value !== "" && project.textContent !== choice.project.value) ||
        (choice.person.value !== "" && person.textContent !== choice.person.value) ||
        (choice.beyond.checked && !row.querySelector(".beyond"));
      if (!row.hidden) count += 1;
      [...row.cells].slice(LEAD).forEach((cell, index) => (cell.hidden = !shown[index]));
    }
    by("none").hidden = count > 0;
    by("shown").textContent = `${count} of ${rows.length} roles`;
    const grid = visible();
    if (!current || !grid.some((buttons) => buttons.includes(current))) enter(grid[0]?.[0]);
  };
  by("filters").addEventListener("input", apply);
  by("filters").addEventListener("submit", (event) => event.preventDefault());
  apply();

  // What decided a cell
  const dialog = by("dialog");
  const statement = (index) => {
    const { layer, policy, name, text } = record.statements[index];
    const block = make("figure");
    const caption = make("figcaption");
    caption.append(make("b", name), ` in ${layer} `, make("b", policy));
    block.append(caption);
    if (text) block.append(make("pre", text));
    return block;
  };
  const verdict = (names, { allowed, deciding, missing }) => {
    const section = make("section", undefined, allowed ? "allowed" : "denied");
    const ending = allowed ? "allowed" : deciding.length > 0 ? "denied" : "not allowed";
    const title = make("h3");
    title.append(make("span", names.join(", ")), " ", make("em", ending));
    section.append(title);
    if (deciding.length > 0) section.append(make("p", allowed ? "Allowed by" : "Denied by"), ...deciding.map(statement));
    for (const { layer, near } of missing) {
      section.append(make("p", `No ${layer} allows it.`));
      for (const { statement: index, unmet } of near) {
        section.append(make("p", "This statement would, if what follows held:"));
        const list = make("ul");
        list.append(...unmet.map((words) => make("li", words)));
        section.append(list, statement(index));
      }
    }
    return section;
  };
  const proof = (what, word, reason) => {
    const section = make("section", undefined, "proof");
    const title = make("h3");
    title.append(make("span", what), " ", make("em", word));
    section.append(title);
    if (reason) section.append(make("p", reason));
    return section;
  };
  const open = (button) => {
    const cell = button.closest("td");
    const [project, person] = cell.parentElement.cells;
    const what = columns[cell.cellIndex - LEAD].textContent;
    const title = make("h2");
    title.id = "dialog-title";
    title.append(make("b", person.textContent), " in ", make("b", project.textContent), ": ", make("b", what));
    const close = make("button", "Close", "close");
    close.type = "button";
    close.addEventListener("click", () => dialog.close());
    const head = make("div", undefined, "head");
    head.append(title, close);
    const same = new Map();
    const { rights, proofs } = record.cells[Number(button.dataset.at)];
    for (const [name, index] of rights) same.set(index, [...(same.get(index) ?? []), name]);
    const body = make("div");
    body.id = "dialog-body";
    body.append(head, make("p", person.title, "arn"));
    for (const [index, names] of same) body.append(verdict(names, record.verdicts[index]));
    for (const one of proofs) body.append(proof(...one));
    by("dialog-body").replaceWith(body);
    dialog.showModal();
    dialog.scrollTop = 0;
  };
  table.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) open(button);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
})();
