"""KNOW: what the world says about products and their release cycles."""
