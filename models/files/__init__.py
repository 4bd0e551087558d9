"""Files that hold the data of tasks: how they are read, checked and downloaded. No torch here."""
