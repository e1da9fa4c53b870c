"""Cannot be imported."""

raise ImportError("libbroken.so.12: cannot open shared object file")
