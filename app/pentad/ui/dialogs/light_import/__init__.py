"""The assistant that makes normals of light stacks."""
