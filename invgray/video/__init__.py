"""Moving pictures: clips become gray, and gray clips colour, frame by frame."""
