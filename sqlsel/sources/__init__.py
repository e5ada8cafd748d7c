"""One reader a format: each turns a source into an ``Intake`` that the dataset writer stores."""
