"""Tests of the emulator: each rule has a test that fails on bare moto."""
