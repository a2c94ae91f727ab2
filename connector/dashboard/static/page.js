// Says so when the page can no longer renew itself, so that nobody takes an old "all is well" for today's.
"use strict";

(() => {
  const trouble = document.getElementById("trouble");
  const note = document.getElementById("note");
  const sentences = trouble.dataset; // In the language of the page.
  let latest = new Date();

  const say = (sentence) => {
    trouble.textContent = sentence;
    trouble.hidden = !sentence;
    document.body.classList.toggle("stale", Boolean(sentence));
  };
  const stale = (why) => say(`${why} ${sentences.stale.replace("{time}", latest.toLocaleTimeString("en-GB"))}`);

  document.addEventListener("htmx:error", () => stale(sentences.silent));
  document.addEventListener("htmx:response:error", (event) => {
    const status = event.detail.ctx.response.status;
    if (status === 403) note.textContent = sentences.refused;
    else if (status === 404) note.textContent = sentences.gone;
    else if (status !== 401) stale(sentences.error.replace("{status}", status));
  });
  document.addEventListener("htmx:after:swap", () => {
    latest = new Date();
    say("");
  });
})();
