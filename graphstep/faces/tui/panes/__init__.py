"""What the stepping screen is made of: one file for each part that you see, named as you would name it."""
