"use strict";
/* What guests asked for and the server has not answered yet. It is on this tablet until it is sent, and no longer:
   each request has a key of its own, so sending it twice counts once. */
(() => {
  const PLACE = "comptoir.claims";
  const KEPT_FOR = 24 * 3600 * 1000;
  const PATIENCE = 8000;

  function read() {
    try {
      const all = JSON.parse(localStorage.getItem(PLACE) || "[]");
      return all.filter((each) => Date.now() - each.at < KEPT_FOR);
    } catch {
      return [];
    }
  }
  const write = (all) => localStorage.setItem(PLACE, JSON.stringify(all));
  const forget = (key) => write(read().filter((each) => each.key !== key));

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /* Ask the server; a network that is gone, and a server that cannot answer now, are `later`. */
  async function ask(path, said, token, language) {
    let response;
    try {
      response = await fetch(`/tablet/${path}`, {
        method: "POST",
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE),
        headers: {
          "Content-Type": "application/json",
          "Accept-Language": language,
          ...(token ? { Authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify(said),
      });
      const body = await response.json();
      if (response.ok) return { state: "done", body };
      if (response.status === 401) return { state: "revoked", body };
      return { state: response.status === 429 || response.status >= 500 ? "later" : "refused", body };
    } catch {
      return { state: "later", body: null };
    }
  }

  let sending = null;
  /* Send everything, the oldest first, one at a time; whoever calls while it runs waits for the same run. */
  function send(token, language, heard) {
    sending ??= (async () => {
      try {
        for (let next = read()[0]; next; next = read()[0]) {
          const answer = await ask("claim", { key: next.key, offer: next.offer, phone: next.phone }, token, language);
          if (answer.state === "done" || answer.state === "refused") forget(next.key);
          heard(next, answer);
          if (answer.state === "later" || answer.state === "revoked") return;
        }
      } finally {
        sending = null;
      }
    })();
    return sending;
  }

  window.claims = {
    add(offer, phone) {
      const claim = { key: newKey(), offer, phone, at: Date.now() };
      write([...read(), claim]);
      return claim;
    },
    forget,
    newKey,
    clear: () => localStorage.removeItem(PLACE),
    waiting: () => read().length,
    has: (offer) => read().some((each) => each.offer === offer),
    send,
    ask,
  };
})();
