// Both directions of a call on the audio thread: microphone -> 8 kHz mu-law in 20 ms, and back to the loudspeaker.
"use strict";

const LINE = 8000; // samples a second on the wire
const FRAME = 160; // of them in 20 ms
const LOBES = 32; // of the sinc on each side: flat to 3.3 kHz, -60 dB from 4.1 kHz on
const CUT = 0.93; // -6 dB, as a share of half the lower rate
const FINE = 256; // entries of the table for each input sample
const AHEAD = 0.06; // seconds in store before we begin to play: what the network may be late

// Any rate to any other with a low-pass before it: a windowed sinc (Blackman), looked up in a table.
class Resampler {
  constructor(from, to) {
    const cut = CUT * Math.min(1, to / from);
    this.step = from / to;
    this.half = Math.ceil(LOBES / cut);
    this.table = new Float32Array(this.half * FINE + 2);
    for (let n = 0; n < this.half * FINE; n++) {
      const x = n / FINE, w = Math.PI * (1 + x / this.half);
      const window = 0.42 - 0.5 * Math.cos(w) + 0.08 * Math.cos(2 * w);
      this.table[n] = window * (x === 0 ? cut : Math.sin(Math.PI * cut * x) / (Math.PI * x));
    }
    this.reset();
  }

  reset() {
    this.kept = new Float32Array(this.half);
    this.at = this.half; // where in what is kept the next output sample lies
  }

  push(block) {
    const all = new Float32Array(this.kept.length + block.length);
    all.set(this.kept);
    all.set(block, this.kept.length);
    const out = new Float32Array(Math.max(0, Math.ceil((all.length - this.half - this.at) / this.step)));
    let made = 0;
    for (; made < out.length && this.at + this.half < all.length; made++, this.at += this.step) {
      let sum = 0;
      for (let k = Math.max(0, Math.ceil(this.at - this.half)); k <= this.at + this.half; k++) {
        sum += all[k] * this.table[Math.round(Math.abs(this.at - k) * FINE)];
      }
      out[made] = sum;
    }
    const gone = Math.max(0, Math.floor(this.at) - this.half);
    this.kept = all.slice(gone);
    this.at -= gone;
    return out.subarray(0, made);
  }
}

// G.711, mu-law.
function encode(sample) {
  const sign = sample < 0 ? 0x80 : 0;
  const value = Math.min(32635, Math.round(Math.abs(sample) * 32768)) + 132;
  const exponent = 24 - Math.clz32(value);
  return ~(sign | (exponent << 4) | ((value >> (exponent + 3)) & 15)) & 255;
}

const DECODED = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 255;
  const value = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return (bits & 128 ? -value : value) / 32768;
});

class Telephone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.down = new Resampler(sampleRate, LINE);
    this.up = new Resampler(LINE, sampleRate);
    this.frame = new Uint8Array(FRAME);
    this.filled = this.power = 0;
    this.queue = []; // sound and, as strings, marks, in their order
    this.stored = this.at = 0; // samples in the queue; those of its first that were played
    this.playing = false;
    this.port.onmessage = ({ data }) => this.order(data);
  }

  order(data) {
    if (data instanceof ArrayBuffer) {
      this.store(this.up.push(Float32Array.from(new Uint8Array(data), (code) => DECODED[code])));
    } else if (data.mark !== undefined) {
      this.store(this.up.push(new Float32Array(this.up.half + 1))); // the last of the sound
      this.queue.push(data.mark);
      this.playing = true;
    } else if (data.clear) {
      for (const one of this.queue) if (typeof one === "string") this.port.postMessage({ mark: one });
      this.queue = [];
      this.stored = this.at = 0;
      this.playing = false;
      this.up.reset();
    }
  }

  store(sound) {
    if (!sound.length) return;
    this.queue.push(sound.slice());
    this.stored += sound.length;
    if (this.stored >= AHEAD * sampleRate) this.playing = true;
  }

  process(inputs, outputs) {
    const out = outputs[0][0];
    this.listen(inputs[0][0] || new Float32Array(out.length)); // without a microphone: silence
    if (this.playing) this.play(out);
    for (const other of outputs[0].slice(1)) other.set(out);
    return true;
  }

  listen(block) {
    for (const sample of this.down.push(block)) {
      this.power += sample * sample;
      this.frame[this.filled++] = encode(sample);
      if (this.filled < FRAME) continue;
      const level = 10 * Math.log10(this.power / FRAME + 1e-9);
      this.port.postMessage({ sound: this.frame.slice().buffer, level });
      this.filled = this.power = 0;
    }
  }

  play(out) {
    let made = 0;
    while (this.queue.length) {
      const first = this.queue[0];
      if (typeof first === "string") {
        this.port.postMessage({ mark: first });
        this.queue.shift();
      } else if (made < out.length) {
        const piece = first.subarray(this.at, this.at + out.length - made);
        out.set(piece, made);
        made += piece.length;
        this.at += piece.length;
        this.stored -= piece.length;
        if (this.at < first.length) continue;
        this.queue.shift();
        this.at = 0;
      } else return;
    }
    this.playing = false; // nothing in store: gather some again
  }
}
registerProcessor("telephone", Telephone);
