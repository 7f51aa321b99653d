// A phone looks again by itself: at a bill that others pay or order on, at what became of a payment or an order.
"use strict";
const SECOND = 1000;
const wait = () => setTimeout(lookAgain, Number(document.body.dataset.lookAgain) * SECOND);
let begun = false;

// What a guest has begun to fill in stays his; the bill above it is still the till's.
function takeOver(page) {
  const keeps = begun && page.querySelector("form.pay");
  for (const selector of keeps ? ["#bill"] : ["header", "main"]) {
    const here = document.querySelector(selector);
    const next = page.querySelector(selector);
    if (here.innerHTML !== next.innerHTML) here.innerHTML = next.innerHTML;
  }
  if (!keeps) begun = false;
  document.title = page.title;
  document.body.dataset.lookAgain = page.body.dataset.lookAgain ?? "";
}

async function lookAgain() {
  try {
    if (!document.hidden) {
      const answer = await fetch(location.href);
      if (answer.redirected) return location.replace(answer.url);
      takeOver(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the network is away for a moment: the next look says more
  }
  if (document.body.dataset.lookAgain) wait();
}

addEventListener("input", (event) => {
  begun = true;
  // Who types a share, an amount or a voucher's worth has chosen it.
  const choice = event.target.closest("label.choice")?.querySelector("input[type=radio]");
  if (choice && event.target !== choice) choice.checked = true;
});
if (document.body.dataset.lookAgain) wait();
