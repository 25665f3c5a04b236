// Asks every 15 seconds whether somebody else is waiting; shows it at once, unless somebody is listening.
"use strict";

const list = document.querySelector("[data-pulse]");

async function ask() {
  let answer;
  try {
    answer = await fetch(list.dataset.ask, { headers: { Accept: "application/json" } });
  } catch {
    return; // the network is away: asked again soon
  }
  if (answer.status === 401) return location.reload();
  if (!answer.ok) return;
  const now = await answer.json();
  if (now.pulse === list.dataset.pulse) return;
  document.title = `(${now.waiting}) ${document.title.replace(/^\(\d+\) /, "")}`;
  const listening = [...document.querySelectorAll("audio")].some((audio) => !audio.paused);
  if (listening) document.getElementById("changed").hidden = false;
  else location.reload();
}
setInterval(ask, 15000);
