"""The sections of the page, each from whatever results there are."""
