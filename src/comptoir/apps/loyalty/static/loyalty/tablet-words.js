"use strict";
/* The words of the screen in both languages, figures as each language writes them, and what the tablet finds when it
   looks at itself. */
(() => {
  const LANGUAGE = "comptoir.language";
  const words = JSON.parse(document.getElementById("words").textContent);
  let language = localStorage.getItem(LANGUAGE) || (navigator.language.startsWith("fr") ? "fr" : "en");
  let camera = false;

  const say = (name, values = {}) =>
    (words[language][name] ?? name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  const region = () => (language === "en" ? "en-GB" : language);
  const number = (value) => new Intl.NumberFormat(region()).format(value);

  window.spoken = {
    say,
    number,
    points: (value) => (value === 1 ? say("one_point") : say("points", { number: number(value) })),
    money: (amount, currency) => new Intl.NumberFormat(region(), { style: "currency", currency }).format(amount),
    time: (instant, timeZone) =>
      new Intl.DateTimeFormat(region(), { hour: "2-digit", minute: "2-digit", timeZone }).format(new Date(instant)),
    language: () => language,
    turn() {
      language = language === "fr" ? "en" : "fr";
      localStorage.setItem(LANGUAGE, language);
    },
  };

  function stores() {
    try {
      localStorage.setItem("comptoir.test", "1");
      localStorage.removeItem("comptoir.test");
      return true;
    } catch {
      return false;
    }
  }

  window.checks = {
    async findCamera() {
      try {
        camera = (await navigator.mediaDevices.enumerateDevices()).some((each) => each.kind === "videoinput");
      } catch {
        camera = false;
      }
    },
    look: (stream) => ({
      browser: "fetch" in window && "EventSource" in window && "timeout" in AbortSignal,
      live: stream?.readyState === EventSource.OPEN,
      storage: stores(),
      camera,
      screen: Math.min(innerWidth, innerHeight) >= 320,
    }),
  };
})();
