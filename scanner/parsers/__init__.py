"""IN: input formats, one module each; the folder is the registry."""
