"""What a person configured: paths, YAML files checked with line numbers, and the settings."""
