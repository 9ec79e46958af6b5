"""What opens over the stepping screen and asks for something; escape always closes it without a change."""
