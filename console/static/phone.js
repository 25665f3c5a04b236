// The telephone of the page: a call from the green button to the red one. What goes over the socket: ivr/lines/browser/stream.py
"use strict";

const phone = document.querySelector(".phone");
const says = phone.dataset;
const button = phone.querySelector(".call");
const state = phone.querySelector(".now");
const alarm = phone.querySelector(".alarm");
const level = phone.querySelector(".level");
const length = phone.querySelector(".length");
const log = phone.querySelector(".said");
const empty = phone.querySelector(".empty");
const partial = phone.querySelector(".partial");
const keys = new Map([...phone.querySelectorAll(".key")].map((key) => [key.dataset.key, key]));

const TWICE = 700; // ms: a trembling finger presses twice
const LATE = 64_000; // bytes that wait to be sent: then the network is too slow, and sound is left out
const LOOK = 500; // ms between two looks at the clock, and whether the sound card goes on
const SILENCE = new Uint8Array(4000).fill(0xff); // as much mu-law
const QUIET = -60, LOUD = -8; // dB: the ends of the meter

let call = null; // while there is one

function tell(text) { state.textContent = text; }

function warn(text) {
  alarm.textContent = text || "";
  alarm.hidden = !text;
}

async function microphone() {
  tell(says.allow);
  const wanted = { echoCancellation: true, noiseSuppression: false, autoGainControl: true, channelCount: 1 };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: wanted });
  } catch (problem) {
    warn(problem.name === "NotAllowedError" ? says.refused : says.missing);
    return null; // the keys still work
  }
}

class NoCall extends Error {} // with a sentence for whoever rings

async function admission() {
  const answer = await fetch(`/phone/calls?language=${says.language}`, { method: "POST" });
  const told = await answer.json();
  if (told.no) throw new NoCall(says[`no${told.no[0].toUpperCase()}${told.no.slice(1)}`]);
  return told.token;
}

async function dial() {
  const mine = { frames: 0, context: new AudioContext({ latencyHint: "interactive" }) };
  call = mine;
  log.replaceChildren();
  empty.hidden = true;
  warn("");
  show();
  try {
    await mine.context.audioWorklet.addModule(says.worklet);
    mine.stream = await microphone();
    if (call !== mine) return over(mine);
    tell(says.dialling);
    const token = await admission();
    if (call !== mine) return over(mine);
    connect(mine, token);
    await mine.context.resume();
  } catch (problem) {
    over(mine, problem instanceof NoCall ? problem.message : says.failed);
  }
}

function connect(mine, token) {
  const node = mine.node = new AudioWorkletNode(mine.context, "telephone", { outputChannelCount: [1] });
  node.connect(mine.context.destination);
  if (mine.stream) {
    mine.context.createMediaStreamSource(mine.stream).connect(node);
    mine.stream.getAudioTracks()[0].onended = () => warn(says.missing);
  }
  const socket = mine.socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/phone/live`);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    send(mine, { event: "start", token });
    node.port.onmessage = ({ data }) => fromWorklet(mine, data);
    mine.since = Date.now();
    mine.clock = setInterval(() => look(mine), LOOK);
    show();
  };
  socket.onmessage = ({ data }) => (data instanceof ArrayBuffer ? node.port.postMessage(data, [data]) : hear(mine, JSON.parse(data)));
  socket.onclose = () => over(mine, mine.done ? "" : says.lost);
}

function send(mine, message) {
  if (mine.socket?.readyState === WebSocket.OPEN) mine.socket.send(JSON.stringify(message));
}

function fromWorklet(mine, data) {
  if (data.mark !== undefined) return send(mine, { event: "mark", name: data.mark });
  if (mine.socket.readyState === WebSocket.OPEN && mine.socket.bufferedAmount < LATE) mine.socket.send(data.sound);
  mine.loudest = Math.max(mine.loudest ?? QUIET, data.level);
  mine.frames++;
  if (mine.frames % 5 === 0) {
    meter(mine.loudest);
    mine.loudest = QUIET;
  }
}

// Where no sound card goes on, nothing is heard: whoever reads along and presses keys is still there.
function look(mine) {
  const seconds = Math.floor((Date.now() - mine.since) / 1000);
  length.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (mine.frames === mine.seen && mine.socket.readyState === WebSocket.OPEN) {
    if (seconds > 1) warn(says.silent);
    mine.socket.send(SILENCE);
  } else if (alarm.textContent === says.silent) warn("");
  mine.seen = mine.frames;
}

function meter(loud) {
  const share = Math.max(0, Math.min(1, (loud - QUIET) / (LOUD - QUIET)));
  level.firstElementChild.style.transform = `scaleX(${share.toFixed(2)})`;
  level.setAttribute("aria-valuenow", Math.round(share * 100));
}

function hear(mine, message) {
  if (message.event === "mark") mine.node.port.postMessage({ mark: message.name });
  if (message.event === "clear") mine.node.port.postMessage({ clear: true });
  if (message.event === "stop") mine.done = true;
  if (message.event === "caption") caption(mine, message);
}

function caption(mine, { who, text, final }) {
  if (who === "now") {
    phone.dataset.now = text;
    if (!mine.done) tell(says[text]);
    return;
  }
  partial.hidden = final !== false;
  if (final === false) {
    partial.textContent = text;
    return;
  }
  const line = document.createElement("li"), name = document.createElement("b"), words = document.createElement("p");
  line.className = who;
  name.textContent = who === "hotline" ? says.hotline : says.caller;
  words.textContent = text;
  words.lang = /[\u4e00-\u9fff]/.test(text) ? "zh-CN" : "en";
  line.append(name, words);
  log.append(line);
  log.scrollTop = line.offsetTop; // its beginning, where it does not fit
}

function hangUp() {
  const mine = call;
  mine.done = true;
  send(mine, { event: "stop" });
  over(mine);
}

// However it came to an end.
function over(mine, problem = "") {
  clearInterval(mine.clock);
  mine.node?.port.postMessage({ clear: true });
  if (mine.node) mine.node.port.onmessage = null;
  mine.stream?.getTracks().forEach((track) => track.stop());
  if (mine.context.state !== "closed") mine.context.close();
  if (mine.socket) {
    mine.socket.onclose = null;
    mine.socket.close();
  }
  if (call !== mine) return;
  call = null;
  warn(problem);
  tell(says.ended);
  meter(QUIET);
  partial.hidden = true;
  delete phone.dataset.now;
  show();
}

function show() {
  button.classList.toggle("busy", call !== null);
  button.lastElementChild.textContent = call ? says.hangUp : says.call;
  for (const key of keys.values()) key.disabled = !call?.since;
  for (const other of document.querySelectorAll(".me button")) other.disabled = call !== null; // would end the call
}

function press(digit) {
  if (!call?.since || !keys.has(digit)) return;
  send(call, { event: "dtmf", digit });
  const key = keys.get(digit);
  key.classList.add("pressed");
  setTimeout(() => key.classList.remove("pressed"), 180);
}

let pressed = 0;
button.addEventListener("click", () => {
  if (Date.now() - pressed < TWICE) return;
  pressed = Date.now();
  if (call) hangUp();
  else dial();
});
for (const [digit, key] of keys) key.addEventListener("click", () => press(digit));
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !keys.has(event.key)) return;
  event.preventDefault();
  press(event.key);
});
addEventListener("pagehide", () => { if (call) hangUp(); });

if (!isSecureContext || !navigator.mediaDevices || !globalThis.AudioWorkletNode) {
  warn(says.insecure);
  button.disabled = true;
}
