"use strict";
/* The question to a new member, below the thanks: a box that nobody ticked. Ticking it is the answer, and so is taking
   the tick away; leaving it alone says nothing, which is no. */
(() => {
  const part = document.getElementById("consent");
  const box = document.getElementById("consent-sms");
  const said = document.getElementById("consent-said");
  let claim = null;

  window.consent = {
    ask(asked) {
      claim = asked;
      part.hidden = !asked;
      box.checked = false;
      said.textContent = "";
    },
  };

  box.addEventListener("change", async () => {
    const asked = claim;
    if (!asked) return;
    const wanted = box.checked;
    const answer = await claims.ask("consent", { key: asked.key, sms: wanted }, asked.token, spoken.language());
    if (claim !== asked) return;
    if (answer.state === "done") said.textContent = spoken.say(wanted ? "consent_yes" : "consent_no");
    else {
      box.checked = !wanted;
      said.textContent = answer.body?.message ?? spoken.say("failed");
    }
  });
})();
