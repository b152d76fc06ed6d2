"""The hundred rules for a mail that answers by itself, R01 to R100: one test each, named after its rule."""
