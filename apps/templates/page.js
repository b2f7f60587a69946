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
    const parts = [clock(t), `${level} dBFS`.replace("-", "−")];
    const word = at(found.words, t), moment = at(found.moments, t);
    if (word) parts.push(`“${word[2]}” ${word[3]} % sure`);
    if (found.attention.length) {
      const [, weight] = found.attention.reduce((a, b) => Math.abs(a[0] - t) <= Math.abs(b[0] - t) ? a : b);
      parts.push(`attention ${weight} % of its highest`);
    }
    if (moment) {
      const [, , emotion, unsure, shares, text] = moment;
      parts.push(`${emotion}${unsure ? " (unsure)" : ""}: ` + shares.map(([label, share]) => `${label} ${share} %`).join(", "));
      if (text && !found.words.length) parts.push(`“${text}”`);
    }
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
}
