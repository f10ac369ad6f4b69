"""Measure presets: colours and grays through real PNG files, and speed."""
