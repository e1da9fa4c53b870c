"""The operations, one file per topic. Importing this package defines them all."""
