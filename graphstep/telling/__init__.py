"""What happened becomes names, ladders and sentences: made here once, shown by every face."""
