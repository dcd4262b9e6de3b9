"""A small guest in User-Mode Linux, for what the host's own kernel does not have."""
