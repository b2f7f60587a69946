"""How the page looks: fonts of the system, blue of Okabe & Ito, one column on a phone."""

CSS = """
#answer { padding: 0; }
.ser-answers { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
.ser-answer { border: 1px solid var(--border-color-primary); border-radius: 8px; padding: 1rem; }
.ser-answer > div { min-width: 0; }
@media (min-width: 60rem) {
  .ser-answer:only-child { display: grid; grid-template-columns: 1fr 1fr; gap: 2rem; }
}
@media (max-width: 30rem) { .ser-answer { padding: .6rem; } }
.ser-answer h2 { margin: 0 0 .5rem; font-size: 1.1rem; overflow-wrap: anywhere; }
.ser-verdict { font-size: 1.25rem; margin: 0 0 .5rem; }
.ser-unsure, .ser-complaint { border-left: 6px solid #d55e00; padding: .25rem .75rem; }
.ser-answer ul { margin: 0 0 .75rem 1.25rem; list-style: disc; }
.ser-bars, .ser-moments { width: 100%; border-collapse: collapse; margin-bottom: .75rem; }
.ser-bars caption { text-align: left; padding-bottom: .25rem; }
.ser-bars th, .ser-moments th { text-align: left; font-weight: normal; padding-right: .5rem; white-space: nowrap; }
#answer table, #answer tr, #answer td, #answer th { border: 0; background: none; }
#answer td, #answer th { padding: .15rem .5rem .15rem 0; }
#answer .ser-bars td { display: flex; align-items: center; padding-right: 0; }
.ser-bars span { width: 4.5rem; text-align: right; white-space: nowrap; }
#said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); padding: 0; margin: 0; }
.ser-bars th { width: 1%; }
.ser-track { flex: 1; }
.ser-bar { background: #0072b2; height: 1rem; min-width: 1px; border-radius: 2px; }
.ser-likeliest > * { font-weight: bold !important; }
.ser-picture { width: 100%; height: auto; background: white; border-radius: 4px; margin-bottom: .5rem; }
.ser-answer summary { cursor: pointer; padding: .4rem 0; }
.gradio-container :is(a, button, input, summary, audio):focus-visible {
  outline: 3px solid #0072b2 !important; outline-offset: 2px;
}
.ser-home { margin-top: 1rem; }
.ser-home audio { display: block; width: 100%; max-width: 30rem; }
.ser-link { display: inline-block; margin: 0 1rem .5rem 0; padding: .4rem 0; text-decoration: underline; }
#recording { --neutral-400: #6b7280; }  /* of the player: 4.8 to 1 on white */
#recording .source-selection button { width: 2.75rem; height: 2.75rem; color: var(--body-text-color); }
#recording .source-selection button svg { width: 1.5rem; height: 1.5rem; }
"""

ANNOUNCE = """
() => {
  document.getElementById("said").setAttribute("aria-live", "polite");
  document.getElementById("models").setAttribute("aria-label", "Models");
}
"""
