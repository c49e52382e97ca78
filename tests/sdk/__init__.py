"""Tests of what members' machines get: the plugin of botocore, and the scripts beside it."""
