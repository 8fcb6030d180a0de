"""What the files of one ecosystem share: names, versions, and what the project asks for."""
