"""Text and numbers in the form that the page carries them."""
