/* The screen stands also when the network does not: the page and its files are kept, nothing else. */
const PLACE = `comptoir-tablet-${VERSION}`;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(PLACE).then((cache) => cache.addAll(KEPT)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("comptoir-tablet-") && name !== PLACE).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const address = url.pathname + url.search;
  if (event.request.method !== "GET" || url.origin !== location.origin || !KEPT.includes(address)) return;
  if (url.pathname !== "/tablet") {
    event.respondWith(caches.match(address).then((kept) => kept || fetch(event.request)));
    return;
  }
  event.respondWith(
    fetch(event.request).then((answer) => {
      if (!answer.ok) return caches.match(address).then((kept) => kept || answer);
      const copy = answer.clone();
      event.waitUntil(caches.open(PLACE).then((cache) => cache.put(address, copy)));
      return answer;
    }).catch(() => caches.match(address)),
  );
});
