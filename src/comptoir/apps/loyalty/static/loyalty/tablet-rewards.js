"use strict";
/* Below the thanks: what the points buy. One press asks, the next one buys and uses; a purchase has a key of its own, so
   pressing again after a lost answer buys nothing twice. Nothing is bought without a network. */
(() => {
  const part = document.getElementById("rewards");
  const list = document.getElementById("rewards-list");
  const next = document.getElementById("rewards-next");
  const asking = document.getElementById("spend");
  const question = document.getElementById("spend-question");
  const pin = document.getElementById("spend-pin");
  const error = document.getElementById("spend-error");
  const code = document.getElementById("spend-code");
  const codeFor = document.getElementById("spend-for");
  let claim = null;      // whose points these are: key, token, and what to do when somebody is busy
  let chosen = null;     // the reward in question, with the key of its purchase
  let hasPin = false;

  const { say, points } = spoken;

  function draw(body) {
    hasPin = body.has_pin;
    list.replaceChildren(...body.rewards.map((reward) => {
      const button = document.createElement("button");
      const name = document.createElement("strong");
      const price = document.createElement("span");
      button.type = "button";
      name.textContent = reward.name;
      price.textContent = points(reward.points);
      button.append(name, price);
      button.addEventListener("click", () => choose(reward));
      return button;
    }));
    next.textContent = body.next ? say("next_reward", { points: points(body.next.missing), reward: body.next.name }) : "";
    part.hidden = !body.rewards.length && !body.next;
  }
  function choose(reward) {
    chosen = { ...reward, purchase: claims.newKey() };
    question.textContent = say("spend_question", { reward: reward.name, points: points(reward.points) });
    pin.value = error.textContent = "";
    pin.parentElement.hidden = !hasPin;
    code.parentElement.hidden = true;
    asking.hidden = false;
    list.hidden = true;
    claim.busy();
    (hasPin ? pin : document.getElementById("spend-yes")).focus();
  }
  function back() {
    chosen = null;
    asking.hidden = true;
    list.hidden = false;
  }
  async function spend() {
    const mine = chosen;
    const asked = claim;
    if (!mine || !asked) return;
    asked.busy();
    document.getElementById("spend-yes").disabled = true;
    const said = { key: asked.key, purchase: mine.purchase, reward: mine.id, ...(hasPin ? { pin: pin.value } : {}) };
    const answer = await claims.ask("spend", said, asked.token, spoken.language());
    document.getElementById("spend-yes").disabled = false;
    if (claim !== asked) return;
    if (answer.state !== "done") {
      error.textContent = answer.body?.message ?? say("failed");
      return;
    }
    back();
    code.textContent = answer.body.code;
    codeFor.textContent = say("spend_code", { reward: answer.body.name });
    code.parentElement.hidden = false;
    document.getElementById("undo").hidden = true;
    document.getElementById("thanks-balance").textContent = say("balance", { points: points(answer.body.balance) });
    draw(answer.body);
  }

  document.getElementById("spend-yes").addEventListener("click", spend);
  document.getElementById("spend-no").addEventListener("click", back);
  pin.addEventListener("keydown", (event) => { if (event.key === "Enter") spend(); });

  window.rewards = {
    /* `body`: what the server said the points buy; null hides all of it. */
    offer(body, asked) {
      claim = asked;
      code.parentElement.hidden = true;
      back();
      if (!body || !body.rewards) { part.hidden = true; return; }
      draw(body);
    },
  };
})();
