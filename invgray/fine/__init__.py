"""The fine layer: a picture's chrominance, digitally, in the lowest digit of its gray's levels."""
