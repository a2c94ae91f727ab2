// Says so when the page can no longer renew itself, so that nobody takes an old "all is well" for today's.
"use strict";

(() => {
  const trouble = document.getElementById("trouble");
  const note = document.getElementById("note");
  let latest = new Date();

  const say = (sentence) => {
    trouble.textContent = sentence;
    trouble.hidden = !sentence;
    document.body.classList.toggle("stale", Boolean(sentence));
  };
  const stale = (why) => say(`${why} What you see is from ${latest.toLocaleTimeString("en-GB")}.`);

  document.addEventListener("htmx:error", () => stale("The service does not answer."));
  document.addEventListener("htmx:response:error", (event) => {
    const status = event.detail.ctx.response.status;
    if (status === 403) note.textContent = "That did not work. Reload the page and repeat it.";
    else if (status === 404) note.textContent = "That is no longer there.";
    else if (status !== 401) stale(`The service answered with an error (${status}).`);
  });
  document.addEventListener("htmx:after:swap", () => {
    latest = new Date();
    say("");
  });
})();
