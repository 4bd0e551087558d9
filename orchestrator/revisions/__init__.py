"""States of a git repository: found by name, and each in a folder of its own. The only room that
reads a repository; git's own files and the working tree stay as they are."""
