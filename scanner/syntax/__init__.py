"""How files are written: their values, and where each stands."""
