// What is live: every two seconds the page is read again and its live parts are taken over. Forms being filled in are
// outside of them; inside, what somebody points at, has the focus on or has opened stays where it is, unless the
// change is his own.
"use strict";
const PERIOD = 2000;
const offline = document.getElementById("offline");
const refusal = document.getElementById("refusal");
const fresh = document.getElementById("fresh");

const busy = (element) => element.matches(":hover, :focus-within") || element.querySelector("details[open]") !== null;

function takeOver(page, own) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = page.getElementById(part.id);
    if (!next) continue;
    if (part.dataset.live) syncList(part, next, part.dataset.live, own);
    else if (!part.contains(document.activeElement) && part.innerHTML !== next.innerHTML) part.innerHTML = next.innerHTML;
  }
}

// "keep": new ones are added at the end, those that went stay, dimmed, while somebody is at work here.
// "wait": new ones wait behind a button while somebody reads.
function syncList(list, next, manner, own) {
  const held = !own && busy(list);
  const coming = new Map([...next.children].map((item) => [item.id, item]));
  for (const item of [...list.children]) {
    const newer = coming.get(item.id);
    if (!newer) {
      if (!held) item.remove();
      else if (manner === "keep") dim(item);
    } else if ((own || !item.matches(":focus-within")) && text(item) !== text(newer)) {
      const open = item.querySelector("details")?.open;
      const replacement = newer.cloneNode(true);
      if (open) replacement.querySelector("details").open = true;
      item.replaceWith(replacement);
    }
  }
  const added = [...coming.values()].filter((item) => !document.getElementById(item.id));
  if (manner === "wait") {
    fresh.hidden = !(held && added.length);
    fresh.textContent = document.body.dataset.fresh.replace("{n}", added.length);
    if (!held) [...next.children].forEach((item, index) => place(list, item, index));
  } else {
    list.append(...added.map((item) => item.cloneNode(true)));
  }
}

const text = (element) => element.textContent.replace(/\s+/g, " ");

function place(list, item, index) {
  const here = document.getElementById(item.id) ?? item.cloneNode(true);
  if (list.children[index] !== here) list.insertBefore(here, list.children[index] ?? null);
}

function dim(item) {
  if (item.classList.contains("gone")) return;
  item.classList.add("gone");
  item.title = document.body.dataset.gone;
  for (const control of item.querySelectorAll("button, select")) control.disabled = true;
}

async function read(request, own = false) {
  const page = new DOMParser().parseFromString(await (await request).text(), "text/html");
  takeOver(page, own);
  return page;
}

async function refresh() {
  try {
    if (!document.hidden) await read(fetch(location.pathname + location.search));
    offline.hidden = true;
  } catch {
    offline.hidden = false;
    offline.textContent = document.body.dataset.offline;
  }
  setTimeout(refresh, PERIOD);
}

// Buttons that change one bill need no new page; when the sandbox refuses, it says why above.
addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches("[data-quick]")) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, button));
  button?.blur();
  refusal.hidden = true;
  try {
    const page = await read(fetch(form.action, { method: "POST", body: fields }), true);
    const reason = page.querySelector("#refusal:not([hidden])");
    if (reason) refusal.textContent = reason.textContent;
    refusal.hidden = !reason;
  } catch {
    form.submit();
  }
  if (form.matches(".new-bill") && refusal.hidden) {
    const opened = document.querySelector("#open > li:last-child");
    opened?.classList.add("yours");
    opened?.scrollIntoView({ block: "nearest" });
  }
  const again = form.id ? `#${CSS.escape(form.id)} button` : `form[action="${form.getAttribute("action")}"] button`;
  document.querySelector(again)?.focus({ preventScroll: true });
});

fresh.addEventListener("click", () => {
  fresh.blur();
  read(fetch(location.pathname + location.search), true);
});

setTimeout(refresh, PERIOD);
