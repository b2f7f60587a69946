"""Several models together: by their answers, or by what the layers before their answers see."""
