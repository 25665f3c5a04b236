// Records the result at the microphone and puts it into the form as a WAV file; no upload before the button.
"use strict";

const RATE = 16000; // enough for speech, 2 MB a minute
const LONGEST = 590; // seconds; the server takes ten minutes

const box = document.querySelector(".microphone");
const button = box.querySelector("button");
const label = button.lastElementChild;
const meter = box.querySelector("meter");
const status = box.querySelector("[role=status]");
const listen = box.querySelector("audio");
const file = document.getElementById("sound");
let tape = null; // while recording

function seconds(blocks, rate) {
  return blocks.reduce((sum, block) => sum + block.length, 0) / rate;
}

async function start() {
  // A session that ended while the page lay open would lose the recording: sign in first.
  if ((await fetch(box.dataset.here)).status !== 204) return location.reload();
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false } });
  const context = new AudioContext();
  await context.audioWorklet.addModule(box.dataset.worklet);
  const node = new AudioWorkletNode(context, "tape");
  const blocks = [];
  node.port.onmessage = ({ data }) => {
    blocks.push(data);
    meter.value = Math.min(1, 4 * Math.max(...data.map(Math.abs)));
    const long = Math.floor(seconds(blocks, context.sampleRate));
    status.textContent = `${box.dataset.busy} ${Math.floor(long / 60)}:${String(long % 60).padStart(2, "0")}`;
    if (long >= LONGEST) stop(box.dataset.long);
  };
  context.createMediaStreamSource(stream).connect(node);
  tape = { stream, context, node, blocks };
  button.classList.add("busy");
  label.textContent = box.dataset.stop;
  meter.hidden = false;
  listen.hidden = true;
  status.setAttribute("aria-live", "off"); // not every second aloud
}

async function stop(said) {
  const { stream, context, node, blocks } = tape;
  tape = null;
  node.port.onmessage = null;
  stream.getTracks().forEach((track) => track.stop());
  button.classList.remove("busy");
  label.textContent = box.dataset.again;
  meter.hidden = true;
  const wav = toWav(await resampled(blocks, context.sampleRate));
  await context.close();
  const held = new DataTransfer();
  held.items.add(new File([wav], "result.wav", { type: "audio/wav" }));
  file.files = held.files;
  if (listen.src) URL.revokeObjectURL(listen.src);
  listen.src = URL.createObjectURL(wav);
  listen.hidden = false;
  status.setAttribute("aria-live", "polite");
  status.textContent = said;
}

async function resampled(blocks, rate) {
  const length = Math.max(1, Math.ceil(seconds(blocks, rate) * RATE));
  const offline = new OfflineAudioContext(1, length, RATE);
  const whole = offline.createBuffer(1, Math.max(1, blocks.length * 128), rate);
  let at = 0;
  for (const block of blocks) {
    whole.copyToChannel(block, 0, at);
    at += block.length;
  }
  const source = offline.createBufferSource();
  source.buffer = whole;
  source.connect(offline.destination);
  source.start();
  return (await offline.startRendering()).getChannelData(0);
}

function toWav(samples) {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at, letters) => [...letters].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + 2 * samples.length, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true); view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  text(36, "data"); view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, n) => view.setInt16(44 + 2 * n, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return new Blob([view.buffer], { type: "audio/wav" });
}

button.addEventListener("click", async () => {
  button.disabled = true;
  try {
    if (tape) await stop(box.dataset.ready);
    else await start();
  } catch {
    tape = null;
    button.classList.remove("busy");
    status.textContent = box.dataset.refused;
  }
  button.disabled = false;
});

// Without https (or localhost) browsers offer no microphone: the file and the text stay.
if (navigator.mediaDevices && window.AudioWorkletNode) box.hidden = false;
