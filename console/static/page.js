// For every page: countdowns that move, a form that is sent once, a way back.
"use strict";

const countdowns = document.querySelectorAll("time[data-due]");

function tick() {
  for (const time of countdowns) {
    const minutes = Math.round((Number(time.dataset.due) - Date.now() / 1000) / 60);
    if (Math.abs(minutes) >= 100) continue;
    time.textContent = (minutes < 0 ? time.dataset.over : time.dataset.left).replace("#", Math.abs(minutes));
    time.className = minutes < 0 ? "late" : "left";
  }
}
setInterval(tick, 30000);

for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", () => {
    // After the browser has read which button was pressed.
    setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
  });
}
addEventListener("pageshow", () => document.querySelectorAll("form button").forEach((button) => { button.disabled = false; }));

const back = document.querySelector("a[data-back]");
if (back && history.length > 1 && document.referrer) {
  back.addEventListener("click", (event) => { event.preventDefault(); history.back(); });
}

// One recording at a time: two voices at once help nobody.
document.addEventListener("play", (event) => {
  for (const audio of document.querySelectorAll("audio")) if (audio !== event.target) audio.pause();
}, true);
