() => {
  document.getElementById("announcement").setAttribute("aria-live", "polite");
  document.getElementById("models").setAttribute("aria-label", "Models");

  const clock = (s) => s < 60 ? `${s.toFixed(2)} s` : `${Math.floor(s / 60)}:${(s % 60).toFixed(1).padStart(4, "0")}`;
  const at = (rows, t) => rows.find(([start, end]) => start <= t && t < end);

  function values(figure) {  // parsed once; Gradio puts the next prediction into the same element
    if (figure.text !== figure.dataset.values) Object.assign(figure, { text: figure.dataset.values, time: 0 });
    return figure.found?.text === figure.text ? figure.found : figure.found = { ...JSON.parse(figure.text), text: figure.text };
  }

  function described(found, t) {
    const level = found.levels[Math.min(found.levels.length - 1, Math.floor(t / found.duration * found.levels.length))];
    const parts = found.levels.length > 1 ? [clock(t), `${level} dBFS`.replace("-", "−")] : [clock(t)];
    const word = at(found.words, t), moment = at(found.moments, t);
    if (word) parts.push(`“${word[2]}” ${word[3]} % sure`);
    if (found.attention.length) {
      const [, weight] = found.attention.reduce((a, b) => Math.abs(a[0] - t) <= Math.abs(b[0] - t) ? a : b);
      parts.push(`attention ${weight} % of its highest`);
    }
    if (moment) parts.push(moment[2]);
    return parts.join(" · ");
  }

  function show(plot, t) {
    const figure = plot.closest(".ser-figure"), found = values(figure), cursor = plot.querySelector(".ser-cursor");
    figure.time = Math.max(0, Math.min(found.duration, t));
    cursor.hidden = false;
    cursor.style.left = `${100 * figure.time / found.duration}%`;
    figure.querySelector(".ser-readout").textContent = described(found, figure.time);
  }

  function point(event) {
    const plot = event.target.closest?.(".ser-plot");
    if (!plot) return;
    const box = plot.getBoundingClientRect();
    show(plot, (event.clientX - box.left) / box.width * values(plot.closest(".ser-figure")).duration);
  }

  document.addEventListener("pointermove", point);
  document.addEventListener("pointerdown", point);
  document.addEventListener("keydown", (event) => {
    const plot = event.target.closest?.(".ser-plot"), step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!plot || !step) return;
    event.preventDefault();
    const figure = plot.closest(".ser-figure");
    show(plot, (figure.time ?? 0) + step * values(figure).duration / 100);
  });

  // Live: the last window of sound goes into a hidden box every `hop` s; Gradio sends what is put there
  const RATE = 16000;
  const WORKLET = `registerProcessor("pieces", class extends AudioWorkletProcessor {
    constructor() { super(); this.piece = new Float32Array(2048); this.filled = 0; }
    process([input]) {
      if (input[0]) this.piece.set(input[0], this.filled), this.filled += input[0].length;
      if (this.filled === this.piece.length) this.port.postMessage(this.piece.slice()), this.filled = 0;
      return true;
    }
  })`;
  let live = null;

  function base64(samples) {
    const bytes = new Uint8Array(Int16Array.from(samples, (x) => Math.max(-1, Math.min(1, x)) * 32767).buffer);
    let text = "";
    for (let first = 0; first < bytes.length; first += 8192) text += String.fromCharCode(...bytes.subarray(first, first + 8192));
    return btoa(text);
  }

  function take(samples, window, hop) {
    const joined = new Float32Array(live.sound.length + samples.length);
    joined.set(live.sound);
    joined.set(samples, live.sound.length);
    live.sound = joined.slice(-Math.round(window * RATE));
    live.passed += samples.length / RATE;
    if (live.passed < live.next) return;
    live.next += hop;
    const box = document.querySelector("#live-piece textarea, #live-piece input");
    box.value = JSON.stringify({ end: live.passed, sampling_rate: RATE, pcm: base64(live.sound) });
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => document.getElementById("live-send").click());
  }

  async function start(button) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const context = new AudioContext({ sampleRate: RATE });
    const address = URL.createObjectURL(new Blob([WORKLET], { type: "text/javascript" }));
    await context.audioWorklet.addModule(address);
    URL.revokeObjectURL(address);
    const node = new AudioWorkletNode(context, "pieces", { channelCount: 1, channelCountMode: "explicit" });
    const window = Number(button.dataset.window), hop = Number(button.dataset.hop);
    live = { stream, context, sound: new Float32Array(0), passed: 0, next: hop };
    node.port.onmessage = ({ data }) => live && take(data, window, hop);
    context.createMediaStreamSource(stream).connect(node);
    node.connect(context.destination);  // it plays nothing, but what leads nowhere may not run
  }

  function stop() {
    live.stream.getTracks().forEach((track) => track.stop());
    live.context.close();
    live = null;
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("#live"), problem = document.getElementById("live-problem");
    if (!button) return;
    problem.hidden = true;
    try {
      if (live) stop();
      else await start(button);
    } catch (error) {
      problem.hidden = false;
      problem.textContent = `The microphone cannot be used: ${error.message}. Allow it for this page; from another machine that needs HTTPS.`;
    }
    button.setAttribute("aria-pressed", String(Boolean(live)));
    button.textContent = live ? "Stop listening" : "Start listening";
  });
}
