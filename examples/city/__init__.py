"""The demonstration city 云州市."""
