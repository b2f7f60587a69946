"""How the page looks: fonts of the system, blue of Okabe & Ito, one column on a phone."""

CSS = """
.ser-answers { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
.ser-answer { border: 1px solid var(--border-color-primary); border-radius: 8px; padding: 1rem; }
.ser-answer { min-width: 0; max-width: 44rem; }
.ser-answer h2 { margin: 0 0 .5rem; font-size: 1.1rem; overflow-wrap: anywhere; }
.ser-verdict { font-size: 1.25rem; margin: 0 0 .5rem; }
.ser-unsure, .ser-complaint { border-left: 6px solid #d55e00; padding: .25rem .75rem; }
.ser-answer ul { margin: 0 0 .75rem 1.25rem; list-style: disc; }
.ser-bars, .ser-moments { width: 100%; border-collapse: collapse; margin-bottom: .75rem; }
.ser-bars caption { text-align: left; padding-bottom: .25rem; }
.ser-bars th, .ser-moments th { text-align: left; font-weight: normal; padding-right: .5rem; white-space: nowrap; }
.ser-bars td:last-child { text-align: right; white-space: nowrap; padding-left: .5rem; width: 4.5rem; }
.ser-bars td, .ser-bars th, .ser-moments td { padding-top: .15rem; padding-bottom: .15rem; border: 0; }
.ser-track { width: 60%; }
.ser-bar { background: #0072b2; height: 1rem; min-width: 1px; border-radius: 2px; }
.ser-likeliest > * { font-weight: bold !important; }
.ser-picture { width: 100%; height: auto; background: white; border-radius: 4px; margin-bottom: .5rem; }
.ser-answer summary { cursor: pointer; padding: .4rem 0; }
.ser-answer summary:focus-visible, .ser-link:focus-visible { outline: 3px solid #0072b2; outline-offset: 2px; }
.ser-home { margin-top: 1rem; }
.ser-home audio { display: block; width: 100%; max-width: 30rem; }
.ser-link { display: inline-block; margin: 0 1rem .5rem 0; padding: .4rem 0; text-decoration: underline; }
"""

ANNOUNCE = """
() => {
  const answer = document.getElementById("answer");
  if (answer) { answer.setAttribute("aria-live", "polite"); answer.setAttribute("aria-label", "answer"); }
}
"""
