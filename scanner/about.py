"""What the program calls itself: its name, its version and where it lives."""

NAME = "eolscan"
VERSION = "0.1.0"
HOME = "https://github.com/eolscan/eolscan"
