"""What `check-live-account` consists of."""
