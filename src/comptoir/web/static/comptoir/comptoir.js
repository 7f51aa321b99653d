"use strict";
/* What pages do beyond HTML: live parts, relative times, copy, dialogs, toasts. Without it every page still works. */
(() => {
  const words = () => document.getElementById("words").dataset;
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const found = event.target instanceof Element && event.target.closest(selector);
      if (found) act(found, event);
    });

  /* Relative times, kept fresh in the words the server used (both follow Unicode CLDR). */
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang);
  function refreshTimes() {
    for (const element of document.querySelectorAll("time[data-relative]")) {
      const seconds = Math.round((new Date(element.dateTime) - Date.now()) / 1000);
      const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) || units.at(-1);
      const said = Math.abs(seconds) < 2 ? words().now : relative.format(Math.trunc(seconds / size), unit);
      if (element.textContent !== said) element.textContent = said;
    }
  }

  /* Where tabs are wider than a phone, the one that is open is in sight. */
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = tab.parentElement;
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }

  /* A table that is wider than its place is reached with Tab, so that arrows move it. */
  function reachTables() {
    for (const wrap of document.querySelectorAll(".table-wrap")) {
      if (wrap.scrollWidth <= wrap.clientWidth || getComputedStyle(wrap).overflowX !== "auto") continue;
      wrap.tabIndex = 0;
      wrap.setAttribute("role", "group");
      wrap.setAttribute("aria-label", wrap.querySelector("caption")?.textContent ?? "");
    }
  }
  reachTables();
  addEventListener("resize", reachTables);

  /* Copy, dialogs, toasts, one submit per form. */
  on("click", "[data-copy]", async (button) => {
    await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
    const label = button.querySelector("span");
    const before = label.textContent;
    label.textContent = words().copied;
    setTimeout(() => { label.textContent = before; }, 2000);
  });
  on("click", "[data-dialog]", (button) => document.getElementById(button.dataset.dialog).showModal());
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.matches("#help-panel .dialog-body")) event.target.closest("dialog").showModal();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "?" && !event.target.closest("input, textarea, select, dialog")) document.getElementById("help-button")?.click();
  });
  on("click", "[data-dismiss]", (button) => button.closest("[data-toast]").remove());
  on("submit", "form[method=post]", (form, event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
  });
  function fade(toast) {
    setTimeout(() => (toast.matches(":hover, :focus-within") ? fade(toast) : toast.remove()), 8000);
  }
  function say(text) {
    const toast = document.createElement("div");
    toast.className = "toast toast-bad";
    toast.dataset.toast = "";
    toast.textContent = text;
    document.getElementById("toasts").append(toast);
    fade(toast);
  }

  /* HTMX: an explanation made by the server is shown; an answer that never came is said, unless it was only live news. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Retarget")) event.detail.shouldSwap = true;
  });
  for (const failure of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(failure, (event) => {
      if (event.detail.xhr?.getResponseHeader("HX-Retarget")) return;
      if (!event.target.matches("[data-live-region]")) say(words().failed);
    });
  }

  /* Live regions: news swaps in at once, unless somebody reads or types there; then it waits behind a pill. */
  const isBeingRead = (region) => {
    const selection = getSelection();
    return (
      region.getBoundingClientRect().top < -8 ||
      region.contains(document.activeElement) ||
      // What was drawn open nobody opened.
      region.querySelector("details[open]:not([data-drawn-open]), dialog[open], :popover-open") !== null ||
      (selection && !selection.isCollapsed && region.contains(selection.anchorNode))
    );
  };
  document.addEventListener("htmx:confirm", (event) => {
    const region = event.target;
    const news = event.detail.triggeringEvent;
    if (!region.matches("[data-live-region]") || !news?.type.startsWith("live:") || !isBeingRead(region)) return;
    event.preventDefault();
    showPill(region);
  });
  const pills = new Map();
  async function showPill(region) {
    let pill = pills.get(region.id);
    if (!pill) {
      pill = document.createElement("button");
      pill.type = "button";
      pill.className = "pill";
      pill.addEventListener("click", () => {
        removePill(region);
        region.scrollIntoView({ block: "start" });
        htmx.trigger(region, "live-now");
      });
      pills.set(region.id, pill);
    }
    const count = await countNews(region);
    const { newOne, newMany, newSome } = region.dataset;
    pill.textContent = count === 0 ? newSome : count === 1 ? newOne : newMany.replace("{}", count);
    // Over the page, not in it: what is being read must not move.
    if (pills.get(region.id) === pill) document.getElementById("pills").append(pill);
  }
  /* An event says that something changed, not how much: only the rows themselves can be counted. */
  async function countNews(region) {
    try {
      const response = await fetch(region.getAttribute("hx-get"), { headers: { "HX-Request": "true" } });
      const fresh = new DOMParser().parseFromString(`<body>${await response.text()}`, "text/html");
      const old = new Set(rows(region).map((row) => row.id));
      return rows(fresh).filter((row) => !old.has(row.id)).length;
    } catch {
      return 0;
    }
  }
  function removePill(region) {
    pills.get(region.id)?.remove();
    pills.delete(region.id);
  }
  const rows = (root) => [...root.querySelectorAll("tr[id], li[id]")];
  let known = new Set();
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.matches("[data-live-region]")) known = new Set(rows(event.target).map((row) => row.id));
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const region = event.target;
    if (!region.matches("[data-live-region]")) return;
    removePill(region);
    for (const row of known.size ? rows(region).filter((row) => !known.has(row.id)) : []) {
      row.dataset.fresh = "";
      setTimeout(() => delete row.dataset.fresh, 4000);
    }
    refreshTimes();
  });

  /* One stream of news per visible tab. It reconnects by itself, later each time, with a fresh address. */
  const heard = new Set();
  const bursts = new Map();
  const SPACING = 1000;
  let source, address, timer, trouble, attempt = 0, missed = false, isFirst = true;

  function announce(topic, data) {
    document.body.dispatchEvent(new CustomEvent(`live:${topic}`, { detail: { data } }));
  }
  const announceAll = () => heard.forEach((topic) => announce(topic));
  function hear(topic) {
    source.addEventListener(topic, (event) => {
      // A busy evening brings many events at once: the first of a burst is told at once, the rest together after it.
      if (bursts.has(topic)) return bursts.set(topic, event.data);
      bursts.set(topic, null);
      announce(topic, event.data);
      setTimeout(function pause() {
        const data = bursts.get(topic);
        if (data === null) return bursts.delete(topic);
        bursts.set(topic, null);
        announce(topic, data);
        setTimeout(pause, SPACING);
      }, SPACING);
    });
  }
  function listen() {
    for (const element of document.querySelectorAll("[hx-trigger*='live:'], [data-live-topics]")) {
      const named = (element.dataset.liveTopics || "").split(" ").filter(Boolean);
      const triggers = (element.getAttribute("hx-trigger") || "").matchAll(/live:([\w.-]+)/g);
      for (const topic of [...named, ...[...triggers].map((found) => found[1])]) {
        if (heard.has(topic)) continue;
        heard.add(topic);
        if (source) hear(topic);
      }
    }
    if (heard.size && !source && !timer && !document.hidden) connect();
  }
  function connect() {
    timer = undefined;
    source = new EventSource(address);
    heard.forEach(hear);
    source.addEventListener("open", () => {
      attempt = 0;
      clearTimeout(trouble);
      trouble = undefined;
      document.querySelector(".live-state")?.remove();
      // What happened since this page was asked for was told to nobody here.
      if (missed || (isFirst && performance.now() > 1000)) announceAll();
      isFirst = false;
      missed = false;
    });
    source.addEventListener("missed", announceAll);
    source.addEventListener("error", again);
  }
  function again() {
    hangUp();
    trouble ??= setTimeout(showReconnecting, 5000);
    const wait = Math.min(30000, 500 * 2 ** attempt++) * (0.75 + Math.random() / 2);
    timer = setTimeout(async () => {
      try {
        const response = await fetch(document.body.dataset.liveAgain, { headers: { Accept: "text/plain" }, redirect: "error" });
        if (!response.ok) throw new Error(response.statusText);
        address = await response.text();
        connect();
      } catch {
        again();
      }
    }, wait);
  }
  function hangUp() {
    source?.close();
    source = undefined;
    missed = true;
    clearTimeout(timer);
    timer = undefined;
  }
  function showReconnecting() {
    const state = document.createElement("div");
    state.className = "live-state";
    state.setAttribute("role", "status");
    state.textContent = words().reconnecting;
    document.body.append(state);
  }

  let hidden;
  document.addEventListener("visibilitychange", () => {
    // Browsers allow six connections to a host: tabs in the background give theirs back.
    clearTimeout(hidden);
    if (document.hidden) {
      hidden = setTimeout(() => { hangUp(); clearTimeout(trouble); trouble = undefined; }, 15000);
    } else if (!source && !timer && address) {
      attempt = 0;
      again();
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    refreshTimes();
    setInterval(refreshTimes, 1000);
    document.querySelectorAll("[data-fleeting]").forEach(fade);
    document.querySelector(".error-summary")?.focus();
    address = document.body.dataset.live;
    if (!address) return;
    listen();
    document.addEventListener("htmx:load", listen);
  });
})();
