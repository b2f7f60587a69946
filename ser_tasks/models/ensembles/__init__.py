"""Several models together: their answers made one."""
