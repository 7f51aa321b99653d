"use strict";
/* The tablet at the counter: one thing on screen at a time. What it shows comes from the server; it never makes points
   up. Without a network it keeps what guests typed (tablet-queue.js) and says so. */
(() => {
  const TOKEN = "comptoir.tablet";
  const HEARTBEAT = 30_000;
  const HAND = 10_000;
  const THANKS = 20_000;
  const SPENDING = 60_000;
  const version = document.body.dataset.version;
  const $ = (id) => document.getElementById(id);
  const views = [...document.querySelectorAll("main > section")];

  let token = localStorage.getItem(TOKEN) || "";
  let state = null;      // what the server said latest
  let shown = null;      // the offer that a guest looks at
  let typed = "";
  let made = null;       // the claim behind the thanks
  let waving = 0;
  let online = true;
  let asked = 0, answered = 0;
  let stream = null;
  const timers = {};

  const { say, number, points, money } = spoken;
  const time = (instant) => spoken.time(instant, state?.timezone);
  const later = (name, wait, act) => { clearTimeout(timers[name]); timers[name] = setTimeout(act, wait); };
  const view = () => views.find((each) => !each.hidden).id;

  function show(id) {
    for (const each of views) each.hidden = each.id !== id;
    $("offer-error").textContent = $("thanks-error").textContent = "";
  }

  /* Words */
  function speak() {
    document.documentElement.lang = spoken.language();
    for (const each of document.querySelectorAll("[data-word]")) each.textContent = say(each.dataset.word);
    $("language").lang = spoken.language() === "fr" ? "en" : "fr";
    $("keypad").querySelector("[data-key=back]").ariaLabel = say("delete");
    drawIdle();
    if (shown) drawOffer();
    drawNews();
  }
  function drawIdle() {
    const isLinked = Boolean(state?.register);
    $("store").textContent = state?.store ?? "";
    $("idle-title").textContent = say(isLinked || !state ? "idle_title" : "not_linked");
    const rule = state?.rule;
    $("idle-rule").textContent = isLinked && rule
      ? say("idle_rule", { points: points(rule.points), amount: money(rule.amount, rule.currency) }) : "";
    const why = { moved: "moved", passive: "passive" }[state?.unlinked_because];
    $("idle-help").textContent = say(isLinked || !state ? "idle_help" : why ?? "not_linked_help");
    $("previous").hidden = !state?.previous;
  }
  function drawNews() {
    const waiting = claims.waiting();
    $("news").textContent = !online ? say("offline") : waiting ? say("late", { number: number(waiting) }) : "";
  }
  function drawOffer() {
    $("amount").textContent = money(shown.amount, shown.currency);
    $("win").textContent = say("win", { points: points(shown.points) });
    $("closed").textContent = say("closed", { time: time(shown.closed_at) });
    const other = otherOffer();
    $("other").hidden = !other;
    if (other) $("other").textContent = say(other === state.previous ? "previous" : "latest");
    $("phone").textContent = grouped(typed) || " ";
    $("collect").disabled = typed.replace(/\D/g, "").length < 6;
  }
  const grouped = (text) => (text.startsWith("+") ? text : text.replace(/(\d\d)(?=\d)/g, "$1 "));
  const otherOffer = () => (shown && [state?.offer, state?.previous].find((each) => each && each.id !== shown.id)) || null;

  /* What to show */
  function open(offer) {
    shown = offer;
    typed = "";
    drawOffer();
    show("offer");
    later("offer", Math.max(0, new Date(offer.until) - Date.now()), idle);
  }
  function idle() {
    pass.stop();
    clearTimeout(timers.offer);
    clearTimeout(timers.thanks);
    shown = made = null;
    typed = "";
    if (!token) return show("pairing");
    drawIdle();
    show("idle");
    settle();
  }
  /* Bring the screen in step with what the server said; a guest who types is disturbed by a newer sale only. */
  function settle() {
    if (!state || made || view() === "hand" || view() === "thanks") return;
    const known = (offer) => [state.offer, state.previous].some((each) => each?.id === offer.id);
    if (shown && online && !known(shown)) shown = null;
    const next = state.offer;
    if (next && !claims.has(next.id) && (!shown || (shown.id !== next.id && shown.id !== state.previous?.id) || (shown.id === state.previous?.id && !shown.chosen))) return open(next);
    if (shown) return drawOffer();
    if (view() !== "idle") idle();
    else drawIdle();
  }
  function wave() {
    if (Date.now() - waving < HAND) return;
    waving = Date.now();
    $("hand-name").textContent = state.name;
    show("hand");
    tell({ waved: true });
    later("hand", HAND, () => { show(shown ? "offer" : "idle"); settle(); });
  }
  function blank() {
    stream?.close();
    stream = state = null;
    token = "";
    localStorage.removeItem(TOKEN);
    claims.clear();
    idle();
    $("store").textContent = "";
    $("pair-error").textContent = say("revoked");
  }

  /* The server */
  async function tell(more = {}) {
    if (!token) return;
    const asking = ++asked;
    const answer = await claims.ask("tell", { version, screen: view(), checks: checks.look(stream), ...more }, token, spoken.language());
    if (answer.state === "revoked") return blank();
    // An answer that was overtaken by that to a later question tells of what was.
    if (asking < answered) return;
    answered = asking;
    const was = online;
    online = answer.state === "done";
    if (online) {
      state = answer.body;
      listen();
      if (state.waves) wave();
      if (!was || claims.waiting()) flush();
      settle();
    }
    if (view() === "starting") idle();
    drawNews();
  }
  function listen() {
    if (stream && stream.readyState !== EventSource.CLOSED) return;
    stream = new EventSource(state.live);
    for (const topic of ["offer", "identify", "revoked", "missed"]) stream.addEventListener(topic, () => tell());
    stream.addEventListener("open", () => tell());
  }
  const flush = () => claims.send(token, spoken.language(), heard);

  function heard(claim, answer) {
    drawNews();
    if (answer.state === "revoked") return blank();
    online = answer.state !== "later" || answer.body !== null;
    drawNews();
    if (!made || made.key !== claim.key) return;
    if (answer.state === "done") thanks(answer.body);
    else if (answer.state === "refused") refuse(answer.body);
    else kept();
  }
  function thanks(body) {
    $("thanks-title").textContent = say(body.undo_until ? "thanks" : "again");
    $("thanks-points").textContent = say("got", { points: points(body.points) });
    $("thanks-balance").textContent = say("balance", { points: points(body.balance) });
    $("thanks-who").textContent = say("for_number", { who: body.who });
    $("undo").hidden = !body.undo_until;
    consent.ask(body.is_new && body.undo_until ? { key: made.key, token } : null);
    rewards.offer(body.undo_until ? body : null, { key: made.key, token, busy: () => later("thanks", SPENDING, idle) });
    finish();
  }
  function kept() {
    $("thanks-title").textContent = say("thanks");
    $("thanks-points").textContent = shown ? say("got", { points: points(shown.points) }) : "";
    $("thanks-points").hidden = true;
    $("thanks-balance").textContent = say("kept");
    $("thanks-who").textContent = "";
    $("undo").hidden = false;
    consent.ask(null);
    rewards.offer(null, null);
    finish();
  }
  function finish() {
    if (view() !== "thanks") show("thanks");
    clearTimeout(timers.offer);
    later("thanks", THANKS, idle);
  }
  function refuse(body) {
    const offer = shown;
    made = null;
    if (["phone_invalid", "phone_not_mobile", "pass_unknown"].includes(body.code) && offer) {
      if (body.code === "pass_unknown") typed = "";
      show("offer");
      drawOffer();
    } else {
      show("offer");
      later("offer", 6000, idle);
    }
    $("offer-error").textContent = body.message;
    $("collect").disabled = false;
  }

  /* What a guest does */
  function key(name) {
    if (view() !== "offer") return;
    if (name === "back") typed = typed.slice(0, -1);
    else if (typed.length < 18 && (name !== "+" || typed === "")) typed += name;
    $("offer-error").textContent = "";
    drawOffer();
  }
  async function collect() {
    if (view() !== "offer" || $("collect").disabled || !shown) return;
    $("collect").disabled = true;
    $("thanks-points").hidden = false;
    made = { ...claims.add(shown.id, typed), offer: shown };
    await flush();
  }
  pass.whenFound(async (code) => {
    if (view() !== "offer" || !shown) return;
    typed = code;
    $("collect").disabled = false;
    await collect();
  });
  async function undo() {
    const mine = made;
    if (!mine) return idle();
    const offer = mine.offer;
    const wasWaiting = claims.has(offer.id);
    claims.forget(mine.key);
    const answer = await claims.ask("undo", { key: mine.key }, token, spoken.language());
    if (answer.state === "refused" && !wasWaiting) {
      $("thanks-error").textContent = answer.body.message;
      return;
    }
    if (answer.state === "later" && !wasWaiting) {
      $("thanks-error").textContent = say("failed");
      return;
    }
    made = null;
    clearTimeout(timers.thanks);
    open(offer);
    $("offer-error").textContent = say("undone");
    tell();
  }

  /* Wiring */
  for (const name of ["1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "0", "back"]) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.key = name;
    button.textContent = name === "back" ? "⌫" : name;
    button.addEventListener("click", () => key(name));
    $("keypad").append(button);
  }
  addEventListener("keydown", (event) => {
    if (view() !== "offer" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[0-9+]$/.test(event.key)) key(event.key);
    else if (event.key === "Backspace") key("back");
    else if (event.key === "Enter" && event.target === document.body) collect();
  });
  $("collect").addEventListener("click", collect);
  $("undo").addEventListener("click", undo);
  $("done").addEventListener("click", idle);
  $("no").addEventListener("click", async () => {
    const offer = shown;
    if (!offer) return;
    if (state?.offer?.id === offer.id) state.offer = null;
    if (state?.previous?.id === offer.id) state.previous = null;
    idle();
    await claims.ask("dismiss", { offer: offer.id }, token, spoken.language());
  });
  $("other").addEventListener("click", () => { const other = otherOffer(); if (other) open({ ...other, chosen: true }); });
  $("previous").addEventListener("click", () => { if (state?.previous) open({ ...state.previous, chosen: true }); });
  $("language").addEventListener("click", () => {
    spoken.turn();
    speak();
  });
  $("pair-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await claims.ask("pair", { code: $("code").value.trim() }, "", spoken.language());
    if (answer.state !== "done") {
      $("pair-error").textContent = answer.body?.message ?? say("failed");
      return;
    }
    $("code").value = $("pair-error").textContent = "";
    token = answer.body.token;
    localStorage.setItem(TOKEN, token);
    state = answer.body;
    listen();
    idle();
    document.documentElement.requestFullscreen?.().catch(() => {});
    tell();
  });
  addEventListener("online", () => tell());
  addEventListener("offline", () => { online = false; drawNews(); });
  addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    tell();
    navigator.wakeLock?.request("screen").catch(() => {});
  });

  async function start() {
    speak();
    const code = /^#([0-9A-Z]{6})$/i.exec(location.hash)?.[1];
    if (code) {
      history.replaceState(null, "", location.pathname);
      $("code").value = code.toUpperCase();
    }
    navigator.serviceWorker?.register("/tablet/worker.js", { scope: "/tablet" }).catch(() => {});
    navigator.wakeLock?.request("screen").catch(() => {});
    await checks.findCamera();
    if (!token) idle();
    await tell();
    setInterval(() => tell(), HEARTBEAT);
    setInterval(() => { if (claims.waiting()) flush(); }, 5000);
  }
  start();
})();
