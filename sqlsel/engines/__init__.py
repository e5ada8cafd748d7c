"""The engines that run sqlsel's SQL. Only the modules in here import one."""
