"""Words: the one place where facts become sentences, in any language that has a file here."""
