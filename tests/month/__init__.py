"""A month of four difficult clients."""
