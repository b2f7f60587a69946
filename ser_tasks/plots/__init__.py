"""Every picture, one module each; `style` has what they share. The pictures of the HTML report are its own (SVG)."""
