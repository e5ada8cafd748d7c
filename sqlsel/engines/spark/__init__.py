"""Apache Spark behind the engine protocol. Nothing here is imported before a session is asked for."""
