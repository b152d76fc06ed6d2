"""The plugins that come with whiteglove, one file each. They import the package root `whiteglove`, nothing below it."""
