// The grid under the keyboard: arrows and Enter move, Shift chooses a block (so does the mouse), a block goes to a
// spreadsheet and comes from one, Undo takes back what is not saved yet.
(() => {
  const form = document.querySelector(".balance-form");
  const table = form?.querySelector("table");
  if (!table) return;
  const rows = () => [...table.querySelectorAll("tbody tr")].map((row) => [...row.cells].filter((cell) => cell.tagName === "TD")).filter((cells) => cells.length);
  const field = (cell) => cell?.querySelector(".balance-number");
  const undo = form.querySelector("[data-balance-undo]");
  const copies = document.querySelector("[data-balance-copy]");
  const done = [];
  const before = new WeakMap();
  let block = null; // [cell where it began, cell where it ends]

  const place = (cell) => {
    const all = rows();
    const y = all.findIndex((row) => row.includes(cell));
    return { all, y, x: y < 0 ? -1 : all[y].indexOf(cell) };
  };
  const next = (cell, dx, dy) => {
    const { all, x, y } = place(cell);
    return all[y + dy]?.[x + dx];
  };
  const move = (input, dx, dy) => {
    let cell = next(input.closest("td"), dx, dy);
    while (cell && !field(cell)) cell = next(cell, dx, dy);
    const found = field(cell);
    if (found) { found.focus(); found.select(); }
    return Boolean(found);
  };
  const remember = (changes) => {
    if (!changes.length || !undo) return;
    done.push(changes);
    undo.hidden = false;
  };

  /* A block of cells, and what a spreadsheet understands of it. */
  const chosen = () => {
    if (!block) return [];
    const { all, ...one } = place(block[0]);
    const two = place(block[1]);
    const [top, bottom] = [one.y, two.y].sort((a, b) => a - b);
    const [left, right] = [one.x, two.x].sort((a, b) => a - b);
    return all.slice(top, bottom + 1).map((row) => row.slice(left, right + 1));
  };
  const choose = (from, to) => {
    block = from && to && from !== to ? [from, to] : null;
    for (const cell of table.querySelectorAll(".balance-picked")) cell.classList.remove("balance-picked");
    for (const cell of chosen().flat()) cell.classList.add("balance-picked");
  };
  const mark = new Intl.NumberFormat(document.documentElement.lang).format(1.5).charAt(1);
  const plain = (cell) => {
    const input = field(cell);
    if (input) return /^-?\d+\.\d+$/.test(input.value) ? input.value.replace(".", mark) : input.value;
    const said = (cell.querySelector("strong, span") ?? cell).textContent.trim();
    return said === "—" ? "" : said.replace(/[\u00a0\u202f]/g, "").replace("\u2212", "-");
  };
  const heading = (cell) => (cell.querySelector("a") ?? cell).textContent.replace(/\s+/g, " ").trim();
  const lines = () => {
    if (block) return chosen().map((row) => row.map(plain));
    const body = [...table.querySelectorAll("tbody tr")].filter((row) => row.querySelector("td"));
    return [[...table.tHead.rows[0].cells].map(heading), ...body.map((row) => [heading(row.cells[0]), ...[...row.cells].slice(1).map(plain)])];
  };
  const text = () => lines().map((row) => row.join("\t")).join("\n");

  form.addEventListener("focusin", ({ target }) => {
    if (target.matches(".balance-number")) before.set(target, target.value);
  });
  form.addEventListener("change", ({ target }) => {
    if (!target.matches(".balance-number")) return;
    const was = before.get(target) ?? target.defaultValue;
    if (was !== target.value) remember([[target, was]]);
    before.set(target, target.value);
  });
  form.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches(".balance-number") || event.ctrlKey || event.metaKey) return;
    const arrows = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    const isWhole = input.selectionEnd - input.selectionStart === input.value.length;
    const isSideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
    if (event.shiftKey && arrows[event.key] && (block || isWhole || !isSideways)) {
      const cell = input.closest("td");
      const end = next(block?.[1] ?? cell, ...arrows[event.key]);
      if (end) choose(block?.[0] ?? cell, end);
      event.preventDefault();
      return;
    }
    if (event.key === "Shift") return;
    choose();
    const step = event.key === "Enter" ? [0, event.shiftKey ? -1 : 1] : isSideways ? null : arrows[event.key];
    if (step && move(input, ...step)) event.preventDefault();
    if (event.key === "Escape") input.value = before.get(input) ?? input.defaultValue;
  });
  let from = null;
  table.addEventListener("pointerdown", (event) => {
    const cell = event.target.closest("tbody td");
    const began = block?.[0] ?? document.activeElement?.closest?.(".balance-form td") ?? from;
    if (cell && event.shiftKey && began) { choose(began, cell); event.preventDefault(); return; }
    choose();
    from = cell;
  });
  table.addEventListener("pointerover", (event) => {
    const cell = event.target.closest("tbody td");
    if (cell && from && event.buttons === 1 && event.pointerType === "mouse" && cell !== (block?.[1] ?? from)) choose(from, cell);
  });
  document.addEventListener("copy", (event) => {
    if (!block) return;
    event.clipboardData.setData("text/plain", text());
    event.preventDefault();
  });
  form.addEventListener("paste", (event) => {
    const input = event.target;
    if (!input.matches(".balance-number")) return;
    const pasted = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
    if (pasted.length === 1 && pasted[0].length === 1) return;
    event.preventDefault();
    const { all, x, y } = place(input.closest("td"));
    const changes = [];
    pasted.forEach((line, down) => line.forEach((said, right) => {
      const target = field(all[y + down]?.[x + right]);
      if (!target) return;
      changes.push([target, target.value]);
      target.value = said.trim();
      before.set(target, target.value);
    }));
    remember(changes);
  });
  undo?.addEventListener("click", () => {
    for (const [input, value] of done.pop() ?? []) { input.value = value; before.set(input, value); }
    undo.hidden = done.length === 0;
  });
  if (copies && navigator.clipboard) {
    copies.hidden = false;
    copies.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text());
      const label = copies.querySelector("span");
      const said = label.textContent;
      label.textContent = document.getElementById("words").dataset.copied;
      setTimeout(() => { label.textContent = said; }, 2000);
    });
  }
})();
