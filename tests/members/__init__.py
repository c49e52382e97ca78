"""What members of projects can do, on an emulator that enforces the policies of their roles."""
