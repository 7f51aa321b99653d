// The grid under the keyboard: arrows and Enter move, a pasted block fills, Undo takes back what is not saved yet.
(() => {
  const form = document.querySelector(".balance-form");
  if (!form) return;
  const rows = () => [...form.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll(".balance-number")]);
  const undo = form.querySelector("[data-balance-undo]");
  const done = [];
  const before = new WeakMap();

  const place = (input) => {
    const all = rows();
    const y = all.findIndex((row) => row.includes(input));
    return { all, y, x: y < 0 ? -1 : all[y].indexOf(input) };
  };
  const move = (input, dx, dy) => {
    const { all, x, y } = place(input);
    const next = all[y + dy]?.[x + dx];
    if (next) { next.focus(); next.select(); }
    return Boolean(next);
  };
  const remember = (changes) => {
    if (!changes.length) return;
    done.push(changes);
    undo.hidden = false;
  };

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
    if (!input.matches(".balance-number")) return;
    const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], Enter: [0, event.shiftKey ? -1 : 1] };
    const step = steps[event.key];
    if (step && !event.ctrlKey && !event.metaKey && move(input, ...step)) event.preventDefault();
    if (event.key === "Escape") input.value = before.get(input) ?? input.defaultValue;
  });
  form.addEventListener("paste", (event) => {
    const input = event.target;
    if (!input.matches(".balance-number")) return;
    const block = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
    if (block.length === 1 && block[0].length === 1) return;
    event.preventDefault();
    const { all, x, y } = place(input);
    const changes = [];
    block.forEach((line, down) => line.forEach((text, right) => {
      const target = all[y + down]?.[x + right];
      if (!target) return;
      changes.push([target, target.value]);
      target.value = text.trim();
      before.set(target, target.value);
    }));
    remember(changes);
  });
  undo.addEventListener("click", () => {
    for (const [input, value] of done.pop() ?? []) { input.value = value; before.set(input, value); }
    undo.hidden = done.length === 0;
  });
})();
