"""What several functions share; `make package` puts it into every zip."""
