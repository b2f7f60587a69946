"""What a person or a program asks a bundle with: the web page (`ser app`) and the HTTP service (`ser serve`)."""
