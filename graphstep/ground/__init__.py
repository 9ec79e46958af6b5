"""What every room stands on: errors, limits, numbers and how they are written, files, shapes. Nothing here knows of graphs."""
