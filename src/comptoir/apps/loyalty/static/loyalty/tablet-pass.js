"use strict";
/* A pass instead of a number: read by the tablet's camera where the browser can (BarcodeDetector), or typed by a scanner
   that acts as a keyboard, which is told from fingers by its speed. */
const pass = (() => {
  const LENGTH = 17;
  const PAUSE = 400;       // between two keys of a scanner, at most
  const LOOKING = 20_000;
  const SHAPE = /^P[0-9A-HJKMNP-TV-Z]{16}$/;
  const button = document.getElementById("scan");
  const video = document.getElementById("scan-video");
  let found = () => {};
  let keys = "";
  let latest = 0;
  let camera = null;

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
    const key = event.key.toUpperCase();
    if (event.timeStamp - latest > PAUSE) keys = "";
    if (!keys && key !== "P") return;
    latest = event.timeStamp;
    keys += key;
    event.stopImmediatePropagation();
    if (keys.length < LENGTH) return;
    const code = keys;
    keys = "";
    if (SHAPE.test(code)) found(code);
  }, { capture: true });

  function stop() {
    for (const track of camera?.getTracks() ?? []) track.stop();
    camera = null;
    video.hidden = true;
  }
  async function look() {
    if (camera) return stop();
    try {
      camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
    } catch {
      button.hidden = true;
      return;
    }
    video.srcObject = camera;
    video.hidden = false;
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    const until = Date.now() + LOOKING;
    while (camera && Date.now() < until) {
      const codes = await detector.detect(video).catch(() => []);
      const code = codes.map((each) => each.rawValue.split("/").pop().toUpperCase()).find((each) => SHAPE.test(each));
      if (code) {
        stop();
        return found(code);
      }
      await new Promise((next) => setTimeout(next, 250));
    }
    stop();
  }
  button.hidden = !("BarcodeDetector" in window && navigator.mediaDevices);
  button.addEventListener("click", look);

  return { whenFound: (act) => { found = act; }, stop };
})();
