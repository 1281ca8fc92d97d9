"""Writes C++ from the service models that botocore carries. See docs/api-generation.md."""
