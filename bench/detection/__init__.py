"""What bench/detect is made of: values, places, planting, the tools, and the counting."""
