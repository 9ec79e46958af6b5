"""What people see: the terminal, the command line, Python, files and drawings."""
