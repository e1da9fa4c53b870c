"""A plugin that goes wrong in every way there is."""
